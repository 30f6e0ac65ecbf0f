"""A signatory's receipt (C2SP tlog-proof): her words, the place of their entry in the log, the way to its root."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from campaign.exports.checker.log import ADDED, HEAD_BYTES, read_checkpoint
from campaign.exports.checker.notes import BrokenError, read_text, sha256
from campaign.exports.checker.rows import FIELDS, commitment, digest_of, keys_of

HEAD = "c2sp.org/tlog-proof@v1"
ENTRY_HEAD = bytes([1, ADDED])  # version and kind
SAID = {
    "text": "text",
    "name": "name",
    "country": "country",
    "language": "language",
    "signed_on": "day of signing",
}


class Receipt(NamedTuple):
    """What stands in the file; `told` is its JSON."""

    told: dict[str, Any]
    place: int
    path: list[bytes]
    note: str


def read_receipt(path: Path) -> Receipt:
    """The file's parts. Raises BrokenError."""
    text = read_text(path)
    if not text.startswith(HEAD + "\n"):
        raise BrokenError("This is no receipt: it does not begin with " + HEAD + ".")
    try:
        return parts_of(text)
    except (ValueError, LookupError, TypeError) as error:
        raise BrokenError("The receipt cannot be read: it was cut or altered.") from error


def parts_of(text: str) -> Receipt:
    head, _, note = text.partition("\n\n")
    _kind, extra, index, *siblings = head.split("\n")
    told = json.loads(base64.b64decode(extra.split(" ")[1]))
    words = [told[word] for word in (*FIELDS, "key", "entry", "salt")] + told["leaves"] + [told["demand"]["title"]]
    if not all(isinstance(word, str) for word in words) or len(told["leaves"]) != len(FIELDS):
        raise TypeError
    return Receipt(told, int(index.split(" ")[1]), [base64.b64decode(each) for each in siblings], note)


def key_in(path: Path) -> str:
    """The log's key as the receipt has it, which vouches for nothing. Raises BrokenError."""
    return str(read_receipt(path).told["key"]).strip()


def check_receipt(path: Path, key: str) -> tuple[list[str], list[str]]:
    """What holds and what is wrong with a receipt, each as sentences. Raises BrokenError."""
    receipt = read_receipt(path)
    wrong: list[str] = []
    for faults in (word_faults(receipt.told), place_faults(receipt, key)):
        try:
            wrong += faults
        except BrokenError as error:
            wrong.append(str(error))
        except (ValueError, LookupError, TypeError):
            wrong.append("The receipt is not of the form that this program knows: it was altered.")
    told, size = receipt.told, receipt.note.partition("\n")[2].partition("\n")[0]
    held = (
        f"{told['name']} signed “{told['demand']['title']}” on {told['signed_on']}: that is entry {receipt.place} of"
        f" the log {key.partition('+')[0]}, which then had {size}."
    )
    return [] if wrong else [held], wrong


def word_faults(told: dict[str, Any]) -> Iterator[str]:
    """Which of her words are not those that the entry was made of."""
    words, entry = [told[field] for field in FIELDS], bytes.fromhex(told["entry"])
    if digest_of(told["demand"]) != told["text"]:
        yield "The demand in the receipt is not the text that was signed."
    if entry[:2] == ENTRY_HEAD and commitment(keys_of(bytes.fromhex(told["salt"])), words) == entry[HEAD_BYTES:]:
        return
    leaves = [bytes.fromhex(leaf) for leaf in told["leaves"]]
    keys = [bytes.fromhex(key) for key in keys_of(bytes.fromhex(told["salt"]))]
    # What each leaf should be, to name the one word that is another.
    made = [
        sha256(b"undersigned/1 field ", field.encode(), b"\x00", key, word.encode())
        for field, key, word in zip(FIELDS, keys, words)  # noqa: B905 - strict came with Python 3.10
    ]
    other = [field for place, field in enumerate(FIELDS) if made[place] != leaves[place]]
    if entry[:2] != ENTRY_HEAD or sha256(b"undersigned/1 signature\x00", *leaves) != entry[HEAD_BYTES:]:
        yield "The entry in the receipt is not made of these words: it was altered."
    elif len(other) == len(FIELDS):
        yield "The salt in the receipt is not the one that was used: it was altered."
    else:
        yield from (f"The {SAID[field]} in the receipt is not the one that was signed." for field in other)


def place_faults(receipt: Receipt, key: str) -> Iterator[str]:
    """Whether the entry leads to the root of a log that this key sealed. Raises BrokenError."""
    size, root = read_checkpoint(receipt.note, key, "The checkpoint in the receipt")
    leaf = sha256(b"\x00", bytes.fromhex(receipt.told["entry"]))
    if root_by(leaf, receipt.place, size, receipt.path) != root:
        yield f"This is not entry {receipt.place} of the log: the entry, its number or its path was altered."


def root_by(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a path leads to (RFC 9162, 2.1.3.2). Raises BrokenError when it has the wrong length."""
    at, last, root = index, size - 1, leaf
    for sibling in path:
        if at & 1 or at == last:
            root = sha256(b"\x01", sibling, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\x01", root, sibling)
        at, last = at >> 1, last >> 1
    if last or not 0 <= index < size:
        raise BrokenError("The path in the receipt is not one to that entry: it was cut or altered.")
    return root
