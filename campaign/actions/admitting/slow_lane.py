"""The slow lane: the mails of forms that nobody worked for. Nobody is turned away; a flood waits for itself.

Ten mails leave it in a round of twenty seconds, at once while there is room. When it is full, three of them are those
of the networks that stand longest in line, and a network whose mail left stands at its end again: so each one's turn
comes, whatever others send. The rest of a round takes one mail of each network, from those first that have the fewest
waiting: so only the networks that fill the lane wait longer.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from campaign.models import MailQueue, OutgoingMail
from campaign.models.mail import QUEUED

FELT_FROM = 30  # mails in the lane: a minute's
IN_LINE = 3  # of a round's mails: else networks that are new each round would keep a shared one waiting for ever


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
    taken = _in_turn(settings.SLOW_LANE_MAILS - queue.round_mails)
    gone = OutgoingMail.objects.waiting().filter(pk__in=taken).update(state=QUEUED, network_tag=None, due_at=now)
    _queue_up_again(filter(None, taken.values()), now)
    MailQueue.objects.filter(pk=1).update(round_at=began, round_mails=queue.round_mails + gone)
    return gone


def _in_turn(room: int) -> dict[UUID, bytes | None]:
    """What may leave, and its network: the first in line, then each network's first before any's second."""
    first = _ranked().filter(rank=1).order_by("due_at", "pk")[: min(IN_LINE, room)]
    emptiest = _ranked().order_by("rank", "fullness", "pk")[:room]
    return dict(list(dict([*first, *emptiest]).items())[:room])


def _ranked() -> QuerySet:
    """What waits, as key and network: how many of its network stand before it, and how many there are."""
    rank = Window(RowNumber(), partition_by="network_tag", order_by=F("id").asc())
    fullness = Window(Count("*"), partition_by="network_tag")
    return OutgoingMail.objects.waiting().annotate(rank=rank, fullness=fullness).values_list("pk", "network_tag")


def _queue_up_again(networks: Iterable[bytes], now: datetime) -> None:
    """Let the next mail of each network stand in line from now on. While a mail waits, `due_at` is since when."""
    heads = _ranked().filter(rank=1, network_tag__in=list(networks))
    OutgoingMail.objects.waiting().filter(pk__in=[pk for pk, _network in heads]).update(due_at=now)


def is_felt() -> bool:
    """Whether the lane is so full that whoever comes new may notice."""
    return OutgoingMail.objects.waiting()[FELT_FROM : FELT_FROM + 1].exists()
