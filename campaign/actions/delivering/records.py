"""Signatures on their way into a delivery: still sealed, as records, and opened, as rows. A dump holds records."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import TruncDate

from campaign import crypto
from campaign.exports.signatures import Row
from campaign.models import Delivery, PetitionEdition, Signatory
from campaign.models.signatory import envelope_context

# Plain tuples, and no instances of models: of a million rows those alone take half as long as opening the envelopes.


class Person(NamedTuple):
    """The columns of a signatory that a delivery needs."""

    pk: UUID
    edition_id: int
    country: str
    signed_on: date
    identity: bytes | None
    email_digest: bytes | None
    entry_index: int | None
    commitment: bytes | None


class Record(NamedTuple):
    """One signature with its sealed name: all that it takes to deliver it for whoever holds the delivery key."""

    entry: int
    demand: str  # "en 1": language and version
    text: str  # the digest of that demand
    country: str
    language: str
    signed_on: str
    shown: Sequence[str]
    identity: bytes  # the envelope
    digest: bytes  # what binds it to its row
    commitment: bytes  # what the log holds of it

    @property
    def as_line(self) -> bytes:
        """The record as a line of JSON, its bytes in base 64."""
        told = {name: _as_text(value) for name, value in self._asdict().items()}
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Record":
        """Undo `as_line`. Raises ValueError, TypeError."""
        told = json.loads(line)
        return cls(**told | {name: base64.b64decode(told[name]) for name in ("identity", "digest", "commitment")})


def _as_text(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


class UnreadableError(Exception):
    """A name that does not open, or that is another than the log was told."""


def people_to_deliver(delivery: Delivery, number: int) -> list[Person]:
    """Who comes next, up to `number` of them, in the order of the keys, which is that of signing.

    For an addressee only what the log has, as it has it, at the checkpoint that the delivery is made from.
    """
    rows = Signatory.objects.deliverable_as_of(delivery.as_of, delivery.petition_id)
    if delivery.is_for_addressee:
        rows = rows.filter(entry_index__lt=delivery.log_size or 0, amended_at=None)
    rows = rows.filter(pk__gt=delivery.cursor) if delivery.cursor else rows
    rows = rows.order_by("pk").annotate(signed_on=TruncDate("signed_at", tzinfo=UTC))
    return list(map(Person._make, rows.values_list(*Person._fields)[:number]))


def records_of(people: Sequence[Person], columns: Sequence[str]) -> list[Record]:
    """The records of rows; each shows only those columns that the demand it was signed under named."""
    editions = PetitionEdition.objects.in_bulk({person.edition_id for person in people})
    known = {
        pk: (demand_name(edition), edition.digest, edition.language,
             [each for each in columns if each in edition.delivered_columns])
        for pk, edition in editions.items()
    }  # fmt: skip
    return [_record_of(person, *known[person.edition_id]) for person in people]


def _record_of(person: Person, demand: str, text: str, language: str, shown: list[str]) -> Record:
    return Record(
        -1 if person.entry_index is None else person.entry_index, demand, text, person.country, language,
        person.signed_on.isoformat(), shown, bytes(person.identity or b""), bytes(person.email_digest or b""),
        bytes(person.commitment or b""),
    )  # fmt: skip


def demand_name(edition: PetitionEdition) -> str:
    """How a delivery names a demand: as demands.json has it."""
    return f"{edition.language} {edition.version}"


def open_record(record: Record, *, petition_id: int, keys: str) -> Row:
    """The row of a record, by whichever of the private keys opens its name. Raises UnreadableError.

    A name that is there and is not to be read stops a delivery: a signature is never left out in silence.
    """
    info = envelope_context("identity", petition_id, record.digest)
    try:
        held = json.loads(crypto.open_sealed(keys, record.identity, info).decode())
        values = {
            "text": record.text, "name": held["name"], "country": record.country, "language": record.language,
            "signed_on": record.signed_on,
        }  # fmt: skip
        return Row(record.entry, record.demand, bytes.fromhex(held["salt"]), values, record.shown)
    except (crypto.SealBrokenError, KeyError, ValueError) as error:
        raise UnreadableError from error


def check_commitment(record: Record, row: Row) -> None:
    """Raise UnreadableError where the log was told other words than are about to be delivered."""
    if row.commitment != record.commitment:
        raise UnreadableError
