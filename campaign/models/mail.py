"""The outbox: mails the site owes, the gate each address stands behind, and the queue as a whole."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign import crypto
from campaign.models.base import uuid7
from campaign.models.signatory import Signatory
from campaign.models.update import Mailing, Update

# States: [waiting →] queued → sending → sent | skipped | failed; sending → queued when a claim is given back or
# abandoned. Waiting is the slow lane: forms that nobody worked for (actions/admitting/slow_lane.py).
WAITING, QUEUED, SENDING, SENT, SKIPPED, FAILED = "waiting", "queued", "sending", "sent", "skipped", "failed"
LEAVING = (QUEUED, SENDING)
OWED = (WAITING, *LEAVING)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def owed(self) -> "OutgoingMailQuerySet":
        return self.filter(Q(state=WAITING) | Q(state__in=LEAVING))  # as the two partial indexes have it

    def waiting(self) -> "OutgoingMailQuerySet":
        """The slow lane."""
        return self.filter(state=WAITING)

    def leaving(self) -> "OutgoingMailQuerySet":
        return self.filter(state__in=LEAVING)

    def due(self) -> "OutgoingMailQuerySet":
        """What may be claimed now: due and queued, or claimed by somebody who has since gone silent."""
        now = timezone.now()
        abandoned = Q(state=SENDING, claimed_at__lt=now - settings.CLAIM_LIFETIME)
        return self.filter(Q(state=QUEUED, due_at__lte=now) | abandoned)

    def sealed_to(self, heads: list[bytes]) -> "OutgoingMailQuerySet":
        """Those whose envelope begins with one of these, and so names its key. It need not open."""
        head = Substr("mailbox", 1, crypto.HEAD_BYTES, output_field=models.BinaryField())
        return self.annotate(head=head).filter(head__in=heads)

    def failed(self) -> "OutgoingMailQuerySet":
        return self.filter(state=FAILED)

    def finish(self, state: str, **values: Any) -> int:
        """End claimed mails in `state` and erase what they carried."""
        return self.filter(state=SENDING).update(state=state, mailbox=None, finished_at=timezone.now(), **values)

    def drop(self) -> int:
        """End mails that nobody should get any more, and erase what they carried."""
        return self.update(state=SKIPPED, mailbox=None, network_tag=None, finished_at=timezone.now())

    def give_back(self, due_in: timedelta | None = None, **values: Any) -> int:
        """Put claimed mails back into the queue: to where they stood, or due again after a pause."""
        if due_in is not None:
            values["due_at"] = timezone.now() + due_in
        return self.filter(state=SENDING).update(state=QUEUED, claimed_at=None, claim=None, **values)


class OutgoingMail(models.Model):
    """One mail owed. It stores no text: what it says is decided when it is sent, from the signatory's state then."""

    class Kind(models.TextChoices):
        FORM = "form", _("after a form")
        LINK = "link", _("link asked for")
        UPDATE = "update", _("news asked for")

    class State(models.TextChoices):
        WAITING = WAITING, _("in the slow lane")
        QUEUED = QUEUED, _("queued")
        SENDING = SENDING, _("sending")
        SENT = SENT, _("sent")
        SKIPPED = SKIPPED, _("nothing to send")
        FAILED = FAILED, _("failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # NULL: the link was asked for at an address that has signed nothing. The row stands so that time tells nothing.
    signatory = models.ForeignKey(Signatory, models.CASCADE, null=True, db_index=False, verbose_name=_("signatory"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    mailbox = models.BinaryField(null=True, help_text="Sealed to the post key; erased when sent or failed.")
    network_tag = models.BinaryField(max_length=8, null=True, help_text="Whose turn it is, while in the slow lane.")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True, help_text="Which batch holds it.")
    finished_at = models.DateTimeField(_("finished"), null=True)

    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True, db_index=False, verbose_name=_("mailing"))

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        permissions = [("retry_outgoingmail", _("Can retry failed mails"))]
        constraints = [
            models.CheckConstraint(name="mail_state_is_known", condition=Q(state__in=[*OWED, SENT, SKIPPED, FAILED])),
            models.CheckConstraint(
                name="mail_is_tagged_only_while_waiting", condition=Q(state=WAITING) | Q(network_tag__isnull=True)
            ),
            # However often a worker is killed, nobody gets the same news twice.
            models.UniqueConstraint(
                name="mail_is_one_per_mailing", fields=["mailing", "signatory"], condition=Q(mailing__isnull=False)
            ),
            models.CheckConstraint(
                name="mail_finished_keeps_no_address", condition=Q(state__in=OWED) | Q(mailbox__isnull=True)
            ),
            models.CheckConstraint(
                name="mail_claimed_has_time", condition=~Q(state=SENDING) | Q(claimed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="mail_finished_has_time", condition=Q(state__in=OWED) | Q(finished_at__isnull=False)
            ),
        ]
        indexes = [
            # Serves the claim and the queue's age: what is leaving, oldest first. As small as the queue is short.
            models.Index(name="mail_owed", fields=["due_at"], condition=Q(state__in=LEAVING)),
            # Serves release_mails: whose turn is next. A flood may make it long; the claim does not see it.
            models.Index(name="mail_waiting", fields=["network_tag", "id"], condition=Q(state=WAITING)),
            # Serves the admin's list of failures.
            models.Index(name="mail_failed", fields=["-id"], condition=Q(state=FAILED)),
            # Serves forget_what_is_over: what is finished, oldest first.
            models.Index(name="mail_finished", fields=["finished_at"], condition=Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def news(self) -> Update | None:
        """What a mail with news tells its signatory; None once its mailing is cancelled or its text is gone."""
        if self.mailing is None or self.mailing.cancelled_at or self.signatory is None:
            return None
        return self.mailing.text_in(self.signatory.language)

    @property
    def message_id(self) -> str:
        """The one Message-ID of this mail, however often it is sent (RFC 5322, 3.6.4)."""
        return f"<{self.pk.hex}@{settings.SITE_HOST}>"


class MailGate(models.Model):
    """What one address was sent, over the whole site, by digest; and whether its owner said "this was not me"."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    form_at = models.DateTimeField(null=True)
    form_mail = models.UUIDField(null=True, help_text="The mail let through then: a second try of it passes.")
    link_at = models.DateTimeField(null=True)
    link_mail = models.UUIDField(null=True)
    unconfirmed_mails = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(default=timezone.now)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="mail_gate_used", fields=["used_at"])]

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:8]

    @property
    def is_refused(self) -> bool:
        return self.refused_at is not None and self.refused_at > timezone.now() - settings.NOT_ME_LIFETIME

    @property
    def last_mail_at(self) -> Any:
        return max(filter(None, [self.form_at, self.link_at]), default=None)


class MailQueue(models.Model):
    """One row: whether the queue as a whole is paused, since when and why."""

    paused_until = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)
    round_at = models.DateTimeField(null=True, help_text="When the slow lane's round began.")
    round_mails = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How many left it since.")
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("mail queue")
        verbose_name_plural = _("mail queue")

    def __str__(self) -> str:
        return "mail queue"

    @classmethod
    def load(cls) -> "MailQueue":
        return cls.objects.get(pk=1)

    @classmethod
    def is_paused(cls) -> bool:
        return cls.objects.filter(pk=1, paused_until__gt=timezone.now()).exists()

    @classmethod
    def pause(cls, reason: str) -> bool:
        """Stop sending for a while that doubles, from ten seconds to five minutes. Whether it ran until now."""
        queue = cls.load()
        pause = timedelta(seconds=min(300, 10 * 2 ** min(queue.failures, 5)))
        now = timezone.now()
        cls.objects.filter(pk=1).update(
            paused_until=now + pause,
            paused_since=queue.paused_since or now,
            failures=F("failures") + 1,
            reason=reason[:200],
        )
        return queue.paused_since is None

    @classmethod
    def resume(cls) -> int:
        """Clear the pause: mail leaves again, or staff want it tried now. How many rows changed."""
        return cls.objects.filter(pk=1, paused_since__isnull=False).update(
            paused_until=None, paused_since=None, failures=0, reason=""
        )
