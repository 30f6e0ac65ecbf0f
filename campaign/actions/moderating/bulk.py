"""Bulk decisions: ordered by staff, made by the worker in slices, cancelled on the way, undone by another one.

The rows of one are told by their keys, by a condition (`floods`), or by the decisions of another that it undoes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from campaign.actions.moderating import floods
from campaign.actions.moderating.decisions import EXPIRE, MODERATE, REJECT, RESTORE, decide
from campaign.actions.moderating.floods import Condition
from campaign.actions.staff.access import require
from campaign.models import BulkDecision, Decision, Notice, ReasonClass
from campaign.models.signatory import PENDING

BULK_MAX = 5_000  # keys in one row; a condition has no such bound
_SLICE = 200


@dataclass(frozen=True)
class Slice:
    """Some rows to decide on, how many were gone through to find them, and where to go on."""

    ids: Sequence[UUID | str]
    passed: int
    cursor: str
    is_last: bool


# --- Ordering ------------------------------------------------------------------------------------------------------
def decide_in_bulk(
    ids: Iterable[UUID | str], *, act: str, reason: str, by: User, reason_class: str = ""
) -> BulkDecision:
    """Order a decision about up to BULK_MAX signatures. Raises PermissionDenied, ValueError.

    A rejection needs a class of reason.
    """
    require(by, MODERATE)
    if act == REJECT:
        ReasonClass(reason_class)
    chosen = [str(pk) for pk in dict.fromkeys(ids)]
    if not 0 < len(chosen) <= BULK_MAX:
        raise ValueError(f"between 1 and {BULK_MAX} signatures, not {len(chosen)}")
    return BulkDecision.objects.create(
        act=BulkDecision.Act(act), reason_class=reason_class, reason=reason, signatory_ids=chosen, total=len(chosen),
        decided_by=by,
    )  # fmt: skip


@transaction.atomic
def decide_by_condition(condition: Condition, *, number: int, reason_class: str, reason: str, by: User) -> BulkDecision:
    """Order the rejection of what fits; of what was never confirmed, its expiry. `number` is what the preview said.

    Comparing names leaves an access record. Raises PermissionDenied, RefusedError; ValueError for an unknown class of
    reason.
    """
    require(by, MODERATE)
    ReasonClass(reason_class)
    if condition.same_name_as:
        floods.record_comparison(condition, by=by, purpose=reason)
    act = EXPIRE if condition.state == PENDING else REJECT
    return BulkDecision.objects.create(
        act=act, reason_class=reason_class, reason=reason, condition=condition.as_json, total=number, decided_by=by
    )


def undo_bulk_decision(bulk: BulkDecision, *, reason: str, by: User) -> BulkDecision | None:
    """Order that what a bulk rejection moved, and nothing has moved since, is put back. None where that cannot be.

    What was erased, because it was never confirmed or because the petition has closed since, does not come back.
    Raises PermissionDenied.
    """
    require(by, MODERATE)
    if not is_undoable(bulk):
        return None
    return BulkDecision.objects.create(
        act=RESTORE, reason_class="", reason=reason, undoes=bulk, total=bulk.moved, decided_by=by
    )


def is_undoable(bulk: BulkDecision) -> bool:
    """Whether it rejected anything, has come to its end, and is not being undone."""
    has_ended = bulk.act == REJECT and not bulk.is_under_way and bulk.moved > 0
    return has_ended and not BulkDecision.objects.unfinished().filter(undoes=bulk).exists()


@transaction.atomic
def cancel_bulk_decision(bulk: BulkDecision, *, by: User) -> bool:
    """Leave the rest as it is. Whether this call did it; what was decided stays. Raises PermissionDenied."""
    require(by, MODERATE)
    return _end(bulk, cancelled_at=timezone.now())


# --- By the worker -------------------------------------------------------------------------------------------------
def advance_bulk_decisions() -> int:
    """Take bulk decisions further, the oldest first, for one tick; how many signatures were gone through."""
    ends_at = monotonic() + settings.TICK_SECONDS
    taken = 0
    for bulk in BulkDecision.objects.unfinished().order_by("pk"):
        while monotonic() < ends_at and (count := _advance(bulk)):
            taken += count
    return taken


def _advance(bulk: BulkDecision) -> int:
    """One slice; how many rows it went through, 0 when there is none left for this worker."""
    try:
        return _take(bulk, _next(bulk))
    except floods.ExampleGoneError:
        if _end(bulk, cancelled_at=timezone.now()):
            Notice.tell("bulk-stopped", Notice.Level.ERROR, bulk=bulk.pk)
        return 0


@transaction.atomic
def _take(bulk: BulkDecision, part: Slice) -> int:
    """Decide on a slice. Of two workers that hold the same one the second waits for the first, and takes nothing."""
    position = bulk.position + part.passed
    still_there = BulkDecision.objects.unfinished().filter(pk=bulk.pk, position=bulk.position)
    if not still_there.update(position=position, cursor=part.cursor):
        return 0
    decision = {"reason_class": bulk.reason_class, "reason": bulk.reason}
    moved = decide(part.ids, act=bulk.act, decided_by_id=bulk.decided_by_id, bulk_id=bulk.pk, **decision)
    BulkDecision.objects.filter(pk=bulk.pk).update(moved=F("moved") + moved)
    bulk.position, bulk.cursor = position, part.cursor
    if part.is_last:
        _end(bulk, finished_at=timezone.now())
    return part.passed


def _end(bulk: BulkDecision, **values: Any) -> bool:
    """End it, and forget of its condition what tells of a network or a person. Whether this call did it."""
    if bulk.condition is not None:
        values["condition"] = Condition(**bulk.condition).forgotten().as_json
    return bool(BulkDecision.objects.unfinished().filter(pk=bulk.pk).update(**values))


def _next(bulk: BulkDecision) -> Slice:
    if bulk.condition is not None:
        return _next_fitting(bulk, Condition(**bulk.condition))
    return _next_moved(bulk) if bulk.undoes_id else _next_listed(bulk)


def _next_listed(bulk: BulkDecision) -> Slice:
    ids = bulk.signatory_ids[bulk.position : bulk.position + _SLICE]
    return Slice(ids, len(ids), "", bulk.position + len(ids) == len(bulk.signatory_ids))


def _next_fitting(bulk: BulkDecision, condition: Condition) -> Slice:
    keys, fitting = floods.next_fitting(condition, bulk.cursor)
    is_last = len(keys) < floods.WINDOW
    return Slice(fitting, len(keys), str(keys[-1]) if keys else bulk.cursor, is_last)


def _next_moved(bulk: BulkDecision) -> Slice:
    """What the undone one rejected, but for those that somebody has decided on again since."""
    later = Decision.objects.filter(signatory=OuterRef("signatory"), pk__gt=OuterRef("pk"), act__in=[REJECT, RESTORE])
    made = Decision.objects.filter(bulk=bulk.undoes_id, act=REJECT, pk__gt=int(bulk.cursor or 0)).order_by("pk")
    rows = list(made.annotate(is_over=Exists(later)).values_list("pk", "signatory_id", "is_over")[:_SLICE])
    ids = [signatory_id for _pk, signatory_id, is_over in rows if not is_over]
    return Slice(ids, len(rows), str(rows[-1][0]) if rows else bulk.cursor, len(rows) < _SLICE)
