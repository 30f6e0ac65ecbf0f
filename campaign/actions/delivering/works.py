"""The three kinds of deliveries, as the building takes them further: a plain CSV, a bundle, a dump."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from campaign.actions.delivering import bundles, dumps
from campaign.actions.delivering.bundles import Pieces, Step
from campaign.actions.delivering.makings import making_of
from campaign.actions.delivering.records import (
    Person,
    Record,
    UnreadableError,
    check_commitment,
    open_record,
    records_of,
)
from campaign.exports import assembly, csv
from campaign.exports.assembly import Chunks
from campaign.exports.manifest import MANIFEST
from campaign.exports.signatures import CSV, Row
from campaign.models import Delivery


class StoppedError(Exception):
    """The delivery cannot go on by itself; the message is a code, and the key of the row that stopped it."""


class Work:
    """A plain CSV; and what all kinds share. `saved` is what a slice changes on the delivery beside its cursor."""

    def __init__(self, delivery: Delivery, chunks: Chunks) -> None:
        self.delivery, self.chunks = delivery, chunks
        self.saved: dict[str, Any] = {}

    @property
    def slice_size(self) -> int:
        """How many rows are made at once: each slice costs some statements, and a wait for the disk."""
        return int(settings.EXPORT_SLICE)

    @property
    def steps(self) -> list[Step]:
        """What follows the rows, in order."""
        return [("measure", "")]

    @property
    def ending(self) -> dict[str, Any]:
        """What is set on the delivery when it is built."""
        return {}

    def add(self, people: Sequence[Person]) -> Pieces:
        """The pieces of one slice of rows. Raises StoppedError."""
        columns, first = self.delivery.columns, self.delivery.row_count + 1
        rows = self.open(people)
        head = csv.head(columns) if first == 1 else b""
        return {CSV: head + csv.lines([row.cells(columns) for row in rows], first_number=first)}

    def take_step(self, step: Step) -> Pieces:
        """The pieces of one of the steps."""
        measures = assembly.measure(self.chunks)
        self.saved["files"] = as_files(measures)
        return {}

    def open(self, people: Sequence[Person], *, is_checked: bool = False) -> list[Row]:
        """Their rows. Raises StoppedError, which names the first that does not open, or is not what the log has."""
        records = records_of(people, self.delivery.columns)
        return [self._open(each, record, is_checked) for each, record in zip(people, records, strict=True)]

    def _open(self, person: Person, record: Record, is_checked: bool) -> Row:
        try:
            row = open_record(record, petition_id=self.delivery.petition_id, keys=settings.DELIVERY_PRIVATE_KEY)
            if is_checked:
                check_commitment(record, row)
        except UnreadableError as error:
            raise StoppedError(f"name-unreadable {person.pk}") from error
        return row


class BundleWork(Work):
    """All that an addressee gets."""

    def __init__(self, delivery: Delivery, chunks: Chunks) -> None:
        super().__init__(delivery, chunks)
        self.making = making_of(delivery, chunks)

    @property
    def slice_size(self) -> int:
        return int(settings.BUNDLE_SLICE)

    @property
    def steps(self) -> list[Step]:
        return self.making.steps

    @property
    def ending(self) -> dict[str, Any]:
        return {"manifest_digest": self.making.measures[MANIFEST].sha256}

    def add(self, people: Sequence[Person]) -> Pieces:
        made = bundles.add_rows(self.making, self.open(people, is_checked=True), self.delivery.chunk_count + 1)
        self.saved["tally"] = self.making.tally.as_json
        return made

    def take_step(self, step: Step) -> Pieces:
        made = bundles.take_step(self.making, step)
        self.saved = {"tally": self.making.tally.as_json, "files": as_files(self.making.measures)}
        return made


class DumpWork(BundleWork):
    """What officers make a bundle of where no network is: every name still sealed, and all else that it takes."""

    @property
    def steps(self) -> list[Step]:
        log = [step for step in self.making.steps if step[0] == "log"]
        return [*log, ("facts", ""), ("measure", "")]

    @property
    def ending(self) -> dict[str, Any]:
        return {}

    def add(self, people: Sequence[Person]) -> Pieces:
        return dumps.add_records(records_of(people, self.delivery.columns))

    def take_step(self, step: Step) -> Pieces:
        if step[0] != "facts":
            return super().take_step(step)
        return dumps.add_facts(self.making, self.delivery)


def as_files(measures: dict[str, Any]) -> list[list[Any]]:
    """Measures as the row keeps them."""
    return [[name, measure.size, measure.crc, measure.sha256] for name, measure in measures.items()]


KINDS = {Delivery.Kind.EXPORT: Work, Delivery.Kind.BUNDLE: BundleWork, Delivery.Kind.DUMP: DumpWork}
