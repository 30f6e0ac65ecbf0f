"""One slice of a log: the signatures whose state the log does not tell yet come into it, in no order, under a lock.

Nothing here touches a file: `log` publishes what stands in the database. Killed at any point, the slice never was.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from os import urandom
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from campaign.actions.counting.inserting import insert_many
from campaign.merkle import entries
from campaign.merkle.tree import Frontier, leaf_hashes
from campaign.models import Decision, LogEntry, Petition, PetitionLog, ReasonClass, Signatory
from campaign.models.signatory import CONFIRMED, REJECTED

_CHANCE_BYTES = 16
# What the log says of a class of reason. The numbers are published: add to them, change none.
REASONS = {
    ReasonClass.OTHER: 0,
    ReasonClass.FORGED: 1,
    ReasonClass.DUPLICATE: 2,
    ReasonClass.NO_NAME: 3,
    ReasonClass.ABUSIVE: 4,
    ReasonClass.OWNER: 5,
}
TOTALS = {entries.ADDED: "added", entries.WITHDRAWN: "withdrawn", entries.REJECTED: "rejected"}


class Lagging(NamedTuple):
    """What sequencing must know of a row."""

    pk: UUID
    state: str
    entry_index: int | None
    commitment: bytes | None


class NewEntry(NamedTuple):
    """An entry to come: its kind, its bytes, and the index of what it ends."""

    kind: int
    raw: bytes
    ends: int | None = None


def today() -> int:
    return entries.day_number(datetime.now(tz=UTC).date())


def sequence_slice(log: PetitionLog) -> int:
    """Bring up to LOG_SLICE lagging signatures into a log that the caller has locked; how many entries that made."""
    # Locked, so that nobody withdraws or changes between this look and the note of where the entry stands.
    lagging = Signatory.objects.unlogged().filter(petition=log.petition_id).due_to_log(log.petition).select_for_update()
    found = lagging.order_by("pk").values_list(*Lagging._fields)  # by their own index, not by reading all
    rows = _shuffled([Lagging(*row) for row in found[: settings.LOG_SLICE]])
    if not rows:
        return 0
    endings = _endings([row for row in rows if row.entry_index is not None])
    rising = _shuffled([row for row in rows if row.state == CONFIRMED])  # anew: see _endings
    first = append(log, [*_texts(log.petition), *endings, *_additions(rising)])
    fallen = Signatory.objects.filter(pk__in=[row.pk for row in rows if row.state != CONFIRMED])
    fallen.update(entry_index=None, amended_at=None)
    _point([row.pk for row in rising], log.size - len(rising))
    return log.size - first


def _shuffled(rows: list[Lagging]) -> list[Lagging]:
    """In an order that tells nothing of when they came, by chance from the operating system."""
    chance = urandom(_CHANCE_BYTES * len(rows))
    order = sorted(range(len(rows)), key=lambda at: chance[at * _CHANCE_BYTES : (at + 1) * _CHANCE_BYTES])
    return [rows[at] for at in order]


def append(log: PetitionLog, new: Sequence[NewEntry]) -> int:
    """Add entries to a log that the caller has locked; the index of the first of them."""
    first = log.size
    places = range(first, first + len(new))
    columns = ("petition_id", "index", "kind", "ends", "raw")
    rows = [(log.pk, index, entry.kind, entry.ends, entry.raw) for index, entry in zip(places, new, strict=True)]
    insert_many(LogEntry, columns, rows)
    frontier = Frontier(log.size, bytes(log.frontier))
    frontier.extend(leaf_hashes(entry.raw for entry in new))
    log.size, log.frontier = frontier.size, frontier.to_bytes()
    for kind, total in TOTALS.items():
        setattr(log, total, getattr(log, total) + sum(entry.kind == kind for entry in new))
    log.save(update_fields=["size", "frontier", *TOTALS.values()])
    return first


# --- Which entries ---------------------------------------------------------------------------------------------------
def _texts(petition: Petition) -> list[NewEntry]:
    """The demands that were signed and that the log does not have yet, before the signatures that stand under them."""
    logged = LogEntry.objects.filter(petition=petition, kind=entries.TEXT)
    known = {entries.Entry.parse(bytes(raw)).digest for raw in logged.values_list("raw", flat=True)}
    signed = petition.editions.filter(first_signed_at__isnull=False).order_by("pk")
    digests = [bytes.fromhex(edition.digest) for edition in signed]
    return [NewEntry(entries.TEXT, entries.text(today(), digest)) for digest in digests if digest not in known]


def _endings(rows: Sequence[Lagging]) -> list[NewEntry]:
    """What ends the entries of these rows. Corrected ones end here, apart from the new ones and in another order, so
    that no places tell which two are one person's.
    """
    reasons = _reasons([row.pk for row in rows if row.state == REJECTED])
    return [_ending(row, reasons) for row in rows]


def _ending(row: Lagging, reasons: dict[UUID, int]) -> NewEntry:
    ends, day = row.entry_index or 0, today()
    if row.state == REJECTED:
        return NewEntry(entries.REJECTED, entries.rejected(day, ends, reasons.get(row.pk, 0)), ends)
    why = entries.CORRECTED if row.state == CONFIRMED else entries.BY_SIGNATORY
    return NewEntry(entries.WITHDRAWN, entries.withdrawn(day, ends, why), ends)


def _reasons(rejected: Iterable[UUID]) -> dict[UUID, int]:
    """Of each rejected signature the class of the last decision against it."""
    decisions = Decision.objects.filter(signatory__in=list(rejected), act=Decision.Act.REJECT).order_by("pk")
    return {pk: REASONS[ReasonClass(why)] for pk, why in decisions.values_list("signatory_id", "reason_class")}


def _additions(rows: Sequence[Lagging]) -> list[NewEntry]:
    """A row whose person was erased before this has no commitment any more: its entry commits to chance."""
    day = today()
    commitments = (bytes(row.commitment or urandom(entries.DIGEST_BYTES)) for row in rows)
    return [NewEntry(entries.ADDED, entries.added(day, commitment)) for commitment in commitments]


# --- Back to the rows ------------------------------------------------------------------------------------------------
def _point(ids: Sequence[UUID], first: int) -> None:
    """Let each row know the entry that counts it now: one after the other from `first` on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POINT_MANY, [first - 1, f"{{{','.join(map(str, ids))}}}"])
        else:
            cursor.executemany(_POINT_ONE, [(index, pk.hex) for index, pk in enumerate(ids, first)])


_POINT = f"UPDATE {Signatory._meta.db_table} AS row SET amended_at = NULL, entry_index ="  # noqa: S608 # nosec B608 # ours
_POINT_ONE = f"{_POINT} %s WHERE id = %s"
_POINT_MANY = f"{_POINT} %s + new.place FROM unnest(%s::uuid[]) WITH ORDINALITY AS new(id, place) WHERE row.id = new.id"
