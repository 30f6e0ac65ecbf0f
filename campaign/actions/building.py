"""One slice of a delivery's file: a thousand signatures, one sealed chunk, one UPDATE that moves all of the cursor.

Killed at any point, the next worker goes on from the row: what was written behind it is cut off. A signature that is
withdrawn or rejected while the file is built is in it only if its slice came first.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from campaign.actions import sealed_file
from campaign.actions.signatories import open_identity
from campaign.crypto import SealBrokenError
from campaign.exports import csv
from campaign.models import Delivery, Petition, PetitionEdition, Signatory
from campaign.models.delivery import APPROVED, BUILT, DeliveryQuerySet
from campaign.models.signatory import SignatoryQuerySet

_NEEDED = ("petition", "edition", "country", "signed_at", "identity", "email_digest")


class StoppedError(Exception):
    """The delivery cannot go on by itself; the message is a code, and the key of the row that stopped it."""


def is_forgotten(petition: Petition) -> bool:
    """Whether the public date has come on which all personal data of the petition go."""
    is_due = petition.destroy_on is not None and petition.destroy_on <= timezone.now().date()
    return is_due or petition.destroyed_at is not None


def held_by_us(delivery: Delivery) -> DeliveryQuerySet:
    """The delivery's row, for as long as it is to be built and the claim in our hands stands."""
    return Delivery.objects.filter(pk=delivery.pk, state=APPROVED, claimed_at=delivery.claimed_at)


def build_slice(delivery: Delivery) -> bool:
    """Add the next signatures to the file of a claimed delivery. Whether there is more for us to do.

    Raises StoppedError, crypto.SealBrokenError, sealed_file.FileGoneError, OSError.
    """
    if is_forgotten(delivery.petition):
        raise StoppedError("data-destroyed")
    if delivery.sealed_key is None:
        _begin(delivery)
    with sealed_file.held(delivery.pk) as file:
        # Looked at again behind the lock: whoever took over while we were silent may have had it in between.
        if file is None or not held_by_us(delivery).exists():
            return False
        rows = list(_to_deliver(delivery)[: settings.EXPORT_SLICE])
        key = sealed_file.open_key(delivery.pk, delivery.sealed_key)
        chunk = sealed_file.seal_chunk(key, _text(delivery, rows), delivery_id=delivery.pk, index=delivery.chunk_count)
        byte_count = sealed_file.append(file, chunk, at=delivery.byte_count)
        return _move_cursor(delivery, rows, byte_count)


def _begin(delivery: Delivery) -> None:
    delivery.sealed_key = sealed_file.seal_new_key(delivery.pk)
    held_by_us(delivery).update(sealed_key=delivery.sealed_key)


def _to_deliver(delivery: Delivery) -> SignatoryQuerySet:
    """Who comes next, in the order of the keys, which is that of signing."""
    rows = Signatory.objects.deliverable().filter(petition=delivery.petition_id, confirmed_at__lte=delivery.as_of)
    rows = rows.filter(pk__gt=delivery.cursor) if delivery.cursor else rows
    return rows.only(*_NEEDED).order_by("pk")


def _move_cursor(delivery: Delivery, rows: Sequence[Signatory], byte_count: int) -> bool:
    """Make the chunk count, unless the claim is gone. Whether there is more to do."""
    is_last = len(rows) < settings.EXPORT_SLICE
    now = timezone.now()
    values: dict[str, Any] = {
        "row_count": delivery.row_count + len(rows),
        "chunk_count": delivery.chunk_count + 1,
        "byte_count": byte_count,
        "cursor": rows[-1].pk if rows else delivery.cursor,
        "claimed_at": None if is_last else now,
    }
    if is_last:
        values |= {"state": BUILT, "built_at": now}
    is_moved = held_by_us(delivery).filter(chunk_count=delivery.chunk_count).update(**values)
    for name, value in values.items():
        setattr(delivery, name, value)
    return bool(is_moved) and not is_last


def _text(delivery: Delivery, rows: Sequence[Signatory]) -> bytes:
    editions = PetitionEdition.objects.in_bulk({row.edition_id for row in rows})
    cells = (_cells(row, editions[row.edition_id], delivery.columns) for row in rows)
    head = b"" if delivery.chunk_count else csv.head(delivery.columns)
    return head + csv.lines(cells, first_number=delivery.row_count + 1)


def _cells(row: Signatory, edition: PetitionEdition, columns: Sequence[str]) -> list[str]:
    """What the addressee gets of one signature: only what the demand that was signed named; the rest stays empty."""
    known = {
        "name": _name_of(row),
        "country": row.country,
        "language": edition.language,
        "signed_on": row.signed_at.date().isoformat(),
    }
    return [known[column] if column in edition.delivered_columns else "" for column in columns]


def _name_of(row: Signatory) -> str:
    """The name. Raises StoppedError where none is to be read: a signature is never left out in silence."""
    try:
        return str(open_identity(row)["name"])
    except (SealBrokenError, KeyError) as error:
        raise StoppedError(f"name-unreadable {row.pk}") from error
