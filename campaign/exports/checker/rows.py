"""Rows against the log: each is to say just what its entry was made of, and no entry stands behind two."""

import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from campaign.exports.checker.log import ADDED, HEAD_BYTES, TEXT
from campaign.exports.checker.notes import BrokenError, read_json, sha256
from campaign.exports.checker.tables import AS_READ, Row, number_of, read_rows

FIELDS = ("text", "name", "country", "language", "signed_on")
DEMAND_WORDS = 6  # language, version, title, addressee, demand, delivered_columns
OPENED = ("entry", "demand", "opening")  # the columns of openings.csv
MAY_BE_HIDDEN = FIELDS[2:]  # whoever signed is named, and stands under a text
MISSING_MAX = 50  # sentences
SALT, WORD = re.compile("[0-9a-f]{32}"), re.compile("=?[0-9a-f]{64}")


class Demand(NamedTuple):
    """A text that was signed: its digest, and which of FIELDS nobody who signed it gives in this delivery."""

    digest: str
    hidden: frozenset[str]


class Log(NamedTuple):
    """The entries, and which of them a later one ended."""

    entries: list[bytes]
    ends: dict[int, int]


def commitment(words: Sequence[str], values: Sequence[str]) -> bytes:
    """What the log holds of a signature with these values of FIELDS.

    A word for each field: its key, or, behind an equals sign, the hash that stands for what is not told.
    """
    leaves = [
        bytes.fromhex(word[1:])
        if word[0] == "="
        else sha256(b"undersigned/1 field ", field.encode(), b"\x00", bytes.fromhex(word), value.encode(*AS_READ))
        for field, value, word in zip(FIELDS, values, words)  # noqa: B905 - strict came with Python 3.10
    ]
    return sha256(b"undersigned/1 signature\x00", *leaves)


def keys_of(salt: bytes) -> list[str]:
    def key(label: str, secret: bytes) -> bytes:
        return sha256(b"undersigned/1 key ", label.encode(), b"\x00", secret)

    clear = key("clear", salt)
    return [key(field, salt if field == "name" else clear).hex() for field in FIELDS]


def read_demands(folder: Path, entries: list[bytes], columns: Sequence[str]) -> dict[str, Demand]:
    """Each demand that was signed, by language and version. Raises BrokenError for one that is not in the log."""
    logged = {entry[HEAD_BYTES:].hex() for entry in entries if entry[1] == TEXT}
    demands: dict[str, Demand] = {}
    for told in read_json(folder / "demands.json"):
        name, digest = f"{told['language']} {told['version']}", digest_of(told)
        if digest not in logged:
            raise BrokenError(f"The demand {name} in demands.json is not one that the log has: it was altered.")
        if name in demands:
            raise BrokenError(f"The demand {name} stands in demands.json twice.")
        shown = {*columns} & {*told["delivered_columns"]}
        demands[name] = Demand(digest, frozenset(field for field in MAY_BE_HIDDEN if field not in shown))
    return demands


def digest_of(demand: dict[str, Any]) -> str:
    """SHA-256 over all that was signed, in hex; empty where words were moved from one line to another, or added.

    The digest is over lines, so none but the demand itself may hold an end of one.
    """
    version, columns = demand["version"], demand["delivered_columns"]
    lines = [demand[word] for word in ("language", "title", "addressee")]
    are_lines = all(type(each) is str and "\n" not in each for each in lines)
    if len(demand) != DEMAND_WORDS or not are_lines or type(version) is not int or not {*columns} <= {*FIELDS}:
        return ""
    words = [lines[0], str(version), *lines[1:], demand["demand"], ",".join(columns)]
    return sha256("\n".join(words).encode()).hex()


def check_rows(folder: Path, log: Log, columns: Sequence[str], rows_told: int) -> Iterator[str]:
    """A sentence for each row that is not as it was signed, for each that is missing, and for each too many."""
    demands, last = read_demands(folder, log.entries, columns), 0
    used = array("Q", bytes(8 * len(log.entries)))  # by entry, the row that tells it; 0 for none
    openings = read_rows(folder / "openings.csv", OPENED)
    at, opening = next(openings, (0, {}))
    for number, row in read_rows(folder / "signatures.csv", columns):
        yield from missing(last, min(number, rows_told + 1))
        while opening and at < number:
            at, opening = next(openings, (0, {}))
        if number <= last:
            yield f"Row {number} of signatures.csv stands there twice, or in the wrong place."
        elif not opening or at != number:
            yield f"Row {number} of signatures.csv was invented: openings.csv has no line for it."
        elif opening["demand"] not in demands:
            yield f"Row {number} of signatures.csv is of a demand that demands.json does not have."
        elif fault := fault_of(row, opening, demands[opening["demand"]], log, used):
            yield f"Row {number} of signatures.csv {fault}."
        elif number > rows_told:
            yield f"Row {number} of signatures.csv is one more than the manifest tells."
        else:
            used[int(opening["entry"])] = number
        last = max(last, number)
    yield from missing(last, rows_told + 1)


def missing(last: int, number: int) -> Iterator[str]:
    """The rows between two numbers; of many at once, a single sentence."""
    if number - last > MISSING_MAX:
        yield f"Rows {last + 1} to {number - 1} are missing from signatures.csv."
    else:
        yield from (f"Row {absent} is missing from signatures.csv." for absent in range(last + 1, number))


def fault_of(row: Row, opening: Row, demand: Demand, log: Log, used: "array[int]") -> str:
    """What is wrong with a row, as the end of a sentence; empty when nothing is."""
    place, words = number_of(opening["entry"]), opening["opening"].split(" ")
    if place is None or place >= len(log.entries) or log.entries[place][1] != ADDED:
        return f"names entry {opening['entry']}, where the log has no signature"
    if used[place]:
        return f"tells the same signature as row {used[place]}"
    if place in log.ends:
        return f"is of a signature that entry {log.ends[place]} of the log ended"
    if fault := opening_fault(words, demand.hidden) or hidden_fault(row, demand.hidden):
        return fault
    words = keys_of(bytes.fromhex(words[0])) if len(words) == 1 else words
    values = [demand.digest, *[row.get(field, "") for field in FIELDS[1:]]]
    if commitment(words, values) != log.entries[place][HEAD_BYTES:]:
        return f"does not say what was signed: entry {place} of the log was made of other words"
    return ""


def opening_fault(words: Sequence[str], hidden: frozenset[str]) -> str:
    """Whether an opening opens just what is delivered: else a closed field could say anything beside its true hash.

    It is the salt that every field's key comes from; or, where columns are left out, what `commitment` takes.
    """
    if len(words) == 1 and not hidden:
        return "" if SALT.fullmatch(words[0]) else "has a salt in openings.csv that is none"
    if len(words) != len(FIELDS) or not all(map(WORD.fullmatch, words)):
        return "has an opening in openings.csv that is not one word for each of five fields"
    closed = {field for field, word in zip(FIELDS, words) if word[0] == "="}  # noqa: B905
    for field in FIELDS:
        if field in closed and field not in hidden:
            return f"does not prove its {field}: openings.csv keeps it closed"
        if field in hidden and field not in closed:
            return f"has its {field} opened in openings.csv, which is not delivered"
    return ""


def hidden_fault(row: Row, hidden: frozenset[str]) -> str:
    """Whether a row tells something in a column that is not delivered of it, and that nothing proves."""
    told = [field for field in MAY_BE_HIDDEN if field in hidden and row.get(field)]
    return f"has something under {told[0]}, which is not delivered of it" if told else ""
