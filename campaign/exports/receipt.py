"""A receipt: one file with all that it takes to show that a signature is in the log (C2SP tlog-proof; docs/log.md)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from campaign.merkle import entries
from campaign.merkle.entries import Entry
from campaign.merkle.notes import Checkpoint, Proof
from campaign.merkle.tree import leaf_hash, root_by_inclusion

FORMAT = "undersigned-receipt/1"


class UnprovenError(ValueError):
    """The words, the entry and the log do not fit each other: nothing is proven by them."""


class Signed(NamedTuple):
    """What was signed: the values of entries.FIELDS, what opens the commitment to them, and the demand's whole text."""

    values: Mapping[str, str]
    salt: bytes
    demand: Mapping[str, Any]


class Place(NamedTuple):
    """Where the log has it: its entry, and the way from there to a sealed checkpoint."""

    number: int
    entry: bytes
    path: Sequence[bytes]
    note: str
    key: str  # name+id+base64


def receipt(signed: Signed, place: Place) -> str:
    """The file's text. Raises UnprovenError, so that nobody is given a proof that proves nothing."""
    _check(signed, place)
    keys = entries.field_keys(signed.salt)
    told = {
        "format": FORMAT,
        "key": place.key,
        "entry": place.entry.hex(),
        "salt": signed.salt.hex(),
        **signed.values,
        "leaves": [entries.leaf(field, keys[field], signed.values[field]).hex() for field in entries.FIELDS],
        "demand": signed.demand,
    }
    extra = json.dumps(told, ensure_ascii=False).encode()
    return Proof(place.number, place.path, place.note, extra).text


def _check(signed: Signed, place: Place) -> None:
    entry = Entry.parse(place.entry)
    if entry.kind != entries.ADDED or entry.digest != entries.commit_all(signed.salt, signed.values):
        raise UnprovenError("the entry was made of other words")
    checkpoint = Checkpoint.parse(place.note.rpartition("\n\n")[0] + "\n")
    if root_by_inclusion(leaf_hash(place.entry), place.number, checkpoint.size, place.path) != checkpoint.root:
        raise UnprovenError("the entry does not lead to the checkpoint")
