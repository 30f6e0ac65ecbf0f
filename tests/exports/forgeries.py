"""What only the holder of the log's key can do: whatever is changed is sealed anew, so no file of it was altered."""

import json

from campaign.exports.checker.rows import digest_of
from campaign.exports.csv import escape_cell
from campaign.merkle import entries, tiles
from tests.exports.bundles import COLUMNS, CSV, DAY, DEMAND, OPENINGS, Bundle, Forge, make_bundle, make_rows, sealed


# --- What openings.csv keeps closed ----------------------------------------------------------------------------------
def close(bundle: Bundle, *closed: str) -> None:
    """Give those fields of row 2 as the hashes that stand for them, so that they could say anything."""
    row = make_rows()[1]
    keys = entries.field_keys(row.salt)
    words = [
        "=" + entries.leaf(field, keys[field], row.values[field]).hex() if field in closed else keys[field].hex()
        for field in entries.FIELDS
    ]
    bundle.replace(OPENINGS, row.opening, escape_cell(" ".join(words)))


def close_name(bundle: Bundle) -> None:
    close(bundle, "name")
    sealed(CSV, "홍길동", "Kim Jong Un")(bundle)


def close_text(bundle: Bundle) -> None:
    """The row is moved to another demand that the log has, too."""
    other = DEMAND | {"version": 2, "demand": "Act at once."}
    log = tiles.from_bundle(bundle.read("log/entries"))
    bundle.write_log([*log, entries.text(DAY, bytes.fromhex(digest_of(other)))])
    bundle.seal(log_size=len(log) + 1)
    bundle.write("demands.json", json.dumps([DEMAND, other]).encode())
    close(bundle, "text")
    sealed(OPENINGS, "2,5,en 1", "2,5,en 2")(bundle)


def close_all(bundle: Bundle) -> None:
    close(bundle, *entries.FIELDS)
    sealed(CSV, "홍길동,KR,ko,2026-11-24", "Kim Jong Un,KP,en,2026-12-24")(bundle)


def narrow(bundle: Bundle) -> None:
    """The demand that they signed names no day of signing, so none is proven, and each row has an empty one."""
    demand = DEMAND | {"delivered_columns": ["name", "country", "language"]}
    make_bundle(bundle.folder, make_rows(demand["delivered_columns"], demand=demand), columns=COLUMNS, demand=demand)


def fill_column(bundle: Bundle) -> None:
    narrow(bundle)
    sealed(CSV, "홍길동,KR,ko,", "홍길동,KR,ko,2026-12-24")(bundle)


def open_column(bundle: Bundle) -> None:
    narrow(bundle)
    signed_on = bundle.read(OPENINGS).splitlines()[2].rsplit(b" ", 1)[1].decode()
    sealed(OPENINGS, signed_on, signed_on.removeprefix("="))(bundle)


# --- One signature, two rows ------------------------------------------------------------------------------------------
def count_twice(written: str) -> Forge:
    """Row 1 once more as row 11, which writes the number of its entry in another way."""

    def forge(bundle: Bundle) -> None:
        bundle.write(CSV, bundle.read(CSV) + b"11,Hong Gildong,KR,ko,2026-11-24\r\n")
        opening = make_rows()[0].opening
        bundle.write(OPENINGS, bundle.read(OPENINGS) + f"11,{written},en 1,{opening}\r\n".encode())
        bundle.follow_table()
        bundle.seal(rows=11)

    return forge


# --- A table that two programs read in two ways -----------------------------------------------------------------------
def repeat_column(bundle: Bundle) -> None:
    """A false name stands first; who reads by the headings takes the second."""
    head, first, *rest = bundle.read(CSV).splitlines(keepends=True)
    head, first = head.replace(b"name", b"name,name"), first.replace(b"1,", b"1,Kim Jong Un,", 1)
    rest = [line.replace(b",", b",Nobody,", 1) for line in rest]
    bundle.write(CSV, b"".join([head, first, *rest]))
    bundle.seal()


def cut_column(bundle: Bundle) -> None:
    """The rows are shorter than their headings where the demand keeps the last column back."""
    narrow(bundle)
    bundle.write(CSV, bundle.read(CSV).replace(b",ko,\r\n", b",ko\r\n"))
    bundle.follow_table()
    bundle.seal()


def add_cell(bundle: Bundle) -> None:
    bundle.replace(CSV, "홍길동,KR,ko,2026-11-24", "홍길동,KR,ko,2026-11-24,Kim Jong Un")
    bundle.seal()


COLUMNS_NAMED = "number, name, country, language, signed_on"
ANOTHER_WAY = "is written in another way than ours: a spreadsheet could read something else."
CLOSED = "Row 2 of signatures.csv does not prove its {}: openings.csv keeps it closed."
FORGERIES = {
    "a false name is kept closed": (close_name, [CLOSED.format("name")]),
    "a row on another demand is kept closed": (close_text, [CLOSED.format("text")]),
    "a row that is false in all is kept closed": (close_all, [CLOSED.format("text")]),
    "a column that is not delivered is filled": (
        fill_column, ["Row 2 of signatures.csv has something under signed_on, which is not delivered of it."],
    ),
    "a field is opened that is not delivered": (
        open_column, ["Row 2 of signatures.csv has its signed_on opened in openings.csv, which is not delivered."],
    ),
    "a signature is told twice, as entry 04": (
        count_twice("04"), ["Row 11 of signatures.csv names entry 04, where the log has no signature."],
    ),
    "a signature is told twice, as entry -10": (
        count_twice("'-10"), ["Row 11 of signatures.csv names entry -10, where the log has no signature."],
    ),
    "two columns have one name": (
        repeat_column,
        [f"The first line of signatures.csv is not the names of its columns: {COLUMNS_NAMED}."],
    ),
    "a cell stands beyond the headings": (
        add_cell, ["Row 2 of signatures.csv has 6 cells under 5 headings."],
    ),
    "rows are shorter than their headings": (cut_column, ["Row 1 of signatures.csv has 4 cells under 5 headings."]),
    "a row has no number": (
        sealed(CSV, "\n2,", "\nx,"), ["The row after row 1 of signatures.csv has a number that is none: “x”."],
    ),
    "a formula is let loose": (sealed(CSV, "'=1+1", "=1+1"), [f"The row after row 3 of signatures.csv {ANOTHER_WAY}"]),
    "quotes stand where only some programs drop them": (
        sealed(CSV, "홍길동", '"홍"길동'), [f"The row after row 1 of signatures.csv {ANOTHER_WAY}"],
    ),
}  # fmt: skip
