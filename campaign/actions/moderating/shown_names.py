"""Names on the page: the worker writes those that may be shown, and the page shows them by their numbers.

A name is chosen by its owner, waits for a moderator where the petition says so, and stands in clear only then. Every
change, withdrawal, rejection and refusal takes it off. High-risk petitions show none.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from campaign.actions.moderating.scripts import initials
from campaign.actions.signing.envelopes import open_identity
from campaign.crypto import SealBrokenError
from campaign.models import Notice, Petition, PublicVersion, Signatory
from campaign.models.signatory import SignatoryQuerySet

logger = logging.getLogger(__name__)
NAMES_ON_A_PAGE = 100
UNREADABLE = "name-unreadable"
_SLICE = 200
_NEEDED = ("petition", "visibility", "name_state", "identity", "email_digest")
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True)
class Names:
    """One page of names, the newest first; pages are counted from the oldest, so that each keeps its names."""

    names: list[str]
    page: int
    last_page: int

    @property
    def newer(self) -> int:
        return self.page + 1

    @property
    def older(self) -> int:
        return self.page - 1


def shown_as(signatory: Signatory) -> str:
    """What the public would see of a name: all of it, or its initials. Raises crypto.SealBrokenError, KeyError."""
    return shorten(signatory, str(open_identity(signatory)["name"]))


def shorten(signatory: Signatory, name: str) -> str:
    """A full name, or its initials where its owner chose those."""
    return initials(name) if signatory.visibility == Signatory.Visibility.INITIALS else name


def page_of_names(petition: Petition, page: int = 0) -> Names | None:
    """A page of the names that are shown, the newest one for 0; None beyond the last. As fast for the millionth."""
    shown = Signatory.objects.filter(petition=petition, name_number__isnull=False)
    highest = shown.aggregate(highest=Max("name_number"))["highest"] or 0
    last_page = max(1, -(-highest // NAMES_ON_A_PAGE))
    page = page or last_page
    if page > last_page:
        return None
    end = page * NAMES_ON_A_PAGE
    numbered = shown.filter(name_number__gt=end - NAMES_ON_A_PAGE, name_number__lte=end)
    names = numbered.order_by("-name_number").values_list("public_name", flat=True)
    return Names(list(map(str, names)), page, last_page)


# --- By the worker -------------------------------------------------------------------------------------------------
def publish_names() -> int:
    """Write the names that may be shown and are not yet, for one tick; how many. Safe to run in many workers."""
    ends_at = monotonic() + settings.TICK_SECONDS
    due, shown = _due(), 0
    for petition_id in list(due.order_by().values_list("petition_id", flat=True).distinct()):
        of_petition, after = due.filter(petition=petition_id).only(*_NEEDED).order_by("pk"), _BEFORE_ALL
        while monotonic() < ends_at and (rows := list(of_petition.filter(pk__gt=after)[:_SLICE])):
            shown += _publish(petition_id, rows)
            after = rows[-1].pk
    return shown


def _due() -> SignatoryQuerySet:
    """What a moderator approved, and what the petition shows at once."""
    at_once = list(Petition.objects.showing_names().filter(names_wait=False).values_list("pk", flat=True))
    return Signatory.objects.unpublished().filter(
        Q(name_state=Signatory.NameState.APPROVED) | Q(name_state=Signatory.NameState.WAITING, petition__in=at_once)
    )


@transaction.atomic
def _publish(petition_id: int, rows: Sequence[Signatory]) -> int:
    """Give each name the next number of its petition. The lock keeps two workers from giving the same one."""
    Petition.objects.select_for_update().get(pk=petition_id)
    numbered = Signatory.objects.filter(petition=petition_id, name_number__isnull=False)
    number = numbered.aggregate(highest=Max("name_number"))["highest"] or 0
    first, unreadable = number, 0
    for row in rows:
        try:
            number += _show(row, {"public_name": shown_as(row), "name_number": number + 1})
        except (SealBrokenError, KeyError):
            unreadable += 1
    if unreadable:
        _tell_unreadable(unreadable)
    if number > first:
        PublicVersion.bump()
    return number - first


def _show(row: Signatory, shown: dict[str, Any]) -> int:
    """Write a name, unless its owner changed anything since the envelope was read. 0 or 1."""
    unchanged = Signatory.objects.unpublished().filter(
        pk=row.pk, identity=row.identity, visibility=row.visibility, name_state=row.name_state
    )
    return unchanged.update(name_state=Signatory.NameState.APPROVED, **shown)


def _tell_unreadable(number: int) -> None:
    """Tell staff once, until they have seen it: these are tried again each time."""
    if not Notice.objects.unseen().filter(kind=UNREADABLE).exists():
        Notice.tell(UNREADABLE, Notice.Level.ERROR, number=number)
        logger.error("%d sealed names do not open with the key at hand.", number)
