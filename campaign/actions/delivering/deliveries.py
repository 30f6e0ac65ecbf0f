"""Deliveries are asked for, approved by a second officer, cancelled and tried again. Every step is on the record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.actions.delivering.slices import is_forgotten
from campaign.actions.delivering.taking import DOWNLOAD, REQUEST, remove_file
from campaign.actions.staff.access import RefusedError, record, require
from campaign.models import AccessRecord, Addressee, DeliveredSlice, Delivery, Petition, Signatory
from campaign.models.delivery import APPROVED, BUNDLE, CANCELLED, DUMP, REQUESTED
from campaign.models.petition import COLUMNS

APPROVE = "campaign.approve_delivery"
SELF_APPROVAL_AFTER = timedelta(hours=24)
__all__ = ["APPROVE", "DOWNLOAD", "REQUEST"]


@dataclass(frozen=True)
class Order:
    """What an officer asks for."""

    addressee: Addressee
    purpose: str
    as_of: datetime
    columns: Sequence[str]
    languages: Sequence[str]
    letters: dict[str, str] = field(default_factory=dict)  # by language; empty ones are our template's


@transaction.atomic
def request_export(petition: Petition, *, purpose: str, by: User) -> Delivery:
    """Order a CSV of the signatures confirmed until now; the worker builds it. Raises PermissionDenied, RefusedError.

    Each signature gives only those columns that the demand it stands under named.
    """
    require(by, REQUEST)
    refuse_unexportable(petition)
    now = timezone.now()
    delivery = Delivery.objects.create(
        petition=petition, state=APPROVED, purpose=purpose, columns=named_columns(petition), as_of=now,
        rows_expected=_rows(petition, now), requested_by=by, requested_at=now, approved_by=by, approved_at=now,
    )  # fmt: skip
    _record(delivery, AccessRecord.Act.REQUESTED, by)
    return delivery


def refuse_unexportable(petition: Petition) -> None:
    """Raise RefusedError for a petition whose names this server cannot read, or should not have any more."""
    if is_sealed_to_officers(petition):
        raise RefusedError(
            _("The names of this petition are sealed to a key that was made offline: they cannot be exported here.")
        )
    refuse_forgotten(petition)


def refuse_forgotten(petition: Petition) -> None:
    """Raise RefusedError for a petition whose data are gone, or are to be."""
    if is_forgotten(petition):
        raise RefusedError(_("The personal data of this petition are destroyed: there is nothing left to export."))


def is_sealed_to_officers(petition: Petition) -> bool:
    """Whether the names open only offline, so that the site gives out a dump and no bundle."""
    return petition.is_high_risk or bool(petition.delivery_public_key)


def named_columns(petition: Petition) -> list[str]:
    """The columns that at least one published demand named: nothing else can be delivered."""
    named = petition.editions.filter(published_at__isnull=False).values_list("delivered_columns", flat=True)
    return [column for column in COLUMNS if any(column in columns for columns in named)]


# --- For an addressee ------------------------------------------------------------------------------------------------
@transaction.atomic
def request_delivery(petition: Petition, *, order: Order, by: User) -> Delivery:
    """Ask for a bundle, or for the dump where names are sealed to officers; somebody else approves it.

    Raises PermissionDenied, RefusedError.
    """
    require(by, REQUEST)
    refuse_forgotten(petition)
    columns = [column for column in named_columns(petition) if column in order.columns]
    if set(order.columns) - set(columns) or "name" not in columns:
        raise RefusedError(_("A delivery holds the names, and nothing but columns that the demand named."))
    if no_sender := lacks_sender():
        raise RefusedError(no_sender)
    as_of = min(order.as_of, timezone.now())
    rows = _rows(petition, as_of)
    if not rows:
        raise RefusedError(_("Nobody who can be delivered was confirmed by then: it would be empty."))
    delivery = Delivery.objects.create(
        petition=petition, kind=DUMP if is_sealed_to_officers(petition) else BUNDLE, addressee=order.addressee,
        purpose=order.purpose, as_of=as_of, columns=columns,
        languages=list(order.languages), letters=order.letters, rows_expected=rows,
        requested_by=by,
    )  # fmt: skip
    _record(delivery, AccessRecord.Act.REQUESTED, by)
    return delivery


def _rows(petition: Petition, as_of: datetime) -> int:
    """How many it would hold as things are: who withdraws before it is built is not in it."""
    return Signatory.objects.deliverable_as_of(as_of, petition.pk).count()


def lacks_sender() -> str:
    """Why the letter would come from nobody, a dump's too, which tells the sender; empty where there is one."""
    if settings.ORGANISATION_NAME.strip():
        return ""
    return _("The letter would have no sender: set ORGANISATION_NAME on this server before you ask for a delivery.")


@transaction.atomic
def approve_delivery(delivery: Delivery, *, by: User) -> bool:
    """Let a requested delivery be built. Whether this call did it. Raises PermissionDenied, RefusedError.

    It takes a second officer. Where there is none, the one who asked can approve after a day: that stays on the record.
    """
    require(by, APPROVE)
    refuse_forgotten(delivery.petition)
    is_own = delivery.requested_by_id == by.pk
    if refusal := refusal_to_approve(delivery, by):
        raise RefusedError(refusal)
    Petition.objects.select_for_update().get(pk=delivery.petition_id)  # so that no two get the same number
    last = Delivery.objects.filter(petition=delivery.petition_id).aggregate(last=Max("number"))["last"] or 0
    return bool(
        Delivery.objects.filter(pk=delivery.pk, state=REQUESTED).update(
            state=APPROVED, approved_by=by, approved_at=timezone.now(), is_self_approved=is_own, number=last + 1
        )
    )


def refusal_to_approve(delivery: Delivery, by: User) -> str:
    """Why this officer cannot approve it, or not yet; empty where she can."""
    if delivery.requested_by_id != by.pk:
        return ""
    if other_officers(by):
        return _("Somebody else has to approve what you asked for.")
    if delivery.requested_at > timezone.now() - SELF_APPROVAL_AFTER:
        return _("There is no second officer: you can approve it yourself 24 hours after you asked for it.")
    return ""


def other_officers(by: User) -> bool:
    """Whether somebody else could approve."""
    backend = settings.AUTHENTICATION_BACKENDS[0]
    holders = User.objects.with_perm(APPROVE, backend=backend).filter(is_staff=True)
    return holders.exclude(pk=by.pk).exists()


# --- Given up, tried again -------------------------------------------------------------------------------------------
def cancel_delivery(delivery: Delivery, *, by: User) -> bool:
    """Give a delivery up before it is built; what there is of its file goes. Whether this call did it."""
    require(by, REQUEST)
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[REQUESTED, APPROVED])
    is_cancelled = bool(waiting.update(state=CANCELLED, cancelled_at=timezone.now(), claimed_at=None))
    if is_cancelled:
        remove_file(delivery)
    return is_cancelled


@transaction.atomic
def retry_delivery(delivery: Delivery, *, by: User) -> bool:
    """Build a delivery that a failure stopped from its beginning. Whether this call did it. Raises RefusedError."""
    require(by, REQUEST)
    refuse_forgotten(delivery.petition)
    stopped = Delivery.objects.filter(pk=delivery.pk, state=APPROVED).exclude(failure="")
    is_begun_anew = bool(
        stopped.update(
            failure="", approved_at=timezone.now(), deleted_at=None, claimed_at=None, sealed_key=None, cursor=None,
            row_count=0, chunk_count=0, byte_count=0, step=0, tally={}, files=[], sealed_passphrase=None,
        )
    )  # fmt: skip
    if is_begun_anew:
        DeliveredSlice.objects.filter(delivery=delivery).delete()
    return is_begun_anew


def _record(delivery: Delivery, act: str, by: User) -> None:
    about = {"petition_id": delivery.petition_id, "delivery": delivery, "rows": delivery.rows_expected}
    record(act, by=by, purpose=delivery.purpose, **about)
