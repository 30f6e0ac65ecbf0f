"""The signatory: one person on one petition."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign import crypto
from campaign.models.base import first_uuid7_at, is_past, uuid7
from campaign.models.petition import Petition, PetitionEdition

# States and every allowed move: action → (from, to, the column that takes the time).
PENDING, CONFIRMED, WITHDRAWN, REJECTED, EXPIRED = "pending", "confirmed", "withdrawn", "rejected", "expired"
MOVES = {
    "confirm": ((PENDING,), CONFIRMED, "confirmed_at"),
    "withdraw": ((PENDING, CONFIRMED, REJECTED), WITHDRAWN, "ended_at"),
    "reject": ((CONFIRMED,), REJECTED, "ended_at"),
    "restore": ((REJECTED,), CONFIRMED, "confirmed_at"),
    "expire": ((PENDING,), EXPIRED, "ended_at"),
}
STANDING = (PENDING, CONFIRMED, REJECTED)

# What erasing sets: after it the row says that somebody signed, when, and how it ended; nothing of whom.
ERASED: dict[str, Any] = {
    "identity": None,
    "mailbox": None,
    "email_digest": None,
    "gate_link": None,
    "words_digest": None,
    "words_differ": False,
    "nonce": None,
    "public_name": None,
    "wants_updates": False,
    "country": "",
}
_NO_TRACE = Q(**{name: value for name, value in ERASED.items() if value is not None}) & Q(
    **{f"{name}__isnull": True for name, value in ERASED.items() if value is None}
)
# What the count has yet to follow. The same words stand in the partial index below.
UNCOUNTED = Q(state=CONFIRMED, counted=False) | (~Q(state=CONFIRMED) & Q(counted=True))


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def pending(self) -> "SignatoryQuerySet":
        return self.filter(state=PENDING)

    def confirmed(self) -> "SignatoryQuerySet":
        return self.filter(state=CONFIRMED)

    def standing(self) -> "SignatoryQuerySet":
        return self.filter(state__in=STANDING)

    def uncounted(self) -> "SignatoryQuerySet":
        return self.filter(UNCOUNTED)

    def deliverable(self) -> "SignatoryQuerySet":
        """Those the addressee gets: confirmed, and not merely counted."""
        return self.confirmed().exclude(visibility=Signatory.Visibility.COUNTED)

    def made_before(self, moment: datetime) -> "SignatoryQuerySet":
        """Rows whose form came before `moment`, read off the key's own time."""
        return self.filter(pk__lt=first_uuid7_at(moment))

    def made_since(self, moment: datetime) -> "SignatoryQuerySet":
        return self.filter(pk__gte=first_uuid7_at(moment))

    def with_name_standing(self) -> "SignatoryQuerySet":
        """Rows whose name may stand as it is held: see Signatory.is_name_standing."""
        return self.filter(words_differ=False).exclude(visibility=Signatory.Visibility.COUNTED)

    def move(self, action: str, **values: Any) -> int:
        """Make one allowed move in one conditional UPDATE; how many rows *this* call moved."""
        sources, target, time_column = MOVES[action]
        return self.filter(state__in=sources).update(**{"state": target, time_column: timezone.now(), **values})

    def erase(self, action: str) -> int:
        """Make a move that ends the signature and erase the person in the same UPDATE."""
        return self.move(action, erased_at=timezone.now(), **ERASED)


class Signatory(models.Model):
    """One person on one petition. What identifies her is sealed; the public process can write it, not read it."""

    class State(models.TextChoices):
        PENDING = PENDING, _("pending")
        CONFIRMED = CONFIRMED, _("confirmed")
        WITHDRAWN = WITHDRAWN, _("withdrawn")
        REJECTED = REJECTED, _("rejected")
        EXPIRED = EXPIRED, _("expired")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("name on the page")
        INITIALS = "initials", _("initials on the page")
        DELIVERED = "delivered", _("only the addressee")
        COUNTED = "counted", _("only counted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    petition = models.ForeignKey(Petition, models.PROTECT, db_index=False, verbose_name=_("petition"))
    edition = models.ForeignKey(PetitionEdition, models.PROTECT, db_index=False, verbose_name=_("edition"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility)
    wants_updates = models.BooleanField(_("wants updates"), default=False)
    country = models.CharField(_("country"), max_length=2, blank=True)
    identity = models.BinaryField(null=True, help_text="Sealed to the delivery key: name and salt.")
    mailbox = models.BinaryField(null=True, help_text="Sealed to the post key; only where updates are wanted.")
    email_digest = models.BinaryField(max_length=32, null=True)
    gate_link = models.BinaryField(null=True, help_text="The key of the address's MailGate, wrapped for this row.")
    words_digest = models.BinaryField(max_length=32, null=True, help_text="Keyed digest of the name; while pending.")
    words_differ = models.BooleanField(default=False, help_text="A further form came with other words.")
    nonce = models.BinaryField(max_length=16, null=True, default=crypto.new_nonce)
    token_hash = models.BinaryField(max_length=32, null=True)
    public_name = models.CharField(_("public name"), max_length=200, null=True)  # noqa: DJ001 - NULL: not published
    counted = models.BooleanField(default=False)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    erased_at = models.DateTimeField(_("erased"), null=True)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        permissions = [
            ("moderate_signatory", _("Can reject and restore signatures")),
            ("open_signatory", _("Can see who a signatory is")),
        ]
        constraints = [
            models.UniqueConstraint(name="signatory_is_one_per_mailbox", fields=["petition", "email_digest"]),
            models.UniqueConstraint(name="signatory_token_is_unique", fields=["token_hash"]),
            models.CheckConstraint(
                name="signatory_state_is_known", condition=Q(state__in=[*STANDING, WITHDRAWN, EXPIRED])
            ),
            models.CheckConstraint(
                name="signatory_visibility_is_known",
                condition=Q(visibility__in=["public", "initials", "delivered", "counted"]),
            ),
            models.CheckConstraint(
                name="signatory_confirmed_has_time", condition=~Q(state=CONFIRMED) | Q(confirmed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="signatory_ended_has_time",
                condition=Q(state__in=[PENDING, CONFIRMED]) | Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="signatory_gone_is_erased",
                condition=~Q(state__in=[WITHDRAWN, EXPIRED]) | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="signatory_erased_leaves_no_trace", condition=Q(erased_at__isnull=True) | _NO_TRACE
            ),
            models.CheckConstraint(
                name="signatory_counted_only_has_no_identity",
                condition=~Q(visibility="counted") | Q(identity__isnull=True),
            ),
            models.CheckConstraint(
                name="signatory_is_named_or_says_why_not",
                condition=Q(identity__isnull=False)
                | Q(visibility="counted")
                | Q(words_differ=True)
                | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="signatory_wanting_updates_has_mailbox",
                condition=Q(wants_updates=False) | Q(mailbox__isnull=False),
            ),
            models.CheckConstraint(
                name="signatory_public_name_was_chosen",
                condition=Q(public_name__isnull=True) | Q(state=CONFIRMED, visibility__in=["public", "initials"]),
            ),
            models.CheckConstraint(
                name="signatory_words_digest_only_while_pending",
                condition=Q(words_digest__isnull=True) | Q(state=PENDING),
            ),
        ]
        indexes = [
            # Serves count_signatures: the rows whose `counted` lags behind their state. Empty when all is counted.
            models.Index(name="signatory_uncounted", fields=["id"], condition=UNCOUNTED),
            # Serves expire_signatories: the oldest pending rows first, the key being time-ordered.
            models.Index(name="signatory_pending", fields=["id"], condition=Q(state=PENDING)),
            # Serves the admin's lists of what ended, which are rare among confirmed rows.
            models.Index(
                name="signatory_ended", fields=["state", "-id"], condition=Q(state__in=[WITHDRAWN, REJECTED, EXPIRED])
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def language(self) -> str:
        """The language of the edition signed; mails are written in it."""
        return self.edition.language

    @property
    def is_standing(self) -> bool:
        return self.state in STANDING

    @property
    def is_confirmable(self) -> bool:
        """Whether it is pending and its petition, should it have closed, still lets it be confirmed."""
        return self.state == PENDING and not is_past(self.petition.confirmable_until)

    @property
    def has_name(self) -> bool:
        return self.identity is not None

    @property
    def is_name_standing(self) -> bool:
        """Whether a name is held that need not be typed again. Told without the envelope, which the site cannot read
        back: a row has one but where it is only counted, or where other words came in (a constraint says so).
        """
        return self.visibility != self.Visibility.COUNTED and not self.words_differ

    def context(self, purpose: str) -> bytes:
        """The `info` that binds an envelope of this row to its purpose, petition and address."""
        return envelope_context(purpose, self.petition_id, self.email_digest)


def envelope_context(purpose: str, petition_id: int, email_digest: bytes | memoryview | None) -> bytes:
    """`info` for an envelope: purpose, petition and e-mail digest (docs/security.md)."""
    return crypto.context(purpose, str(petition_id).encode(), bytes(email_digest or b""))


def key_context(signatory_id: uuid.UUID) -> bytes:
    """`info` for what is wrapped for one row."""
    return crypto.context("gate link", signatory_id.bytes)
