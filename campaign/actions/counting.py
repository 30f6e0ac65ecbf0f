"""The count: it follows the signatures by slices, and is held against the truth every night."""

import logging
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaign.models import Notice, Petition, PublicVersion, Signatory
from campaign.models.signatory import CONFIRMED

logger = logging.getLogger(__name__)


def count_signatures() -> int:
    """Move each petition's count by what was confirmed or ended since; how many rows were taken."""
    ends_at = monotonic() + settings.TICK_SECONDS
    taken = 0
    for petition_id in set(Signatory.objects.uncounted().values_list("petition_id", flat=True)[: settings.COUNT_SLICE]):
        while monotonic() < ends_at and (rows := count_slice(petition_id)):
            taken += rows
    return taken


@transaction.atomic
def count_slice(petition_id: int) -> int:
    """Take up to COUNT_SLICE lagging rows of one petition, flip them and move its count by the net."""
    # The lock makes a second counter wait; without it (SQLite) the transaction itself is exclusive.
    petition = Petition.objects.select_for_update().get(pk=petition_id)
    lagging = Signatory.objects.uncounted().filter(petition=petition)
    rows = Signatory.objects.filter(pk__in=list(lagging.values_list("pk", flat=True)[: settings.COUNT_SLICE]))
    gained = rows.filter(state=CONFIRMED, counted=False).update(counted=True)
    lost = rows.exclude(state=CONFIRMED).filter(counted=True).update(counted=False)
    if gained or lost:
        _move_count(petition_id, gained - lost)
    return gained + lost


def _move_count(petition_id: int, net: int) -> None:
    Petition.objects.filter(pk=petition_id).update(
        signature_count=F("signature_count") + net, counted_until=timezone.now()
    )
    PublicVersion.bump()


def reconcile_counts() -> int:
    """Hold every petition's count against its counted rows, mend and tell what differs; how many did."""
    return sum(_reconcile(petition_id) for petition_id in Petition.objects.values_list("pk", flat=True))


@transaction.atomic
def _reconcile(petition_id: int) -> bool:
    petition = Petition.objects.select_for_update().get(pk=petition_id)
    truth = Signatory.objects.filter(petition=petition, counted=True).count()
    if petition.signature_count == truth:
        return False
    Petition.objects.filter(pk=petition_id).update(signature_count=truth)
    PublicVersion.bump()
    Notice.tell("count-mended", Notice.Level.ERROR, petition=petition.slug, was=petition.signature_count, now=truth)
    logger.error("The count of petition %s was %d and is %d.", petition.slug, petition.signature_count, truth)
    return True
