"""The public log tells of each delivery: how many signatures, from which size of the log, with which manifest."""

from django.db import transaction

from campaign.actions.counting import log_files
from campaign.actions.counting.log import locked
from campaign.actions.counting.sequencing import NewEntry, append, today
from campaign.merkle import entries
from campaign.models import Delivery, PublicVersion


def announce_deliveries() -> int:
    """Bring the deliveries that the log does not tell of yet into it; how many. It is published with the next tick."""
    return sum(_announce(delivery) for delivery in Delivery.objects.unannounced().order_by("pk"))


@transaction.atomic
def _announce(delivery: Delivery) -> bool:
    log = locked(delivery.petition)
    # Of two workers the second waits at the lock, and then finds that it is told. A restored database may have
    # forgotten what is published: an entry of its own would part the two for good, and it may be told already.
    if log.refusal or not log_files.is_known(log) or not Delivery.objects.unannounced().filter(pk=delivery.pk).exists():
        return False
    digest = bytes.fromhex(delivery.manifest_digest)
    raw = entries.delivered(today(), digest, size=delivery.log_size or 0, rows=delivery.row_count)
    index = append(log, [NewEntry(entries.DELIVERED, raw)])
    Delivery.objects.filter(pk=delivery.pk).update(entry_index=index)
    PublicVersion.bump()
    return True
