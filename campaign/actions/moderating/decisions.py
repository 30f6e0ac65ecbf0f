"""Moderation: reject, restore, and clear away what was never confirmed. Each is a Decision; the count follows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from campaign.actions.forgetting.privacy import expire
from campaign.actions.staff.access import require
from campaign.models import Decision, PublicVersion, Signatory
from campaign.models.signatory import MOVES
from campaign.models.signatory_rules import UNSHOWN

MODERATE = "campaign.moderate_signatory"
REJECT, RESTORE, EXPIRE = Decision.Act.REJECT, Decision.Act.RESTORE, Decision.Act.EXPIRE
# What changes with the state. A name that was approved comes back with its signature; the worker writes it anew.
_WITH_MOVE: dict[str, dict[str, Any]] = {REJECT: UNSHOWN, RESTORE: {"ended_at": None}}


def reject(signatory: Signatory, *, reason_class: str, reason: str, by: User) -> bool:
    """Take a confirmed signature out of the count. Whether this call did it. Raises PermissionDenied."""
    require(by, MODERATE)
    return bool(decide([signatory.pk], act=REJECT, reason_class=reason_class, reason=reason, decided_by_id=by.pk))


def restore(signatory: Signatory, *, reason: str, by: User) -> bool:
    """Put a rejected signature back. Whether this call did it; never once it is erased. Raises PermissionDenied."""
    require(by, MODERATE)
    return bool(decide([signatory.pk], act=RESTORE, reason_class="", reason=reason, decided_by_id=by.pk))


@transaction.atomic
def decide(ids: Sequence[UUID | str], *, act: str, **decision: Any) -> int:
    """Move those of the rows that may be moved, and leave a Decision for each. How many this call moved.

    Asks nobody's permission: whoever calls it has.
    """
    sources, target, time_column = MOVES[act]
    # The lock keeps a withdrawal from coming between this look and the move; on SQLite the transaction does. Both go by
    # keys alone: asked for the state, too, PostgreSQL looked for a few rows among all the hundred thousand of a flood.
    rows = Signatory.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    found = rows.values_list("pk", "state", "erased_at")
    movable = [pk for pk, state, erased_at in found if state in sources and erased_at is None]
    if not movable:
        return 0
    moved = Signatory.objects.filter(pk__in=movable)
    change = {"state": target, time_column: timezone.now()}
    expire(moved) if act == EXPIRE else moved.update(**change, **_WITH_MOVE[act])
    Decision.objects.bulk_create(Decision(act=act, signatory_id=pk, **decision) for pk in movable)
    PublicVersion.bump()
    return len(movable)
