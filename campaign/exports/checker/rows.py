"""Rows against the log: each is to say just what its entry was made of, and no entry stands behind two."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from campaign.exports.checker.log import ADDED, HEAD_BYTES, TEXT, ends_in
from campaign.exports.checker.notes import BrokenError, read_text, sha256

FIELDS = ("text", "name", "country", "language", "signed_on")
Row = dict[str, str]


def commitment(opening: str, values: Sequence[str]) -> bytes:
    """What the log holds of a signature with these values of FIELDS.

    An opening is the salt that every field's key comes from; or, where columns were left out, a word for each field:
    its key, or, behind an equals sign, the hash that stands for what is not told.
    """
    words = opening.split() if " " in opening else keys_of(bytes.fromhex(opening))
    told = zip(FIELDS, values, words)  # noqa: B905 - strict came with Python 3.10
    leaves = [
        bytes.fromhex(word[1:])
        if word[0] == "="
        else sha256(b"undersigned/1 field ", field.encode(), b"\x00", bytes.fromhex(word), value.encode())
        for field, value, word in told
    ]
    return sha256(b"undersigned/1 signature\x00", *leaves)


def keys_of(salt: bytes) -> list[str]:
    def key(label: str, secret: bytes) -> bytes:
        return sha256(b"undersigned/1 key ", label.encode(), b"\x00", secret)

    clear = key("clear", salt)
    return [key(field, salt if field == "name" else clear).hex() for field in FIELDS]


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row with its number, without the apostrophes that keep spreadsheets from running cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        head = next(reader, [])
        for cells in reader:
            row = dict(zip(head, (cell[cell.startswith("'") :] for cell in cells)))  # noqa: B905
            yield int(row["number"]), row


def read_texts(folder: Path, entries: list[bytes]) -> dict[str, str]:
    """The digest of each demand that was signed, by language and version. Raises BrokenError for one not in the log."""
    logged = {entry[HEAD_BYTES:].hex() for entry in entries if entry[1] == TEXT}
    digests = {}
    for demand in json.loads(read_text(folder / "demands.json")):
        name, digest = f"{demand['language']} {demand['version']}", digest_of(demand)
        if digest not in logged:
            raise BrokenError(f"The demand {name} in demands.json is not one that the log has: it was altered.")
        digests[name] = digest
    return digests


def digest_of(demand: dict[str, Any]) -> str:
    """SHA-256 over all that was signed, in hex."""
    words = [demand[word] for word in ("language", "version", "title", "addressee", "demand")]
    return sha256("\n".join([*map(str, words), ",".join(demand["delivered_columns"])]).encode()).hex()


def check_rows(folder: Path, entries: list[bytes], rows_told: int) -> Iterator[str]:
    """A sentence for each row that is not as it was signed, for each that is missing, and for each too many."""
    texts, ends, last = read_texts(folder, entries), ends_in(entries), 0
    used: dict[str, int] = {}
    openings = read_rows(folder / "openings.csv")
    at, opening = next(openings, (0, {}))
    for number, row in read_rows(folder / "signatures.csv"):
        yield from missing(last, number)
        while opening and at < number:
            at, opening = next(openings, (0, {}))
        if number <= last:
            yield f"Row {number} of signatures.csv stands there twice, or in the wrong place."
        elif not opening or at != number:
            yield f"Row {number} of signatures.csv was invented: openings.csv has no line for it."
        elif opening["entry"] in used:
            yield f"Row {number} of signatures.csv tells the same signature as row {used[opening['entry']]}."
        elif opening["demand"] not in texts:
            yield f"Row {number} of signatures.csv is of a demand that demands.json does not have."
        elif fault := fault_of({**row, "text": texts[opening["demand"]]}, opening, entries, ends):
            yield f"Row {number} of signatures.csv {fault}."
        else:
            used[opening["entry"]] = number
        last = max(last, number)
    yield from missing(last, rows_told + 1)


def missing(last: int, number: int) -> Iterator[str]:
    return (f"Row {absent} is missing from signatures.csv." for absent in range(last + 1, number))


def fault_of(row: Row, opening: Row, entries: list[bytes], ends: dict[int, int]) -> str:
    """What is wrong with a row, as the end of a sentence; empty when nothing is."""
    place = int(opening["entry"])
    if place >= len(entries) or entries[place][1] != ADDED:
        return f"names entry {place}, where the log has no signature"
    if place in ends:
        return f"is of a signature that entry {ends[place]} of the log ended"
    if commitment(opening["opening"], [row.get(field, "") for field in FIELDS]) != entries[place][HEAD_BYTES:]:
        return f"does not say what was signed: entry {place} of the log was made of other words"
    return ""
