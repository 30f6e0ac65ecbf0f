"""The sealed dump of a high-risk petition, and the bundle that its officers make of it where no network is.

A dump is an archive: `records.jsonl`, each signature with its name still sealed to the petition's own key; the log; and
`facts.json`, all else that the papers tell. The machine that makes the bundle does not hold the log's key: the dump
brings a key for this one delivery, sealed to the petition's key, and the note in which the log's key names it.
"""

import base64
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

from campaign import crypto
from campaign.actions.delivering.bundles import Making, Pieces, add_rows, files_of, take_step
from campaign.actions.delivering.records import Record, check_commitment, open_record
from campaign.exports import pieces
from campaign.exports.facts import Facts, Tally
from campaign.exports.manifest import name_key
from campaign.exports.zips import Entry
from campaign.merkle import tiles
from campaign.merkle.notes import Signer
from campaign.models import Delivery

RECORDS, FACTS = "records.jsonl", "facts.json"
ROWS_IN_SLICE = 1_000
_SEED_BYTES = 32


# --- Writing, on the site ------------------------------------------------------------------------------------------
def add_records(records: Sequence[Record]) -> Pieces:
    return {RECORDS: b"".join(record.as_line for record in records)}


def add_facts(making: Making, delivery: Delivery) -> Pieces:
    """What the dump tells beside the records, and the delivery's own key, made here and kept nowhere else."""
    seed, facts = os.urandom(_SEED_BYTES), making.facts
    signer = Signer.from_seed(f"{making.signer.name}/delivery-{facts.number}", seed)
    named = name_key(signer.verifier.text, making.signer, petition=facts.petition, delivery=facts.number)
    sealed = crypto.seal(delivery.petition.delivery_key, seed, _seed_info(facts))
    told = {
        "facts": facts.as_json, "petition_id": delivery.petition_id, "signer": signer.name, "key_note": named,
        "sealed_seed": base64.b64encode(sealed).decode(),
    }  # fmt: skip
    return {FACTS: json.dumps(told, ensure_ascii=False, indent=1).encode()}


def _seed_info(facts: Facts) -> bytes:
    return crypto.context("delivery seal", facts.petition.encode(), str(facts.number).encode())


# --- Reading, offline ------------------------------------------------------------------------------------------------
class Dump:
    """A dump that was taken to another machine. Raises KeyError, ValueError, zipfile.BadZipFile where it is none."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        told = json.loads(self._archive.read(FACTS))
        known = {each.name for each in fields(Facts)}
        self.facts = Facts(**{name: value for name, value in told["facts"].items() if name in known})
        self.petition_id, self.signer_name, self.key_note = told["petition_id"], told["signer"], told["key_note"]
        self._sealed_seed = base64.b64decode(told["sealed_seed"])

    def signer(self, keys: str) -> Signer:
        """The delivery's own key. Raises crypto.SealBrokenError."""
        return Signer.from_seed(self.signer_name, crypto.open_sealed(keys, self._sealed_seed, _seed_info(self.facts)))

    def records(self) -> Iterator[Record]:
        with self._archive.open(RECORDS) as lines:
            yield from map(Record.from_line, lines)

    def entries(self) -> list[bytes]:
        return tiles.from_bundle(self._archive.read("log/entries"))


def make_bundle(dump: Dump, keys: str, spool: "Spool") -> list[Entry]:
    """The files of the bundle that a dump makes, by the same steps as on the site.

    Raises records.UnreadableError, crypto.SealBrokenError, pdf.TypesettingError.
    """
    entries = dump.entries()
    making = Making(
        facts=dump.facts, tally=Tally({}), chunks=spool.chunks, signer=dump.signer(keys), key_note=dump.key_note,
        read_entries=lambda start, end: entries[start:end],
    )  # fmt: skip
    records, part = dump.records(), 0
    while some := list(islice(records, ROWS_IN_SLICE)):
        part += 1
        spool.add(add_rows(making, [_open(dump, record, keys) for record in some], part))
    if not part:
        spool.add(add_rows(making, [], 1))
    for step in making.steps:
        spool.add(take_step(making, step))
    return files_of(making)


def _open(dump: Dump, record: Record, keys: str) -> Any:
    row = open_record(record, petition_id=dump.petition_id, keys=keys)
    check_commitment(record, row)
    return row


class Spool:
    """Chunks of pieces in a file, each encrypted under a key that is nowhere but in this process's memory."""

    def __init__(self, path: Path) -> None:
        self._path, self._key = path, os.urandom(32)
        self._sizes: list[int] = []

    def add(self, made: Pieces) -> None:
        sealed = crypto.wrap(self._key, pieces.pack(made), self._info(len(self._sizes)))
        with self._path.open("ab") as file:
            file.write(sealed)
        self._sizes.append(len(sealed))

    def chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            for place, size in enumerate(self._sizes):
                yield crypto.unwrap(self._key, file.read(size), self._info(place))

    def _info(self, place: int) -> bytes:
        return crypto.context("spool", place.to_bytes(8, "big"))
