"""Exports: asked for, built in slices by the worker, taken, and gone after a day. Every step is on the record."""

import logging
from collections.abc import Iterator
from time import monotonic

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.actions import sealed_file
from campaign.actions.access import RefusedError, require
from campaign.actions.building import StoppedError, build_slice, held_by_us, is_forgotten
from campaign.crypto import SealBrokenError
from campaign.models import AccessRecord, Delivery, Notice, Petition
from campaign.models.delivery import APPROVED, CANCELLED, REQUESTED
from campaign.models.petition import COLUMNS

logger = logging.getLogger(__name__)
REQUEST, DOWNLOAD = "campaign.request_delivery", "campaign.download_delivery"


@transaction.atomic
def request_export(petition: Petition, *, purpose: str, by: User) -> Delivery:
    """Order a CSV of the signatures confirmed until now; the worker builds it. Raises PermissionDenied, RefusedError.

    Each signature gives only those columns that the demand it stands under named.
    """
    require(by, REQUEST)
    refuse_unexportable(petition)
    now = timezone.now()
    delivery = Delivery.objects.create(
        petition=petition, state=APPROVED, purpose=purpose, columns=_named_columns(petition), as_of=now,
        rows_expected=petition.signature_count, requested_by=by, requested_at=now, approved_by=by, approved_at=now,
    )  # fmt: skip
    _record(delivery, AccessRecord.Act.REQUESTED, purpose, by, rows=petition.signature_count)
    return delivery


def refuse_unexportable(petition: Petition) -> None:
    """Raise RefusedError for a petition whose names this server cannot read, or should not have any more."""
    if petition.is_high_risk or petition.delivery_public_key:
        raise RefusedError(
            _("The names of this petition are sealed to a key that was made offline: they cannot be exported here.")
        )
    if is_forgotten(petition):
        raise RefusedError(_("The personal data of this petition are destroyed: there is nothing left to export."))


def _named_columns(petition: Petition) -> list[str]:
    named = petition.editions.filter(published_at__isnull=False).values_list("delivered_columns", flat=True)
    return [column for column in COLUMNS if any(column in columns for columns in named)]


def cancel_delivery(delivery: Delivery, *, by: User) -> bool:
    """Give a delivery up before it is built; what there is of its file goes. Whether this call did it."""
    require(by, REQUEST)
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[REQUESTED, APPROVED])
    is_cancelled = bool(waiting.update(state=CANCELLED, cancelled_at=now, claimed_at=None))
    if is_cancelled:
        _delete_file(delivery)
    return is_cancelled


def retry_delivery(delivery: Delivery, *, by: User) -> bool:
    """Build a delivery that a failure stopped from its beginning. Whether this call did it. Raises RefusedError."""
    require(by, REQUEST)
    refuse_unexportable(delivery.petition)
    stopped = Delivery.objects.filter(pk=delivery.pk, state=APPROVED).exclude(failure="")
    return bool(
        stopped.update(
            failure="", approved_at=timezone.now(), deleted_at=None, claimed_at=None, sealed_key=None, cursor=None,
            row_count=0, chunk_count=0, byte_count=0,
        )
    )  # fmt: skip


# --- Building, by the worker ---------------------------------------------------------------------------------------
def build_deliveries() -> int:
    """Take due deliveries further, the oldest first, for one tick; how many slices that made.

    The tick that makes files ends them, too, so that none stays where nobody thought of its end.
    """
    delete_outlived_files()
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
    except StoppedError as error:
        _stop(delivery, str(error))
    except SealBrokenError:
        _stop(delivery, "key-unreadable")
    except sealed_file.FileGoneError:
        _stop(delivery, "file-gone")
    except OSError as error:
        _stop(delivery, f"disk {error.strerror}")
    held_by_us(delivery).update(claimed_at=None)
    return slices


def _stop(delivery: Delivery, failure: str) -> None:
    """Leave a delivery to staff: half a file is never given out for a whole one."""
    if held_by_us(delivery).update(failure=failure[:200], claimed_at=None):
        Notice.tell("delivery-stopped", Notice.Level.ERROR, delivery=delivery.pk, failure=failure)
        logger.error("Delivery %d stopped: %s", delivery.pk, failure)


# --- The file ------------------------------------------------------------------------------------------------------
def delete_file(delivery: Delivery, *, by: User) -> bool:
    """Delete a built file before its day is over. Whether this call did it. Raises PermissionDenied."""
    require(by, REQUEST)
    return delivery.has_file and _delete_file(delivery)


def delete_outlived_files() -> int:
    """Delete the files that have had their day, and any that no delivery knows; how many went."""
    deleted = sum(_delete_file(delivery) for delivery in Delivery.objects.outlived())
    # A worker that wrote while its delivery was cancelled leaves a file without a key. The files are looked at first:
    # one that another worker makes in between has its key in the database before it lies there.
    kept = set(sealed_file.kept_ids())
    for unknown in kept - set(Delivery.objects.with_file().values_list("pk", flat=True)):
        sealed_file.remove(unknown)
    return deleted


def _delete_file(delivery: Delivery) -> bool:
    """First the file, then its key: should this stop half-way, the next round still finds it."""
    sealed_file.remove(delivery.pk)
    rows = Delivery.objects.with_file().filter(pk=delivery.pk)
    return bool(rows.update(sealed_key=None, deleted_at=timezone.now()))


def open_file(delivery: Delivery, *, by: User, purpose: str) -> Iterator[bytes]:
    """The file in clear, chunk by chunk; that it was taken is on the record before the first byte.

    Raises PermissionDenied, RefusedError; while it is read crypto.SealBrokenError where the file was altered.
    """
    require(by, DOWNLOAD)
    found = Delivery.objects.downloadable().filter(pk=delivery.pk).first()
    if found is None:
        raise RefusedError(_("There is no file to download: it is not built yet, or it is deleted already."))
    if not sealed_file.path_of(found.pk).exists():
        raise RefusedError(_("The file is gone from the disk. Request a new export."))
    key = sealed_file.open_key(found.pk, found.sealed_key)
    _record(found, AccessRecord.Act.DOWNLOADED, purpose, by, rows=found.row_count)
    return sealed_file.read(key, delivery_id=found.pk, chunk_count=found.chunk_count)


def file_size(delivery: Delivery) -> int:
    """How many bytes `open_file` gives."""
    return delivery.byte_count - delivery.chunk_count * sealed_file.FRAME_BYTES


def _record(delivery: Delivery, act: str, purpose: str, by: User, *, rows: int) -> None:
    AccessRecord.objects.create(
        act=act, by=by, petition_id=delivery.petition_id, delivery=delivery, purpose=purpose, rows=rows
    )
