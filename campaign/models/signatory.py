"""The signatory: one person on one petition."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign import crypto
from campaign.models.base import first_uuid7_at, is_past, uuid7
from campaign.models.petition import Petition, PetitionEdition
from campaign.models.signatory_rules import CONSTRAINTS, ERASED, INDEXES, UNLOGGED, UNPUBLISHED

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


class SignatoryQuerySet(models.QuerySet["Signatory"]):
    def pending(self) -> "SignatoryQuerySet":
        return self.filter(state=PENDING)

    def confirmed(self) -> "SignatoryQuerySet":
        return self.filter(state=CONFIRMED)

    def standing(self) -> "SignatoryQuerySet":
        return self.filter(state__in=STANDING)

    def unlogged(self) -> "SignatoryQuerySet":
        """Those whose state or words the log of their petition does not tell yet."""
        return self.filter(UNLOGGED)

    def due_to_log(self, petition: Petition) -> "SignatoryQuerySet":
        """Those of a petition's unlogged rows that may come into the log now: all, or what changed before the hour."""
        if not petition.count_interval:
            return self
        before = petition.counted_before
        amended_later = Q(amended_at__gte=before)
        standing = Q(state=CONFIRMED, confirmed_at__lt=before) & ~amended_later
        return self.filter(standing | (~Q(state=CONFIRMED) & Q(ended_at__lt=before)))

    def deliverable(self) -> "SignatoryQuerySet":
        """Those the addressee gets: confirmed, and not merely counted."""
        return self.confirmed().exclude(visibility=Signatory.Visibility.COUNTED)

    def deliverable_as_of(self, moment: datetime, petition_id: int) -> "SignatoryQuerySet":
        """Those that a delivery of the petition would hold now, of those confirmed until then."""
        return self.deliverable().filter(petition=petition_id, confirmed_at__lte=moment)

    def wanting_updates(self) -> "SignatoryQuerySet":
        """Those who get the news: confirmed, and they asked for it."""
        return self.filter(state=CONFIRMED, wants_updates=True)

    def made_before(self, moment: datetime) -> "SignatoryQuerySet":
        """Rows whose form came before `moment`, read off the key's own time."""
        return self.filter(pk__lt=first_uuid7_at(moment))

    def made_since(self, moment: datetime) -> "SignatoryQuerySet":
        return self.filter(pk__gte=first_uuid7_at(moment))

    def tagged(self) -> "SignatoryQuerySet":
        """Rows that still say which forms came from one network."""
        return self.filter(network_tag__isnull=False)

    def with_name_chosen(self) -> "SignatoryQuerySet":
        """Rows whose owners chose to show their name, or its initials."""
        return self.confirmed().filter(visibility__in=["public", "initials"])

    def unpublished(self) -> "SignatoryQuerySet":
        """Rows whose name was chosen to be shown, and is not: it waits, is about to be, or was refused."""
        return self.filter(UNPUBLISHED)

    def with_name_standing(self) -> "SignatoryQuerySet":
        """Rows whose name may stand as it is held: see Signatory.is_name_standing."""
        return self.filter(words_differ=False).exclude(visibility=Signatory.Visibility.COUNTED)

    def unerased(self) -> "SignatoryQuerySet":
        return self.filter(erased_at__isnull=True)

    def unjournaled(self) -> "SignatoryQuerySet":
        """Those erased of whom the journal outside the database does not say so yet."""
        return self.filter(erased_at__isnull=False, journaled=False)

    def move(self, action: str, **values: Any) -> int:
        """Make one allowed move in one conditional UPDATE; how many rows *this* call moved."""
        sources, target, time_column = MOVES[action]
        return self.filter(state__in=sources).update(**{"state": target, time_column: timezone.now(), **values})

    def erase(self, action: str) -> int:
        """Make a move that ends the signature and erase the person in the same UPDATE."""
        return self.move(action, erased_at=timezone.now(), **ERASED)

    def erase_in_place(self) -> int:
        """Erase the person and keep the row's state, with its place in the count."""
        return self.unerased().update(erased_at=timezone.now(), **ERASED)


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

    class NameState(models.TextChoices):
        WAITING = "", _("waiting, or not to be shown")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    class DomainClass(models.TextChoices):
        FREE = "free", _("a large free provider")
        DISPOSABLE = "disposable", _("a provider of throw-away addresses")
        OTHER = "other", _("any other domain")

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
    network_tag = models.BinaryField(
        max_length=8, null=True, help_text="Keyed digest of the network it was signed from; changes daily, for 7 days."
    )
    name_state = models.CharField(
        _("state of the name"), max_length=8, choices=NameState, blank=True, default="", db_default=""
    )
    name_number = models.PositiveIntegerField(null=True, help_text="Its place among the names of the petition.")
    domain_class = models.CharField(
        _("class of the mail domain"), max_length=10, choices=DomainClass, blank=True, default="", db_default=""
    )
    # The log (docs/log.md): what the entry commits to, and what a new commitment is made from without the name.
    commitment = models.BinaryField(max_length=32, null=True)
    stub = models.BinaryField(max_length=64, null=True, help_text="The name's leaf, and the key of the other fields.")
    entry_index = models.BigIntegerField(_("entry in the log"), null=True, help_text="The one that counts it now.")
    amended_at = models.DateTimeField(null=True, help_text="Since when the entry commits to older words.")
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    erased_at = models.DateTimeField(_("erased"), null=True)
    journaled = models.BooleanField(default=False, db_default=False, help_text="The journal says that it is erased.")

    came_by = ""  # the token of the link that led here, if one did: a fact of the request, and no column

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        permissions = [
            ("moderate_signatory", _("Can reject and restore signatures")),
            ("open_signatory", _("Can see who a signatory is")),
        ]
        constraints = CONSTRAINTS
        indexes = INDEXES

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
    def expires_at(self) -> datetime:
        """When it is erased unless it is confirmed before."""
        return self.signed_at + settings.PENDING_LIFETIME

    @property
    def has_name(self) -> bool:
        return self.identity is not None

    @property
    def is_name_standing(self) -> bool:
        """Whether a name is held that need not be typed again. Told without the envelope, which the site cannot read
        back: a row has one but where it is only counted, or where other words came in (a constraint says so).
        """
        return self.visibility != self.Visibility.COUNTED and not self.words_differ

    @property
    def has_name_chosen(self) -> bool:
        """Whether its owner chose to show the name, or its initials: as with_name_chosen() asks of many."""
        return self.state == CONFIRMED and self.visibility in (self.Visibility.PUBLIC, self.Visibility.INITIALS)

    @property
    def has_name_waiting(self) -> bool:
        """Whether that name is neither shown nor decided on."""
        return self.has_name_chosen and self.public_name is None and self.name_state == self.NameState.WAITING

    @property
    def has_expired_early(self) -> bool:
        """Whether it expired before its time was over: staff set it aside with a flood of others."""
        return self.ended_at is not None and self.ended_at < self.expires_at

    @property
    def may_be_tagged(self) -> bool:
        """Whether its network tag is not gone yet, told without the tag, which the site cannot read back."""
        return self.erased_at is None and self.pk > first_uuid7_at(timezone.now() - settings.NETWORK_TAG_LIFETIME)

    def context(self, purpose: str) -> bytes:
        """The `info` that binds an envelope of this row to its purpose, petition and address."""
        return envelope_context(purpose, self.petition_id, self.email_digest)


def envelope_context(purpose: str, petition_id: int, email_digest: bytes | memoryview | None) -> bytes:
    """`info` for an envelope: purpose, petition and email digest (docs/security.md)."""
    return crypto.context(purpose, str(petition_id).encode(), bytes(email_digest or b""))


def key_context(signatory_id: uuid.UUID) -> bytes:
    """`info` for what is wrapped for one row."""
    return crypto.context("gate link", signatory_id.bytes)
