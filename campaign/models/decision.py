"""What staff did: decisions about signatures, and who saw or took personal data. Rows are added, never changed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.models.base import uuid7_time
from campaign.models.delivery import Delivery
from campaign.models.petition import Petition
from campaign.models.signatory import Signatory

# What is done against a signature or its name needs a class of reason; what is done for it has none.
AGAINST, IN_FAVOUR = ["reject", "expire", "refuse_name"], ["restore", "approve_name", "review_name"]


class ReasonClass(models.TextChoices):
    """Why a signature was set aside, in one word: what the public integrity page and the public log may tell."""

    FORGED = "forged", _("forged, or made by a machine")
    DUPLICATE = "duplicate", _("the same person again")
    NO_NAME = "no_name", _("not the name of a person")
    ABUSIVE = "abusive", _("an abusive name")
    OWNER = "owner", _("asked for by the owner of the address")
    OTHER = "other", _("another reason")


class AppendOnlyError(Exception):
    """Someone tried to change or delete a record that is only ever added to."""


class AppendOnly(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError(f"{type(self).__name__} rows are deleted by retention only.")


class BulkDecisionQuerySet(models.QuerySet["BulkDecision"]):
    def unfinished(self) -> "BulkDecisionQuerySet":
        return self.filter(finished_at__isnull=True, cancelled_at__isnull=True)


class BulkDecision(models.Model):
    """A decision about many signatures: a row with a cursor, done in slices by the worker.

    Which they are is told by their keys, by a condition, or by another bulk decision that this one undoes.
    """

    class Act(models.TextChoices):
        REJECT = "reject", _("reject")
        RESTORE = "restore", _("restore")
        EXPIRE = "expire", _("expire early")

    act = models.CharField(_("act"), max_length=10, choices=Act)
    reason_class = models.CharField(
        _("class of reason"), max_length=16, choices=ReasonClass, blank=True, db_default=ReasonClass.OTHER.value
    )
    reason = models.CharField(_("reason"), max_length=300)
    signatory_ids = models.JSONField(default=list, editable=False)
    condition = models.JSONField(_("condition"), null=True, editable=False)
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="undone_by", verbose_name=_("undoes")
    )
    cursor = models.CharField(max_length=36, blank=True, default="", db_default="", editable=False)
    total = models.PositiveIntegerField(_("total"), db_default=0, editable=False)
    position = models.PositiveIntegerField(_("done"), default=0, editable=False)
    moved = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)

    objects = BulkDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk decision")
        verbose_name_plural = _("bulk decisions")
        ordering = ["-id"]
        indexes = [
            # Serves advance_bulk_decisions, every second: empty but while one is under way.
            models.Index(
                name="bulk_unfinished", fields=["id"], condition=Q(finished_at__isnull=True, cancelled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.total}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None and self.cancelled_at is None

    @property
    def percent(self) -> int:
        """Progress, 0 to 100; of a condition how far the cursor, a time-ordered key, has come through its time."""
        if self.finished_at or not (self.condition or self.total):
            return 100
        return self._percent_of_time(self.condition) if self.condition else 100 * self.position // self.total

    def _percent_of_time(self, condition: dict[str, Any]) -> int:
        first, end = (datetime.fromisoformat(condition[name]) for name in ("signed_from", "signed_until"))
        at = uuid7_time(UUID(self.cursor)) if self.cursor else first
        return round(100 * (at - first) / max(end - first, timedelta.resolution))


class Decision(AppendOnly):
    """An act of moderation: who, what, why, when. What is done against a signature has a class of reason, too."""

    class Act(models.TextChoices):
        REJECT = "reject", _("reject")
        RESTORE = "restore", _("restore")
        EXPIRE = "expire", _("expire early")
        APPROVE_NAME = "approve_name", _("approve the name")
        REFUSE_NAME = "refuse_name", _("refuse the name")
        REVIEW_NAME = "review_name", _("look at the name again")

    act = models.CharField(_("act"), max_length=16, choices=Act)
    reason_class = models.CharField(
        _("class of reason"), max_length=16, choices=ReasonClass, blank=True, db_default=ReasonClass.OTHER.value
    )
    signatory = models.ForeignKey(Signatory, models.PROTECT, related_name="decisions", verbose_name=_("signatory"))
    reason = models.CharField(_("reason"), max_length=300)
    bulk = models.ForeignKey(BulkDecision, models.PROTECT, null=True, verbose_name=_("bulk decision"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="decision_has_reason", condition=~Q(reason="") | Q(act="approve_name")),
            models.CheckConstraint(name="decision_act_is_known", condition=Q(act__in=[*AGAINST, *IN_FAVOUR])),
            models.CheckConstraint(
                name="decision_against_somebody_has_class",
                condition=Q(reason_class__in=ReasonClass.values) | Q(reason_class="", act__in=IN_FAVOUR),
            ),
        ]
        indexes = [
            # Serves advance_bulk_decisions: what one that is undone has moved, a slice after the other.
            models.Index(name="decision_of_bulk", fields=["bulk", "id"], condition=Q(bulk__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.signatory_id}"


class AccessRecord(AppendOnly):
    """Who saw or took personal data, when, for which purpose. Never updated, deleted by retention only."""

    class Act(models.TextChoices):
        OPENED = "opened", _("opened a signatory")
        SEARCHED = "searched", _("searched for an address")
        REQUESTED = "requested", _("requested an export")
        DOWNLOADED = "downloaded", _("downloaded an export")
        PASSPHRASE = "passphrase", _("saw the passphrase of a delivery")
        COMPARED = "compared", _("compared sealed names")
        REFUSED = "refused", _("tried in vain to take an export")

    act = models.CharField(_("act"), max_length=12, choices=Act)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    # Plain keys, not foreign keys: a record outlives what it tells of, and tells nothing of whom.
    signatory_id = models.UUIDField(_("signatory"), null=True)
    petition = models.ForeignKey(Petition, models.PROTECT, null=True, verbose_name=_("petition"))
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, verbose_name=_("delivery"))
    purpose = models.CharField(_("purpose"), max_length=300)
    rows = models.PositiveIntegerField(_("rows"), default=1)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.created_at:%Y-%m-%d}"


class AccessReview(AppendOnly):
    """Somebody looked over a month's access records: how many there were, and how many of them were her own."""

    month = models.DateField(_("month"), help_text=_("Its first day."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    records = models.PositiveIntegerField(_("records"))
    own_records = models.PositiveIntegerField(_("of them own"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("review of accesses")
        verbose_name_plural = _("reviews of accesses")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
