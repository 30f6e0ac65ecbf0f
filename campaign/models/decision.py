"""What staff did: decisions about signatures, and who saw or took personal data. Rows are added, never changed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaign.models.delivery import Delivery
from campaign.models.petition import Petition
from campaign.models.signatory import Signatory


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
    """A decision about many signatures: a row with a cursor, done in slices by the worker."""

    class Act(models.TextChoices):
        REJECT = "reject", _("reject")
        RESTORE = "restore", _("restore")

    act = models.CharField(_("act"), max_length=10, choices=Act)
    reason = models.CharField(_("reason"), max_length=300)
    signatory_ids = models.JSONField(editable=False)
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
        return f"{self.act} {self.total}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None and self.cancelled_at is None

    @property
    def percent(self) -> int:
        """Progress, 0 to 100."""
        return 100 * self.position // self.total if self.total else 100


class Decision(AppendOnly):
    """An act of moderation: who, what, why, when."""

    class Act(models.TextChoices):
        REJECT = "reject", _("reject")
        RESTORE = "restore", _("restore")

    act = models.CharField(_("act"), max_length=10, choices=Act)
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
            models.CheckConstraint(name="decision_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="decision_act_is_known", condition=Q(act__in=["reject", "restore"])),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.signatory_id}"


class AccessRecord(AppendOnly):
    """Who saw or took personal data, when, for which purpose. Never updated, deleted by retention only."""

    class Act(models.TextChoices):
        OPENED = "opened", _("opened a signatory")
        SEARCHED = "searched", _("searched for an address")
        REQUESTED = "requested", _("requested an export")
        DOWNLOADED = "downloaded", _("downloaded an export")

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
        return f"{self.act} {self.created_at:%Y-%m-%d}"
