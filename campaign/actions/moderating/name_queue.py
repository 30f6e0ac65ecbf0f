"""The queue of names that wait for a moderator: opened a page at a time on the record, approved or refused.

Refusing a name takes nothing from the signature: it is counted and delivered as before.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from campaign.actions.moderating.decisions import MODERATE
from campaign.actions.moderating.hints import Hints, hints_for
from campaign.actions.moderating.shown_names import shorten
from campaign.actions.signing.envelopes import open_identity
from campaign.actions.staff.access import OPEN_SIGNATORY, RefusedError, record, require
from campaign.crypto import SealBrokenError
from campaign.models import AccessRecord, Decision, Petition, PublicVersion, ReasonClass, Signatory
from campaign.models.signatory import SignatoryQuerySet
from campaign.models.signatory_rules import UNSHOWN

PAGE = 25  # names that are looked at in one go
WINDOW = 300  # of those that wait longest: as far as a name is looked for a second time
PURPOSE = "names that wait to be shown"
APPROVED, REFUSED, WAITING = Signatory.NameState.APPROVED, Signatory.NameState.REFUSED, Signatory.NameState.WAITING
Act = Decision.Act


@dataclass(frozen=True)
class NameWaiting:
    """A name as the public would see it. `seal` tells whether its owner has changed anything since."""

    signatory: Signatory
    shown: str
    hints: Hints
    seal: str


def waiting(petition: Petition) -> SignatoryQuerySet:
    """The signatures whose names nobody has decided on."""
    return Signatory.objects.unpublished().filter(petition=petition, name_state=WAITING)


def petitions_with_names_waiting() -> list[Petition]:
    """Those whose names a moderator has to look at, and of which some wait."""
    names = Signatory.objects.unpublished().filter(petition=OuterRef("pk"), name_state=WAITING)
    return list(Petition.objects.showing_names().filter(Exists(names), names_wait=True).order_by("pk"))


@transaction.atomic
def open_queue(petition: Petition, *, by: User, after: UUID | None = None) -> list[NameWaiting]:
    """The names that wait longest, those with a hint first; that they were seen is on the record.

    `after` leaves out what came up to a signature, for who has put that off. What does not open with the key at hand
    is left out. Raises PermissionDenied, RefusedError.
    """
    require(by, MODERATE)
    require(by, OPEN_SIGNATORY)
    if not petition.shows_names:
        raise RefusedError(_("A high-risk petition shows no names, and this server cannot read them."))
    rows = waiting(petition).filter(pk__gt=after) if after else waiting(petition)
    opened = list(_open(rows.order_by("pk")[:WINDOW]))
    hints = hints_for([name for _row, name in opened])
    page = [_as_shown(row, name, hint) for (row, name), hint in zip(opened[:PAGE], hints, strict=False)]
    if page:
        record(AccessRecord.Act.OPENED, by=by, petition=petition, purpose=PURPOSE, rows=len(page))
    return sorted(page, key=lambda each: not each.hints)


def _open(rows: Iterable[Signatory]) -> Iterable[tuple[Signatory, str]]:
    for row in rows:
        try:
            yield row, str(open_identity(row)["name"])
        except (SealBrokenError, KeyError):
            continue  # the worker tells staff of these


def _as_shown(row: Signatory, name: str, hints: Hints) -> NameWaiting:
    """Whoever chose initials shows a moderator no more than everybody: not the listed word in her name either."""
    shown = shorten(row, name)
    return NameWaiting(row, shown, hints if shown == name else Hints(often=hints.often), seal_of(row))


def seal_of(row: Signatory) -> str:
    """A fingerprint of what was chosen to be shown, in hex: a decision holds for the name that was seen only."""
    return hashlib.sha256(row.visibility.encode() + bytes(row.identity or b"")).hexdigest()[:32]


@transaction.atomic
def decide_names(
    seals: Mapping[UUID, str], *, refused: Collection[UUID], by: User, reason_class: str = "", reason: str = ""
) -> tuple[int, int]:
    """Approve the names of these signatures, but refuse those in `refused`. How many were approved, and refused.

    A name that was changed since it was seen goes on waiting. Raises PermissionDenied; ValueError for a refusal
    without a reason.
    """
    require(by, MODERATE)
    if refused and not (reason and reason_class in ReasonClass.values):
        raise ValueError("a refusal needs a class of reason, and a reason")
    # By their keys alone: asked for those that wait, PostgreSQL looked for these few among all of them.
    rows = Signatory.objects.select_for_update().filter(pk__in=seals).order_by("pk")
    unchanged = [row.pk for row in rows if row.has_name_waiting and seal_of(row) == seals[row.pk]]
    bad = [pk for pk in unchanged if pk in refused]
    good = [pk for pk in unchanged if pk not in refused]
    approved = _settle(good, APPROVED, act=Act.APPROVE_NAME, reason_class="", reason="", decided_by=by)
    return approved, _settle(bad, REFUSED, act=Act.REFUSE_NAME, reason_class=reason_class, reason=reason, decided_by=by)


def _settle(ids: list[UUID], state: str, **decision: Any) -> int:
    Decision.objects.bulk_create(Decision(signatory_id=pk, **decision) for pk in ids)
    return Signatory.objects.filter(pk__in=ids).update(name_state=state, **UNSHOWN)


@transaction.atomic
def refuse_name(signatory: Signatory, *, reason_class: str, reason: str, by: User) -> bool:
    """Keep a chosen name off the page, or take it off. Whether this call did it. Raises PermissionDenied."""
    require(by, MODERATE)
    return _settle_one(signatory, (WAITING, APPROVED), REFUSED, act=Act.REFUSE_NAME, reason_class=reason_class,
                       reason=reason, decided_by=by)  # fmt: skip


@transaction.atomic
def review_name(signatory: Signatory, *, reason: str, by: User) -> bool:
    """Put a refused name back where it waited. Whether this call did it. Raises PermissionDenied."""
    require(by, MODERATE)
    return _settle_one(signatory, (REFUSED,), WAITING, act=Act.REVIEW_NAME, reason_class="", reason=reason,
                       decided_by=by)  # fmt: skip


def _settle_one(signatory: Signatory, sources: Collection[str], state: str, **decision: Any) -> bool:
    rows = Signatory.objects.select_for_update().with_name_chosen().filter(pk=signatory.pk, name_state__in=sources)
    is_settled = bool(_settle(list(rows.values_list("pk", flat=True)), state, **decision))
    if is_settled:
        PublicVersion.bump()
    return is_settled
