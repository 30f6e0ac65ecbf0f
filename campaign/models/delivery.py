"""Deliveries: what is made of the confirmed signatures for those who decide."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition, default_columns

# States: requested → approved → built → handed_over → acknowledged; requested | approved → cancelled;
# A built one's file goes after a day (deleted_at); a failed one stays approved with its failure told.
REQUESTED, APPROVED, BUILT, CANCELLED = "requested", "approved", "built", "cancelled"
HANDED_OVER, ACKNOWLEDGED = "handed_over", "acknowledged"
MADE = (BUILT, HANDED_OVER, ACKNOWLEDGED)
# What is made: a bundle for an addressee; the sealed dump that officers make a bundle of offline; a plain CSV for work.
BUNDLE, DUMP, EXPORT = "bundle", "dump", "export"


_TOLD = (
    "petition", "kind", "number", "addressee__name", "state", "as_of", "built_at", "row_count", "is_self_approved",
    "manifest_digest", "entry_index", "petition__slug", "petition__state",
    *(f"handover__{name}" for name in ("happened_on", "place", "received_by", "receipt_number", "photo", "photo_alt",
                                       "stamp", "acknowledged_at", "reply", "replied_on", "delivery")),
)  # fmt: skip


def _forgotten() -> Q:
    return Q(petition__destroy_on__lte=timezone.now().date()) | Q(petition__destroyed_at__isnull=False)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def to_build(self) -> "DeliveryQuerySet":
        """Approved, not stopped by a failure, and held by no worker that was heard of within the last minute."""
        silent = timezone.now() - settings.BUILD_CLAIM_LIFETIME
        return self.filter(state=APPROVED, failure="").filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=silent))

    def to_approve(self) -> "DeliveryQuerySet":
        """Asked for an addressee, and still to be had."""
        return self.filter(state=REQUESTED).exclude(kind=EXPORT).exclude(_forgotten())

    def on_record(self) -> "DeliveryQuerySet":
        """What the public record tells of: all that was made for an addressee."""
        return self.filter(state__in=MADE, kind__in=[BUNDLE, DUMP])

    def unannounced(self) -> "DeliveryQuerySet":
        """Those that the public log does not tell of yet."""
        return self.on_record().filter(entry_index__isnull=True).exclude(manifest_digest="")

    def told(self) -> "DeliveryQuerySet":
        """The same with what the public pages tell of each, and no column more: they may read no other."""
        return self.on_record().select_related("petition", "addressee", "handover").only(*_TOLD)

    def with_file(self) -> "DeliveryQuerySet":
        return self.filter(sealed_key__isnull=False)

    def downloadable(self) -> "DeliveryQuerySet":
        """Built, and not yet outlived."""
        return self.with_file().filter(state__in=MADE, built_at__gte=timezone.now() - settings.EXPORT_LIFETIME)

    def outlived(self) -> "DeliveryQuerySet":
        """Those whose file has had its day, those given up or left lying, and those whose data are to be no more."""
        old = timezone.now() - settings.EXPORT_LIFETIME
        left_lying = Q(state=APPROVED, approved_at__lt=old) & ~Q(failure="")
        return self.with_file().filter(Q(built_at__lt=old) | Q(state=CANCELLED) | left_lying | _forgotten())


class Addressee(models.Model):
    """Who decides: an office or a person that deliveries go to."""

    name = models.CharField(_("name"), max_length=200, help_text=_("The office or person, as a letter names it."))
    address = models.TextField(_("address"), blank=True, help_text=_("As it stands in a letter, a line each."))
    age_key = models.CharField(
        _("age key"),
        max_length=100,
        blank=True,
        help_text=_("Public key of the program age (age1…). Without one a passphrase is made for each delivery."),
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One making of a file from a petition's confirmed signatures: a row with a cursor, built in slices."""

    class Kind(models.TextChoices):
        BUNDLE = BUNDLE, _("bundle for an addressee")
        DUMP = DUMP, _("sealed dump, to be made a bundle of offline")
        EXPORT = EXPORT, _("plain CSV for our own work")

    class State(models.TextChoices):
        REQUESTED = REQUESTED, _("requested")
        APPROVED = APPROVED, _("being built")
        BUILT = BUILT, _("built")
        CANCELLED = CANCELLED, _("cancelled")
        HANDED_OVER = HANDED_OVER, _("handed over")
        ACKNOWLEDGED = ACKNOWLEDGED, _("acknowledged")

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="deliveries", verbose_name=_("petition"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED, editable=False)
    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind, default=Kind.EXPORT, db_default=EXPORT, editable=False
    )
    number = models.PositiveIntegerField(_("number"), null=True)  # of those of its petition, once it is approved
    addressee = models.ForeignKey(
        Addressee, models.PROTECT, null=True, related_name="deliveries", verbose_name=_("addressee")
    )
    purpose = models.CharField(_("purpose"), max_length=300)
    languages = models.JSONField(_("languages"), default=list, db_default=Value([], models.JSONField()))
    letters = models.JSONField(_("letters"), default=dict, db_default=Value({}, models.JSONField()))
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
    # Where there is no second officer.
    is_self_approved = models.BooleanField(_("approved by the one who asked"), default=False, db_default=False)
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
    step = models.PositiveIntegerField(default=0, db_default=0, help_text="What is done of what follows the rows.")
    tally = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), help_text="Of the rows so far.")
    files = models.JSONField(
        default=list, db_default=Value([], models.JSONField()), help_text="Name, size, CRC, SHA-256."
    )
    checkpoint = models.TextField(blank=True, db_default="", help_text="The log's checkpoint it was made from.")
    log_size = models.PositiveBigIntegerField(_("entries of the log"), null=True)
    entry_index = models.BigIntegerField(_("entry in the log"), null=True)
    struck_until = models.BigIntegerField(null=True, help_text="Up to which entry of the log notices were made.")
    manifest_digest = models.CharField(_("SHA-256 of the manifest"), max_length=64, blank=True, db_default="")
    # The addressee's own link: its nonce, and what the row keeps of its token.
    link_nonce = models.BinaryField(max_length=16, null=True)
    link_hash = models.BinaryField(max_length=32, null=True)
    sealed_passphrase = models.BinaryField(null=True, help_text="Sealed to the service's delivery key.")
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
            ("approve_delivery", _("Can approve deliveries")),
        ]
        constraints = [
            models.UniqueConstraint(name="delivery_number_is_its_petitions_own", fields=["petition", "number"]),
            models.UniqueConstraint(name="delivery_link_is_unique", fields=["link_hash"]),
            models.CheckConstraint(name="delivery_kind_is_known", condition=Q(kind__in=[BUNDLE, DUMP, EXPORT])),
            models.CheckConstraint(
                name="delivery_for_an_addressee_names_it", condition=Q(kind=EXPORT) | Q(addressee__isnull=False)
            ),
            models.CheckConstraint(
                name="delivery_approved_for_an_addressee_has_number",
                condition=Q(kind=EXPORT) | Q(state__in=[REQUESTED, CANCELLED]) | Q(number__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_state_is_known",
                condition=Q(state__in=[REQUESTED, APPROVED, BUILT, CANCELLED, HANDED_OVER, ACKNOWLEDGED]),
            ),
            models.CheckConstraint(
                name="delivery_built_has_time",
                condition=~Q(state__in=MADE) | Q(built_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_cancelled_has_time", condition=~Q(state=CANCELLED) | Q(cancelled_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.petition} #{self.pk}"

    @property
    def is_for_addressee(self) -> bool:
        return self.kind != EXPORT

    @property
    def has_file(self) -> bool:
        return self.state in MADE and self.deleted_at is None

    @property
    def file_until(self) -> datetime | None:
        """When the file is deleted, if nobody does so before."""
        return self.built_at and self.built_at + settings.EXPORT_LIFETIME

    @property
    def is_waiting(self) -> bool:
        return self.state in (REQUESTED, APPROVED)

    @property
    def is_being_built(self) -> bool:
        return self.state == APPROVED and not self.failure

    @property
    def percent(self) -> int:
        """Progress of the building, 0 to 100; what follows the rows is the last tenth."""
        if self.state in MADE:
            return 100
        if self.step:
            return 90
        return min(90, 90 * self.row_count // self.rows_expected) if self.rows_expected else 0
