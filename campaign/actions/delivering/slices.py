"""One slice of a delivery: some rows, or one of the steps after them; one sealed chunk; one UPDATE that moves it all.

Killed at any point, the next worker goes on from the row: what was written behind it is cut off. A signature that is
withdrawn or rejected while the file is built is in it only if its slice came first.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign.actions.delivering import sealed_file
from campaign.actions.delivering.bundles import Pieces
from campaign.actions.delivering.makings import begin, waits_for_log
from campaign.actions.delivering.records import Person, people_to_deliver
from campaign.actions.delivering.works import KINDS, StoppedError, Work
from campaign.exports import pieces
from campaign.models import DeliveredSlice, Delivery, Petition
from campaign.models.delivery import APPROVED, BUILT, DeliveryQuerySet

Values = dict[str, Any]


def is_forgotten(petition: Petition) -> bool:
    """Whether the public date has come on which all personal data of the petition go."""
    is_due = petition.destroy_on is not None and petition.destroy_on <= timezone.now().date()
    return is_due or petition.destroyed_at is not None


def held_by_us(delivery: Delivery) -> DeliveryQuerySet:
    """The delivery's row, for as long as it is to be built and the claim in our hands stands."""
    return Delivery.objects.filter(pk=delivery.pk, state=APPROVED, claimed_at=delivery.claimed_at)


def build_slice(delivery: Delivery) -> bool:
    """Take a claimed delivery one slice further. Whether there is more for us to do.

    Raises StoppedError, makings.NoLogError, crypto.SealBrokenError, FileGoneError, TypesettingError, OSError.
    """
    if is_forgotten(delivery.petition):
        raise StoppedError("data-destroyed")
    if delivery.sealed_key is None:
        if waits_for_log(delivery):
            return False
        _begin(delivery)
    with sealed_file.held(delivery.pk) as file:
        # Looked at again behind the lock: whoever took over while we were silent may have had it in between.
        if file is None or not held_by_us(delivery).exists():
            return False
        key = sealed_file.open_key(delivery.pk, delivery.sealed_key)
        made, values, people = _make(delivery, key)
        text = pieces.pack(made)
        chunk = sealed_file.seal_chunk(key, text, delivery_id=delivery.pk, index=delivery.chunk_count)
        values["byte_count"] = sealed_file.append(file, chunk, at=delivery.byte_count)
        return _move_cursor(delivery, values, people)


def _begin(delivery: Delivery) -> None:
    values = begin(delivery)
    held_by_us(delivery).update(**values)
    _set(delivery, values)


def _make(delivery: Delivery, key: bytes) -> tuple[Pieces, Values, Sequence[Person]]:
    """What comes next: its pieces, what changes on the row, and who is in it."""

    def chunks() -> Iterator[bytes]:
        return sealed_file.read(key, delivery_id=delivery.pk, chunk_count=delivery.chunk_count)

    work = KINDS[Delivery.Kind(delivery.kind)](delivery, chunks)
    return _make_step(delivery, work) if delivery.step else _make_rows(delivery, work)


def _make_rows(delivery: Delivery, work: Work) -> tuple[Pieces, Values, Sequence[Person]]:
    people = people_to_deliver(delivery, work.slice_size)
    made = work.add(people)
    values = {
        "row_count": delivery.row_count + len(people),
        "cursor": people[-1].pk if people else delivery.cursor,
        "step": 1 if len(people) < work.slice_size else 0,
    }
    return made, values | work.saved, people


def _make_step(delivery: Delivery, work: Work) -> tuple[Pieces, Values, Sequence[Person]]:
    steps = work.steps
    made = work.take_step(steps[delivery.step - 1])
    values: Values = {"step": delivery.step + 1}
    if delivery.step == len(steps):
        values |= {"state": BUILT, "built_at": timezone.now()} | work.ending
    return made, values | work.saved, []


def _move_cursor(delivery: Delivery, values: Values, people: Sequence[Person]) -> bool:
    """Make the chunk count, unless the claim is gone. Whether there is more to do."""
    is_last = "state" in values
    values |= {"chunk_count": delivery.chunk_count + 1, "claimed_at": None if is_last else timezone.now()}
    with transaction.atomic():
        is_moved = held_by_us(delivery).filter(chunk_count=delivery.chunk_count).update(**values)
        if is_moved and people and delivery.is_for_addressee:
            packed = DeliveredSlice.pack([each.entry_index or 0 for each in people])
            DeliveredSlice.objects.create(delivery=delivery, first_number=delivery.row_count + 1, packed=packed)
    _set(delivery, values)
    return bool(is_moved) and not is_last


def _set(delivery: Delivery, values: Values) -> None:
    for name, value in values.items():
        setattr(delivery, name, value)
