"""News by mail: ordered by staff, owed a slice at a time to those who asked for it, and ended by one click."""

import base64
import hmac
from collections.abc import Sequence
from uuid import UUID

import nh3
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign import crypto
from campaign.actions.counting import log_files
from campaign.actions.staff.access import RefusedError, require
from campaign.models import Mailing, Notice, OutgoingMail, Petition, PetitionLog, Signatory, Update

MAIL = "campaign.mail_update"
UPDATE = OutgoingMail.Kind.UPDATE
# No pictures: one that is loaded tells that the mail was opened.
_TAGS = nh3.ALLOWED_TAGS - {"img", "picture", "figure", "video", "audio"}


# --- Mailing it ----------------------------------------------------------------------------------------------------
@transaction.atomic
def mail_update(update: Update, *, translations: Sequence[Update] = (), by: User) -> Mailing:
    """Order a piece of news mailed, once, to all who asked for it: in their language, or else as `update` has it.

    Raises PermissionDenied, RefusedError.
    """
    require(by, MAIL)
    total = Signatory.objects.wanting_updates().filter(petition=update.petition).count()
    if not total:
        raise RefusedError(_("Nobody has asked for news about this petition yet."))
    mailing = Mailing.objects.create(petition=update.petition, language=update.language, total=total, ordered_by=by)
    chosen = [update.pk, *(text.pk for text in translations)]
    fresh = Update.objects.public().filter(pk__in=chosen, petition=update.petition, mailing=None)
    if fresh.update(mailing=mailing) != len(chosen):
        raise RefusedError(_("Only news that stand on the site can be mailed, and each only once."))
    return mailing


def cancel_mailing(mailing: Mailing, *, by: User) -> bool:
    """Mail the rest to nobody. Whether this call did it; what has left has left. Raises PermissionDenied."""
    require(by, MAIL)
    return bool(Mailing.objects.under_way().filter(pk=mailing.pk).update(cancelled_at=timezone.now()))


@transaction.atomic
def cancel_restored_mailings(petition: Petition | None = None) -> int:
    """After a restore mail the rest of what was under way to nobody, and tell staff; how many mailings that were.

    Since the backup it went on, and only the readers know how far: who would be next may have it already.
    """
    stopped = Mailing.objects.under_way().select_related("petition").select_for_update(of=["self"])
    mailings = list(stopped.filter(petition=petition) if petition else stopped)
    for mailing in mailings:
        slug = mailing.petition.slug
        Notice.tell("mailing-cancelled", petition=slug, position=mailing.position, total=mailing.total)
    return Mailing.objects.filter(pk__in=[each.pk for each in mailings]).update(cancelled_at=timezone.now())


def advance_mailings() -> int:
    """Owe the next mails of each mailing under way, as many as soon leave; how many."""
    return sum(_advance(mailing) for mailing in Mailing.objects.under_way().order_by("pk"))


@transaction.atomic
def _advance(mailing: Mailing) -> int:
    """One slice. Cursor and mails move together: whoever is killed here has done nothing yet."""
    log = PetitionLog.objects.filter(pk=mailing.petition_id).select_related("petition").first()
    if log is not None and not log_files.is_known(log):
        return 0  # a restored database, as it seems, that has forgotten whom it mailed
    now = timezone.now()
    room = settings.MAILING_AHEAD - OutgoingMail.objects.leaving().filter(kind=UPDATE, due_at__lte=now).count()
    if room <= 0:
        return 0
    readers = Signatory.objects.wanting_updates().filter(petition=mailing.petition_id, pk__gt=mailing.cursor)
    rows = list(readers.order_by("pk").values_list("pk", "mailbox")[:room])
    # Of two workers the second waits for the first to commit, and finds the cursor moved.
    mine = Mailing.objects.under_way().filter(pk=mailing.pk, cursor=mailing.cursor)
    is_mine = mine.update(
        cursor=rows[-1][0] if rows else mailing.cursor,
        position=F("position") + len(rows),
        finished_at=now if len(rows) < room else None,
    )
    if not is_mine:
        return 0
    OutgoingMail.objects.bulk_create(
        OutgoingMail(kind=UPDATE, signatory_id=pk, mailbox=mailbox, mailing=mailing) for pk, mailbox in rows
    )
    return len(rows)


def html_for_mail(html: str) -> str:
    """An update's HTML as a mail can carry it: no pictures, no styles, whole addresses."""
    return nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, attribute_filter=_whole_address, link_rel=None)


def _whole_address(_tag: str, _name: str, value: str) -> str:
    return settings.SITE_URL + value if value.startswith("/") else value


# --- Ending it -----------------------------------------------------------------------------------------------------
def ticket_of(signatory_id: UUID) -> str:
    """What a mail's unsubscribe link holds: the row's key, and an HMAC that only this site makes. It ends news only."""
    key = crypto.derive_key(settings.CAMPAIGN_KEY, "unsubscribe")
    mac = base64.urlsafe_b64encode(crypto.digest(key, signatory_id.hex)).decode().rstrip("=")
    return f"{signatory_id.hex}.{mac}"


def whose_ticket(ticket: str) -> UUID | None:
    """The key of the signatory who holds this ticket; None for one that we did not make."""
    try:
        signatory_id = UUID(hex=ticket.partition(".")[0])
    except ValueError:
        return None
    return signatory_id if hmac.compare_digest(ticket.encode(), ticket_of(signatory_id).encode()) else None


def unsubscribe(signatory_id: UUID) -> bool:
    """Send no more news, and erase the address kept for them. Whether this call did it."""
    wanting = Signatory.objects.filter(pk=signatory_id, wants_updates=True)
    return bool(wanting.update(wants_updates=False, mailbox=None))
