"""The petition and the editions of its demand."""

import hashlib
import os
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaign.models.mode import MODE_CONSTRAINTS, Moded, key_problem

# States and every allowed move: action → (from, to). `actions.pages.petitions` makes the moves.
DRAFT, OPEN, PAUSED, CLOSED = "draft", "open", "paused", "closed"
MOVES = {
    "open": ((DRAFT,), OPEN),
    "pause": ((OPEN,), PAUSED),
    "resume": ((PAUSED,), OPEN),
    "close": ((OPEN, PAUSED), CLOSED),
}
COLUMNS = {
    "name": _("full name"), "country": _("country"), "language": _("language"), "signed_on": _("day of signing"),
}  # fmt: skip
SALT_BYTES = 16


def new_salt() -> bytes:
    """The petition's share of the key that makes email digests; destroyed with its data."""
    return os.urandom(SALT_BYTES)


def default_goal_steps() -> list[int]:
    return [100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000]


def default_columns() -> list[str]:
    return list(COLUMNS)


def check_goal_steps(steps: object) -> None:
    """Raise ValidationError unless `steps` is a rising list of positive whole numbers."""
    if not (isinstance(steps, list) and steps and all(type(step) is int and step > 0 for step in steps)):
        raise ValidationError(_("Give the goals as a list of whole numbers, such as [100, 500, 1000]."))
    if steps != sorted(set(steps)):
        raise ValidationError(_("Each goal must be larger than the one before it."))


def check_columns(columns: object) -> None:
    """Raise ValidationError unless `columns` is a list of known column names with the name among them."""
    if not isinstance(columns, list) or not set(columns) <= set(COLUMNS) or "name" not in columns:
        raise ValidationError(_("Choose from name, country, language, signed_on; the name is always delivered."))


class PetitionQuerySet(models.QuerySet["Petition"]):
    def public(self) -> "PetitionQuerySet":
        return self.exclude(state=DRAFT)

    def open(self) -> "PetitionQuerySet":
        return self.filter(state=OPEN)

    def showing_names(self) -> "PetitionQuerySet":
        """Those whose names can be read here at all, and so be shown where their owners chose it."""
        return self.filter(mode="standard")

    def searchable(self) -> "PetitionQuerySet":
        """Those in which staff may look for an address: high-risk, it would tell whoever asks that somebody signed."""
        return self.filter(mode="standard", digest_salt__isnull=False)

    def due_to_open(self) -> "PetitionQuerySet":
        return self.filter(state=DRAFT, opens_at__lte=timezone.now())

    def due_to_close(self) -> "PetitionQuerySet":
        return self.filter(state__in=MOVES["close"][0], closes_at__lte=timezone.now())

    def due_to_forget(self) -> "PetitionQuerySet":
        return self.filter(destroy_on__lte=timezone.now().date(), destroyed_at__isnull=True)


class Petition(Moded):
    """One demand to one addressee, in many languages, with one count."""

    class State(models.TextChoices):
        DRAFT = DRAFT, _("draft")
        OPEN = OPEN, _("open")
        PAUSED = PAUSED, _("paused")
        CLOSED = CLOSED, _("closed")

    class DefaultVisibility(models.TextChoices):
        INITIALS = "initials", _("initials on the page")
        DELIVERED = "delivered", _("only the addressee")
        COUNTED = "counted", _("only counted")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    default_visibility = models.CharField(
        _("default visibility"), max_length=10, choices=DefaultVisibility, default=DefaultVisibility.DELIVERED
    )
    names_wait = models.BooleanField(
        _("names wait for a moderator"),
        default=True,
        db_default=True,
        help_text=_("Otherwise the page shows chosen names and initials as soon as they are confirmed."),
    )
    goal_steps = models.JSONField(
        _("goals"),
        default=default_goal_steps,
        validators=[check_goal_steps],
        help_text=_("The page shows the next one."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    destroy_on = models.DateField(
        _("data destroyed by"),
        null=True,
        help_text=_("Public. On this day all personal data of the petition is erased."),
    )
    destroyed_at = models.DateTimeField(_("data destroyed"), null=True, blank=True, editable=False)
    digest_salt = models.BinaryField(default=new_salt, null=True, editable=False)
    signature_count = models.PositiveIntegerField(
        _("signatures"), default=0, editable=False, validators=[MinValueValidator(0)]
    )
    counted_until = models.DateTimeField(_("counted until"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("petition")
        verbose_name_plural = _("petitions")
        ordering = ["-id"]
        permissions = [("publish_petition", _("Can open, pause and close petitions"))]
        constraints = [
            models.CheckConstraint(
                name="petition_state_is_known", condition=Q(state__in=[DRAFT, OPEN, PAUSED, CLOSED])
            ),
            *MODE_CONSTRAINTS,
            models.CheckConstraint(
                name="petition_default_visibility_is_never_public",
                condition=Q(default_visibility__in=["initials", "delivered", "counted"]),
            ),
            models.CheckConstraint(
                name="petition_closed_has_time", condition=~Q(state=CLOSED) | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="petition_opened_has_destruction_date", condition=Q(state=DRAFT) | Q(destroy_on__isnull=False)
            ),
            models.CheckConstraint(
                name="petition_destroyed_has_no_salt",
                condition=Q(destroyed_at__isnull=True) | Q(digest_salt__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    @property
    def is_public(self) -> bool:
        return self.state != DRAFT

    @property
    def goal(self) -> int:
        """The first goal not yet reached; the last one when all are."""
        return next((step for step in self.goal_steps if step > self.signature_count), self.goal_steps[-1])

    @property
    def confirmable_until(self) -> datetime | None:
        """Until when what was signed before the closing may be confirmed; None while nothing ends it."""
        return self.closed_at + settings.CONFIRM_AFTER_CLOSING if self.closed_at else None

    def edition_in(self, language: str) -> "PetitionEdition | None":
        """The demand that is signed today in a language: the newest published version."""
        return self.editions.published().filter(language=language).order_by("-version").first()

    def clean(self) -> None:
        super().clean()
        problem = key_problem(self.mode, self.delivery_public_key)
        if self.state == DRAFT and problem:
            raise ValidationError({"delivery_public_key": problem})
        if self.default_visibility not in self.visibilities:
            raise ValidationError({"default_visibility": _("A high-risk petition shows nobody, be it by initials.")})


class GoalMeaning(models.Model):
    """What one of a petition's goals stands for, in one language: pages say it beside the bar."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="goal_meanings", verbose_name=_("petition"))
    language = models.CharField(_("language"), max_length=12)
    goal = models.PositiveIntegerField(_("goal"))
    meaning = models.CharField(
        _("meaning"),
        max_length=120,
        help_text=_("Stands behind the goal and a colon: as many people as were sent back in October."),
    )

    class Meta:
        verbose_name = _("meaning of a goal")
        verbose_name_plural = _("meanings of goals")
        ordering = ["goal", "language"]
        constraints = [
            models.UniqueConstraint(name="goal_meaning_is_unique", fields=["petition", "goal", "language"]),
        ]

    def __str__(self) -> str:
        return f"{self.goal}: {self.meaning}"

    def clean(self) -> None:
        super().clean()
        if self.goal not in self.petition.goal_steps:
            raise ValidationError({"goal": _("The petition has no such goal.")})


class PetitionEditionQuerySet(models.QuerySet["PetitionEdition"]):
    def published(self) -> "PetitionEditionQuerySet":
        return self.filter(published_at__lte=timezone.now())


class PetitionEdition(models.Model):
    """The exact text of the demand in one language and version. Once somebody signed it, it never changes."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="editions", verbose_name=_("petition"))
    language = models.CharField(_("language"), max_length=12)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    addressee = models.CharField(_("addressee"), max_length=300, help_text=_("Who decides, as named in the demand."))
    demand = models.TextField(_("demand"), help_text=_("Markdown. Exactly what is signed."))
    demand_html = models.TextField(editable=False, blank=True)
    delivered_columns = models.JSONField(
        _("delivered columns"),
        default=default_columns,
        validators=[check_columns],
        help_text=_("What the addressee gets of each signature; the consent sentence names it."),
    )
    reason = models.CharField(
        _("reason for this version"), max_length=300, blank=True, help_text=_("Public: what changed, and why.")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    first_signed_at = models.DateTimeField(_("first signed"), null=True, editable=False)

    objects = PetitionEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("petition edition")
        verbose_name_plural = _("petition editions")
        ordering = ["petition", "language", "-version"]
        constraints = [
            models.UniqueConstraint(name="petition_edition_is_unique", fields=["petition", "language", "version"]),
            models.CheckConstraint(
                name="petition_edition_later_version_has_reason", condition=Q(version=1) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="petition_edition_signed_is_published",
                condition=Q(first_signed_at__isnull=True) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, {self.version})"

    @property
    def is_signed(self) -> bool:
        return self.first_signed_at is not None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that is signed, in hex: the form carries it, so that one signs what one has read."""
        columns = ",".join(self.delivered_columns)
        signed: list[Any] = [self.language, self.version, self.title, self.addressee, self.demand, columns]
        return hashlib.sha256("\n".join(map(str, signed)).encode()).hexdigest()
