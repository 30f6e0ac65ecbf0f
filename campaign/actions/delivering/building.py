"""The building of deliveries by the worker: it claims those that are due, and takes each further for one tick."""

import logging
from time import monotonic

from django.conf import settings
from django.utils import timezone

from campaign.actions.delivering import sealed_file
from campaign.actions.delivering.announcing import announce_deliveries
from campaign.actions.delivering.makings import NoLogError
from campaign.actions.delivering.slices import build_slice, held_by_us
from campaign.actions.delivering.taking import delete_outlived_files
from campaign.actions.delivering.works import StoppedError
from campaign.crypto import SealBrokenError
from campaign.exports.pdf import TypesettingError
from campaign.models import Delivery, Notice

logger = logging.getLogger(__name__)


def build_deliveries() -> int:
    """Take due deliveries further, the oldest first, for one tick; how many slices that made.

    The tick that makes files ends them, too, so that none stays where nobody thought of its end; and lets the log tell.
    """
    delete_outlived_files()
    announce_deliveries()
    ends_at = monotonic() + settings.TICK_SECONDS
    slices = 0
    for delivery in Delivery.objects.to_build().order_by("pk"):
        if (not slices or monotonic() < ends_at) and _claim(delivery):
            slices += _build_until(delivery, ends_at)
    return slices


def _claim(delivery: Delivery) -> bool:
    """Take a delivery for this worker; the time of it is the claim. False when another was faster."""
    is_ours = bool(Delivery.objects.to_build().filter(pk=delivery.pk).update(claimed_at=timezone.now()))
    if is_ours:
        delivery.refresh_from_db()
    return is_ours


def _build_until(delivery: Delivery, ends_at: float) -> int:
    """Build slices until the tick is over, then give the claim back. What stops it is told to staff."""
    slices = 0
    try:
        is_going_on = True
        while is_going_on and (slices == 0 or monotonic() < ends_at):
            is_going_on = build_slice(delivery)
            slices += 1
    except (StoppedError, NoLogError, SealBrokenError, sealed_file.FileGoneError, TypesettingError, OSError) as error:
        _stop(delivery, _code_of(error))
    held_by_us(delivery).update(claimed_at=None)
    return slices


def _code_of(error: Exception) -> str:
    """What staff are told, as a code and what belongs to it."""
    if isinstance(error, OSError):
        return f"disk {error.strerror}"
    codes = {
        NoLogError: "no-log", SealBrokenError: "key-unreadable", sealed_file.FileGoneError: "file-gone",
        TypesettingError: f"paper {error}",
    }  # fmt: skip
    return codes.get(type(error), str(error))


def _stop(delivery: Delivery, failure: str) -> None:
    """Leave a delivery to staff: half a file is never given out for a whole one."""
    if held_by_us(delivery).update(failure=failure[:200], claimed_at=None):
        Notice.tell("delivery-stopped", Notice.Level.ERROR, delivery=delivery.pk, failure=failure)
        logger.error("Delivery %d stopped: %s", delivery.pk, failure)
