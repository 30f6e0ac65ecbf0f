"""The slow lane: the mails of forms that nobody worked for. Nobody is turned away; a flood waits for itself.

Ten mails leave it in a round of twenty seconds, at once while there is room. When it is full, a round takes one mail of
each network, from those first that have the fewest waiting: so only the networks that fill it wait longer.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from campaign.models import MailQueue, OutgoingMail
from campaign.models.mail import QUEUED

FELT_FROM = 30  # mails in the lane: a minute's


def release_mails() -> int:
    """Let the mails whose turn it is go to the queue, as many as this round has left. How many went."""
    return _release() if OutgoingMail.objects.waiting().exists() else 0


@transaction.atomic
def _release() -> int:
    now = timezone.now()
    queue = MailQueue.objects.select_for_update().get(pk=1)  # so that two workers do not take the same round twice
    began = queue.round_at
    if began is None or not timedelta(0) <= now - began < settings.SLOW_LANE_ROUND:  # or the clock was set back
        began, queue.round_mails = now, 0
    taken = list(_in_turn()[: settings.SLOW_LANE_MAILS - queue.round_mails])
    gone = OutgoingMail.objects.waiting().filter(pk__in=taken).update(state=QUEUED, network_tag=None, due_at=now)
    MailQueue.objects.filter(pk=1).update(round_at=began, round_mails=queue.round_mails + gone)
    return gone


def _in_turn() -> QuerySet:
    """The keys of what waits: each network's first before any network's second, from the emptiest network on."""
    rank = Window(RowNumber(), partition_by="network_tag", order_by=F("id").asc())
    fullness = Window(Count("*"), partition_by="network_tag")
    waiting = OutgoingMail.objects.waiting().annotate(rank=rank, fullness=fullness)
    return waiting.order_by("rank", "fullness", "pk").values_list("pk", flat=True)


def is_felt() -> bool:
    """Whether the lane is so full that whoever comes new may notice."""
    return OutgoingMail.objects.waiting()[FELT_FROM : FELT_FROM + 1].exists()
