"""The outbox at work: claim what is due, ask the gates, send over one connection, mark what left."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from campaign import crypto
from campaign.actions.mailing import gates
from campaign.actions.mailing.letters import Rendered, compose, letter_for
from campaign.actions.mailing.postman import Postman, QueueStoppedError, RefusedError, TryLaterError
from campaign.actions.signing import envelopes, statements
from campaign.actions.signing.addresses import Address
from campaign.models import Mailing, MailQueue, Notice, OutgoingMail, PetitionEdition
from campaign.models.mail import FAILED, SENDING, SENT, SKIPPED, OutgoingMailQuerySet
from campaign.models.signatory import CONFIRMED

logger = logging.getLogger(__name__)
PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440)]
UNOPENED = "the envelope does not open"
_MARK_EVERY_SECONDS = 0.2


def send_due_mails() -> int:
    """Send what is due for about one tick. How many mails left. Safe to run in many workers at once."""
    ends_at = monotonic() + settings.TICK_SECONDS
    sent, stopped_by = 0, ""
    if MailQueue.is_paused():
        return sent
    with Postman() as postman:
        try:
            while monotonic() < ends_at and (batch := claim_mails(settings.MAIL_BATCH)):
                sent += _Round(postman, batch).run(ends_at)
        except QueueStoppedError as stop:
            stopped_by = str(stop)
    if postman.has_verdict:
        MailQueue.resume()
    if stopped_by:
        pause_queue(stopped_by)
    return sent


@transaction.atomic
def claim_mails(limit: int) -> list[OutgoingMail]:
    """Take up to `limit` due mails, oldest first, for this call alone."""
    due = OutgoingMail.objects.due().order_by("due_at").select_for_update(skip_locked=True)
    ids = list(due.values_list("pk", flat=True)[:limit])
    claim = uuid4()
    mine = OutgoingMail.objects.filter(pk__in=ids)
    mine.due().update(state=SENDING, claim=claim, claimed_at=timezone.now(), attempts=F("attempts") + 1)
    return _with_texts(list(mine.filter(claim=claim).select_related("signatory").order_by("due_at", "pk")))


def _with_texts(mails: list[OutgoingMail]) -> list[OutgoingMail]:
    """The mails with what was signed and what there is to tell: few texts for many mails, so each is fetched once."""
    if ids := {mail.mailing_id for mail in mails if mail.mailing_id}:
        mailings = Mailing.objects.prefetch_related("texts").in_bulk(ids)
        for mail in mails:
            mail.mailing = mailings.get(mail.mailing_id) if mail.mailing_id else None
    rows = [mail.signatory for mail in mails if mail.signatory]
    editions = PetitionEdition.objects.select_related("petition").in_bulk({row.edition_id for row in rows})
    for row in rows:
        row.edition = editions[row.edition_id]
        row.petition = row.edition.petition
    return mails


class _Round:
    """One batch on its way: whatever happens, each mail ends sent, skipped, failed or back in the queue."""

    def __init__(self, postman: Postman, batch: list[OutgoingMail]) -> None:
        self.postman = postman
        self.claim = batch[0].claim
        self.left = {mail.pk: mail for mail in batch}
        self.addresses: dict[UUID, Address] = {}
        self.rendered: Rendered = {}
        self.gone: list[UUID] = []
        self.sent = 0
        self.marked_at = monotonic()

    def run(self, ends_at: float) -> int:
        try:
            self._skip_what_says_nothing()
            self._open_envelopes()
            self._pass_gates()
            self._note_tokens()
            for mail in list(self.left.values()):
                if monotonic() > ends_at:
                    break
                self._send(mail)
        finally:
            self._mark()
            # What was not tried goes back to its place, its attempt not counted.
            self._mine(self.left).give_back(attempts=F("attempts") - 1)
        return self.sent

    def _mine(self, ids: Iterable[UUID]) -> OutgoingMailQuerySet:
        # The claim keeps us from touching a mail that was taken from us when we were silent for too long.
        return OutgoingMail.objects.filter(pk__in=list(ids), claim=self.claim)

    def _take(self, ids: Iterable[UUID]) -> OutgoingMailQuerySet:
        ids = list(ids)
        for one in ids:
            self.left.pop(one, None)
        return self._mine(ids)

    def _skip_what_says_nothing(self) -> None:
        silent = [mail.pk for mail in self.left.values() if letter_for(mail) is None or mail.mailbox is None]
        if silent:
            self._take(silent).finish(SKIPPED)

    def _open_envelopes(self) -> None:
        """Put off the mails whose envelopes do not open; stop the queue where it may be for want of the key."""
        unopened = []
        for mail in self.left.values():
            try:
                self.addresses[mail.pk] = envelopes.open_mailbox(mail)
            except crypto.SealBrokenError:
                unopened.append(mail)
        if unopened and not self.addresses and not _is_key_at_hand(unopened):
            raise QueueStoppedError("no envelope opens with POST_PRIVATE_KEY")
        self._put_off(unopened)

    def _put_off(self, unopened: list[OutgoingMail]) -> None:
        for mail in unopened:
            self._take([mail.pk]).give_back(_pause_after(mail), failure=UNOPENED)
        # Told once, until staff have seen it: these are tried again and again.
        if unopened and not Notice.objects.unseen().filter(kind="mail-unreadable").exists():
            Notice.tell("mail-unreadable", Notice.Level.ERROR, number=len(unopened))

    def _pass_gates(self) -> None:
        asking = [
            gates.Asking(
                mail_id=mail.pk,
                digest=envelopes.gate_digest(self.addresses[mail.pk]),
                kind=mail.kind,
                signatory_id=mail.signatory.pk,
                is_confirmed=mail.signatory.state == CONFIRMED,
            )
            for mail in self.left.values()
            if mail.signatory
        ]
        answers = gates.ask(asking) if asking else {}
        skipped = [pk for pk, answer in answers.items() if answer.verdict == gates.SKIP]
        if skipped:
            self._take(skipped).finish(SKIPPED)
        for pk, answer in answers.items():
            if answer.verdict == gates.WAIT and answer.due_at:
                self._take([pk]).give_back(answer.due_at - timezone.now(), attempts=F("attempts") - 1)

    def _note_tokens(self) -> None:
        """Give each signatory the hash of her link, so that the public process can know it when it comes back."""
        rows = {mail.signatory.pk: mail.signatory for mail in self.left.values() if mail.signatory}
        statements.note_tokens(
            {
                row.pk: crypto.token_hash(crypto.link_token(settings.LINK_KEY, bytes(row.nonce)))
                for row in rows.values()
                if row.token_hash is None and row.nonce is not None
            }
        )

    def _send(self, mail: OutgoingMail) -> None:
        letter = letter_for(mail) or ""
        message = compose(mail, letter=letter, address=self.addresses[mail.pk].mailed, rendered=self.rendered)
        try:
            self.postman.send(message)
        except RefusedError as refusal:
            self._take([mail.pk]).finish(FAILED, failure=str(refusal))
            Notice.tell("mail-refused", reason=str(refusal))
        except TryLaterError as delay:
            self._take([mail.pk]).give_back(_pause_after(mail), failure=str(delay))
        else:
            self._note_sent(mail)

    def _note_sent(self, mail: OutgoingMail) -> None:
        self.left.pop(mail.pk)
        self.gone.append(mail.pk)
        self.sent += 1
        if monotonic() - self.marked_at > _MARK_EVERY_SECONDS:
            self._mark()

    def _mark(self) -> None:
        if self.gone:
            self._mine(self.gone).finish(SENT, failure="")
        self.gone, self.marked_at = [], monotonic()


def _is_key_at_hand(unopened: list[OutgoingMail]) -> bool:
    """Whether these mails themselves are to blame: any that is owed names our key, or others opened when these did not.

    One envelope that somebody forged must not hold up all mail, and a wrong key must cost none.
    """
    if all(mail.failure == UNOPENED for mail in unopened):
        return True
    return OutgoingMail.objects.owed().sealed_to(crypto.heads(settings.POST_PRIVATE_KEY)).exists()


def _pause_after(mail: OutgoingMail) -> timedelta:
    return PAUSES[min(mail.attempts, len(PAUSES)) - 1]


def pause_queue(reason: str) -> None:
    """Stop the queue for a while, and tell staff once."""
    if MailQueue.pause(reason):
        Notice.tell("mail-queue-paused", Notice.Level.ERROR, reason=reason)
    logger.error("The mail queue is paused: %s.", reason)


def resume_queue() -> bool:
    """Let the queue try again now."""
    return bool(MailQueue.resume())


def retry(mail: OutgoingMail) -> bool:
    """Make a waiting mail due now. A mail given up has no address any more and cannot be tried again."""
    waiting = OutgoingMail.objects.filter(pk=mail.pk, state=OutgoingMail.State.QUEUED)
    return bool(waiting.update(due_at=timezone.now()))


def give_back_abandoned_claims() -> int:
    """Where there is one worker only, whatever is claimed when it starts was left by one that was killed."""
    return OutgoingMail.objects.filter(state=SENDING).give_back(attempts=F("attempts") - 1)


def oldest_due_seconds() -> float:
    """How long the mail that is due longest has waited, in seconds; 0 when nothing is due."""
    oldest = OutgoingMail.objects.leaving().filter(due_at__lte=timezone.now()).aggregate(at=Min("due_at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0
