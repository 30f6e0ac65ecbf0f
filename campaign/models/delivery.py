"""Deliveries: what is made of the confirmed signatures for those who decide."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition, default_columns

# States: requested → approved → built → handed_over → acknowledged; requested | approved → cancelled;
# A built one's file goes after a day (deleted_at); a failed one stays approved with its failure told.
REQUESTED, APPROVED, BUILT, CANCELLED = "requested", "approved", "built", "cancelled"
HANDED_OVER, ACKNOWLEDGED = "handed_over", "acknowledged"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def to_build(self) -> "DeliveryQuerySet":
        """Approved, not stopped by a failure, and held by no worker that was heard of within the last minute."""
        silent = timezone.now() - settings.BUILD_CLAIM_LIFETIME
        return self.filter(state=APPROVED, failure="").filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=silent))

    def with_file(self) -> "DeliveryQuerySet":
        return self.filter(sealed_key__isnull=False)

    def downloadable(self) -> "DeliveryQuerySet":
        """Built, and not yet outlived."""
        return self.with_file().filter(state=BUILT, built_at__gte=timezone.now() - settings.EXPORT_LIFETIME)

    def outlived(self) -> "DeliveryQuerySet":
        """Those whose file has had its day, those given up or left lying, and those whose data are to be no more."""
        now = timezone.now()
        old = now - settings.EXPORT_LIFETIME
        left_lying = Q(state=APPROVED, approved_at__lt=old) & ~Q(failure="")
        forgotten = Q(petition__destroy_on__lte=now.date()) | Q(petition__destroyed_at__isnull=False)
        return self.with_file().filter(Q(built_at__lt=old) | Q(state=CANCELLED) | left_lying | forgotten)


class Delivery(models.Model):
    """One making of a file from a petition's confirmed signatures: a row with a cursor, built in slices."""

    class State(models.TextChoices):
        REQUESTED = REQUESTED, _("requested")
        APPROVED = APPROVED, _("being built")
        BUILT = BUILT, _("built")
        CANCELLED = CANCELLED, _("cancelled")
        HANDED_OVER = HANDED_OVER, _("handed over")
        ACKNOWLEDGED = ACKNOWLEDGED, _("acknowledged")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="deliveries", verbose_name=_("petition"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED, editable=False)
    purpose = models.CharField(_("purpose"), max_length=300)
    columns = models.JSONField(_("columns"), default=default_columns)
    as_of = models.DateTimeField(_("as of"), default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    built_at = models.DateTimeField(_("built"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    deleted_at = models.DateTimeField(_("file deleted"), null=True)
    # The cursor: how far the file has come. A slice adds one chunk and moves all of these in one UPDATE.
    claimed_at = models.DateTimeField(null=True)
    cursor = models.UUIDField(null=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    rows_expected = models.PositiveIntegerField(_("rows expected"), default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    byte_count = models.BigIntegerField(default=0)
    sealed_key = models.BinaryField(null=True, help_text="The file's own key, sealed to the service's delivery key.")
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        permissions = [
            ("request_delivery", _("Can request exports")),
            ("download_delivery", _("Can download exports")),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_state_is_known",
                condition=Q(state__in=[REQUESTED, APPROVED, BUILT, CANCELLED, HANDED_OVER, ACKNOWLEDGED]),
            ),
            models.CheckConstraint(
                name="delivery_built_has_time",
                condition=~Q(state__in=[BUILT, HANDED_OVER, ACKNOWLEDGED]) | Q(built_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_cancelled_has_time", condition=~Q(state=CANCELLED) | Q(cancelled_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.petition} #{self.pk}"

    @property
    def has_file(self) -> bool:
        return self.state == BUILT and self.deleted_at is None

    @property
    def is_waiting(self) -> bool:
        return self.state in (REQUESTED, APPROVED)

    @property
    def is_being_built(self) -> bool:
        return self.state == APPROVED and not self.failure

    @property
    def percent(self) -> int:
        """Progress of the building, 0 to 100."""
        if self.state == BUILT:
            return 100
        return min(99, 100 * self.row_count // self.rows_expected) if self.rows_expected else 0
