"""Moderation: reject and restore, singly and in bulk. Each is a Decision; the count follows by itself."""

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaign.actions.access import require
from campaign.models import BulkDecision, Decision, PublicVersion, Signatory
from campaign.models.signatory import MOVES

MODERATE = "campaign.moderate_signatory"
REJECT, RESTORE = Decision.Act.REJECT, Decision.Act.RESTORE
BULK_MAX = 5_000
_SLICE = 200
# What changes with the state. A name that was shown is shown again only after moderation.
_WITH_MOVE: dict[str, dict[str, Any]] = {REJECT: {"public_name": None}, RESTORE: {"ended_at": None}}


def reject(signatory: Signatory, *, reason: str, by: User) -> bool:
    """Take a confirmed signature out of the count. Whether this call did it. Raises PermissionDenied."""
    require(by, MODERATE)
    return bool(_decide([signatory.pk], act=REJECT, reason=reason, decided_by_id=by.pk))


def restore(signatory: Signatory, *, reason: str, by: User) -> bool:
    """Put a rejected signature back. Whether this call did it; never once it is erased. Raises PermissionDenied."""
    require(by, MODERATE)
    return bool(_decide([signatory.pk], act=RESTORE, reason=reason, decided_by_id=by.pk))


@transaction.atomic
def _decide(ids: Sequence[UUID | str], *, act: str, **decision: Any) -> int:
    """Move those of the rows that may be moved, and leave a Decision for each. How many this call moved."""
    sources = MOVES[act][0]
    # The lock keeps a withdrawal from coming between this look and the move; on SQLite the transaction does.
    rows = Signatory.objects.select_for_update().filter(pk__in=ids, state__in=sources, erased_at__isnull=True)
    movable = list(rows.order_by("pk").values_list("pk", flat=True))
    if not movable:
        return 0
    Signatory.objects.filter(pk__in=movable).move(act, **_WITH_MOVE[act])
    Decision.objects.bulk_create(Decision(act=act, signatory_id=pk, **decision) for pk in movable)
    PublicVersion.bump()
    return len(movable)


def decide_in_bulk(ids: Iterable[UUID | str], *, act: str, reason: str, by: User) -> BulkDecision:
    """Order a decision about up to BULK_MAX signatures; the worker makes it. Raises PermissionDenied, ValueError."""
    require(by, MODERATE)
    chosen = [str(pk) for pk in dict.fromkeys(ids)]
    if not 0 < len(chosen) <= BULK_MAX:
        raise ValueError(f"between 1 and {BULK_MAX} signatures, not {len(chosen)}")
    return BulkDecision.objects.create(
        act=BulkDecision.Act(act), reason=reason, signatory_ids=chosen, total=len(chosen), decided_by=by
    )


def cancel_bulk_decision(bulk: BulkDecision, *, by: User) -> bool:
    """Leave the rest as it is. Whether this call did it; what was decided stays. Raises PermissionDenied."""
    require(by, MODERATE)
    return bool(BulkDecision.objects.unfinished().filter(pk=bulk.pk).update(cancelled_at=timezone.now()))


def advance_bulk_decisions() -> int:
    """Take bulk decisions further, the oldest first, for one tick; how many signatures were gone through."""
    ends_at = monotonic() + settings.TICK_SECONDS
    taken = 0
    for bulk in BulkDecision.objects.unfinished().order_by("pk"):
        while monotonic() < ends_at and (count := _advance(bulk)):
            taken += count
    return taken


@transaction.atomic
def _advance(bulk: BulkDecision) -> int:
    """One slice of a bulk decision; how many rows it went through, 0 when there is none left for this worker."""
    ids = bulk.signatory_ids[bulk.position : bulk.position + _SLICE]
    position = bulk.position + len(ids)
    # The slice is taken by this UPDATE: of two workers the second waits for the first to commit, and takes nothing.
    is_mine = BulkDecision.objects.unfinished().filter(pk=bulk.pk, position=bulk.position).update(position=position)
    if not ids or not is_mine:
        return 0
    moved = _decide(ids, act=bulk.act, reason=bulk.reason, decided_by_id=bulk.decided_by_id, bulk_id=bulk.pk)
    finished_at = timezone.now() if position == len(bulk.signatory_ids) else None
    BulkDecision.objects.filter(pk=bulk.pk).update(moved=F("moved") + moved, finished_at=finished_at)
    bulk.position = position
    return len(ids)
