"""The counts, held every night against the logs, and the logs against the signatures."""

import logging

from django.db import transaction
from django.db.models import Count

from campaign.actions.counting.log import locked
from campaign.actions.counting.sequencing import TOTALS
from campaign.models import LogEntry, Notice, Petition, PetitionLog, PublicVersion, Signatory

logger = logging.getLogger(__name__)


def reconcile_counts() -> int:
    """Hold every count against its log, mend and tell what differs; how many did."""
    return sum(_reconcile(petition) for petition in Petition.objects.order_by("pk"))


@transaction.atomic
def _reconcile(petition: Petition) -> bool:
    has_log = PetitionLog.objects.filter(pk=petition.pk).exists()
    truth = _reconcile_log(locked(petition)) if has_log else 0
    petition.refresh_from_db(fields=["signature_count"])
    if petition.signature_count == truth:
        return False
    Petition.objects.filter(pk=petition.pk).update(signature_count=truth)
    PublicVersion.bump()
    Notice.tell("count-mended", Notice.Level.ERROR, petition=petition.slug, was=petition.signature_count, now=truth)
    logger.error("The count of petition %s was %d and is %d.", petition.slug, petition.signature_count, truth)
    return True


def _reconcile_log(log: PetitionLog) -> int:
    """Mend the log's totals, tell where the signatures differ from it; the count by what is published."""
    totals = _totals(log, log.size)
    PetitionLog.objects.filter(pk=log.pk).update(**totals)
    for name, total in totals.items():
        setattr(log, name, total)
    standing = Signatory.objects.filter(petition=log.pk, entry_index__isnull=False).count()
    if standing != log.count:
        Notice.tell("log-differs", Notice.Level.ERROR, petition=log.petition.slug, log=log.count, rows=standing)
        logger.error("The log %s counts %d, and %d signatures stand in it.", log, log.count, standing)
    published = _totals(log, log.published_size)
    return published["added"] - published["withdrawn"] - published["rejected"]


def _totals(log: PetitionLog, size: int) -> dict[str, int]:
    """How many entries of each kind that moves the count the log has among its first `size`."""
    rows = LogEntry.objects.filter(petition=log.pk, index__lt=size).values_list("kind").annotate(Count("index"))
    found = dict(rows.order_by())
    return {name: found.get(kind, 0) for kind, name in TOTALS.items()}
