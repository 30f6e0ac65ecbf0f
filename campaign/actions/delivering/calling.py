"""Whom deliveries wait for: what staff's first page tells those who may act."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaign.actions.delivering.deliveries import APPROVE, DOWNLOAD, REQUEST, SELF_APPROVAL_AFTER, other_officers
from campaign.models import Delivery, StrikingNotice
from campaign.models.delivery import BUILT, DeliveryQuerySet

SHOWN = 20  # of each, the oldest first


@dataclass
class Waiting:
    """The deliveries that wait for one member of staff: to approve, to take, to tell the addressee numbers of."""

    to_approve: list[Delivery] = field(default_factory=list)
    to_take: list[Delivery] = field(default_factory=list)
    to_pass_on: list[Delivery] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.to_approve or self.to_take or self.to_pass_on)


def waiting_for(by: User) -> Waiting:
    """What waits for `by`, as far as her permissions go."""
    waiting = Waiting()
    if by.has_perm(APPROVE):
        waiting.to_approve = _first(_approvable(by))
    if by.has_perm(DOWNLOAD):
        mine = Delivery.objects.downloadable().filter(state=BUILT, requested_by=by)
        waiting.to_take = _first(mine)
    if by.has_perm(REQUEST):
        notices: Any = StrikingNotice.objects.filter(delivery=OuterRef("pk"), passed_on_at=None)
        waiting.to_pass_on = _first(Delivery.objects.filter(Exists(notices)))
    return waiting


def _approvable(by: User) -> DeliveryQuerySet:
    """Those that others asked for; her own too, where she is alone and has waited long enough."""
    theirs = ~Q(requested_by=by)
    if not other_officers(by):
        theirs |= Q(requested_at__lte=timezone.now() - SELF_APPROVAL_AFTER)
    return Delivery.objects.to_approve().filter(theirs)


def _first(deliveries: DeliveryQuerySet) -> list[Delivery]:
    return list(deliveries.select_related("petition", "addressee").order_by("pk")[:SHOWN])
