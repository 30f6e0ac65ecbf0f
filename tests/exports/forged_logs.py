"""What only the holder of the log's key can do to the log, and to what the manifest tells of it; all is sealed."""

import json

from campaign.exports.checker.log import count_of
from campaign.exports.checker.rows import digest_of
from campaign.merkle import entries, tiles
from tests.exports.bundles import CSV, DAY, DEMAND, OPENINGS, Bundle, Forge, make_rows, sealed


# --- The manifest -----------------------------------------------------------------------------------------------------
def say(**facts: object) -> Forge:
    return lambda bundle: bundle.seal(**facts)


def leave_out(name: str, **facts: object) -> Forge:
    def forge(bundle: Bundle) -> None:
        (bundle.folder / name).unlink()
        bundle.seal(**facts)

    return forge


def list_file(bundle: Bundle) -> None:
    bundle.write("install.exe", b"x")
    bundle.seal()


def tell_twice(bundle: Bundle) -> None:
    """A reader goes by the first; a program takes the last."""
    sealed("demands.json", '"title": "Let', '"title": "Let them not choose", "title": "Let')(bundle)


def shift_line(bundle: Bundle) -> None:
    """The end of the demand goes to the head of another word: the digest is made over the same lines."""
    other = DEMAND | {"title": "Let them choose\nThe Ministry", "addressee": "Act.", "demand": DEMAND["demand"]}
    log = tiles.from_bundle(bundle.read("log/entries"))
    shifted = DEMAND | {"title": "Let them choose", "addressee": "The Ministry", "demand": "Act.\nAct."}
    bundle.write_log([*log, entries.text(DAY, bytes.fromhex(digest_of(shifted | {"version": 2})))])
    bundle.write("demands.json", json.dumps([DEMAND, other | {"version": 2}]).encode())
    bundle.seal(log_size=len(log) + 1)


# --- The log ----------------------------------------------------------------------------------------------------------
def log_entries(*more: bytes) -> Forge:
    """A log with these entries behind the others, and a count that follows from them."""

    def forge(bundle: Bundle) -> None:
        log = [*tiles.from_bundle(bundle.read("log/entries")), *more]
        bundle.write_log(log)
        bundle.seal(log_size=len(log), count=count_of(log))

    return forge


def add_row(bundle: Bundle) -> None:
    """One signature is entered twice, and told by two rows, each on an entry of its own."""
    row = make_rows()[0]
    log_entries(entries.added(DAY, row.commitment))(bundle)
    bundle.write(CSV, bundle.read(CSV) + b"11,Hong Gildong,KR,ko,2026-11-24\r\n")
    bundle.write(OPENINGS, bundle.read(OPENINGS) + f"11,14,en 1,{row.opening}\r\n".encode())
    bundle.follow_table()
    bundle.seal(rows=11)


ENTRY = "Entry 14 of the log (log/entries) "
UNREAD = f"{ENTRY}has a version, a kind or a length that no entry has."
MANIFEST = "The manifest (manifest.json) "
LOG_FORGERIES = {
    "the manifest tells another count": (say(count=999), [f"{MANIFEST}says count 999, and the log 11."]),
    "the manifest tells another size of the log": (say(log_size=5), [f"{MANIFEST}says log_size 5, and the log 14."]),
    "the manifest is of another site": (
        say(site="https://petition.example.com/en/petitions/let-them-choose/"),
        [f"{MANIFEST}is of the site https://petition.example.com/en/petitions/let-them-choose/, and the log of"
         " petition.example.org."],
    ),
    "the manifest is of another petition": (
        say(petition="save-the-whale"),
        [f"{MANIFEST}says petition save-the-whale, and the log let-them-choose."],
    ),
    "the workbook is left out": (
        leave_out("signatures.xlsx"),
        [f"{MANIFEST}leaves out the file signatures.xlsx."],
    ),
    "a letter is left out": (leave_out("letter-en.pdf"), [f"{MANIFEST}leaves out the file letter-en.pdf."]),
    "a part of the papers is left out": (
        leave_out("paper/signatures-0001.pdf", parts=0),
        [f"{MANIFEST}leaves out the file paper/signatures-0001.pdf."],
    ),
    "a file of another kind is sealed with the rest": (
        list_file, [f"{MANIFEST}lists the file install.exe, which no delivery has."],
    ),
    "a demand has two titles": (tell_twice, ["The file demands.json tells “title” twice."]),
    "a demand's lines are shifted": (
        shift_line, ["The demand en 2 in demands.json is not one that the log has: it was altered."],
    ),
    "a signature is entered twice": (add_row, [f"{ENTRY}enters the signature of entry 4 once more."]),
    "a signature that was withdrawn is entered once more": (
        log_entries(entries.added(DAY, b"\x02" * 32)),
        [f"{ENTRY}enters the signature that entry 3 withdrew once more."],
    ),
    "a signature is ended twice": (
        log_entries(entries.withdrawn(DAY, 2, entries.BY_SIGNATORY)),
        [f"{ENTRY}ends entry 2, which entry 3 had ended."],
    ),
    "an entry ends a text": (
        log_entries(entries.rejected(DAY, 0, 1)), [f"{ENTRY}ends entry 0, which is no signature before it."],
    ),
    "an entry ends itself": (
        log_entries(entries.rejected(DAY, 14, 1)), [f"{ENTRY}ends entry 14, which is no signature before it."],
    ),
    "an entry ends a later one": (
        log_entries(entries.rejected(DAY, 15, 1), entries.added(DAY, b"\x03" * 32)),
        [f"{ENTRY}ends entry 15, which is no signature before it."],
    ),
    "an entry is of an unknown kind": (log_entries(b"\x01\x06" + bytes(36)), [UNREAD]),
    "an entry is of an unknown version": (log_entries(b"\x02\x02" + bytes(36)), [UNREAD]),
    "an entry is too long": (log_entries(entries.added(DAY, b"\x03" * 33)), [UNREAD]),
}  # fmt: skip
