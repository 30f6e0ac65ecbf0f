"""What becomes of a delivery: whom it went to, what they said, and who withdrew since."""

import struct
from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.base import staff_day
from campaign.models.delivery import Delivery


class DeliveredSlice(models.Model):
    """Which signatures one slice of a delivery holds, by their entries in the log: `first_number` is the first one's.

    A number is all that a notice to the addressee cites; the entry is the signature's key in the log, and stays when
    the person is erased. Eight bytes each: a million rows are a few hundred of these.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="slices")
    first_number = models.PositiveIntegerField()
    packed = models.BinaryField(help_text="Indexes of entries, eight bytes each, big-endian.")

    class Meta:
        ordering = ["delivery", "first_number"]
        constraints = [
            models.UniqueConstraint(name="delivered_slice_is_unique", fields=["delivery", "first_number"]),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.first_number}"

    @staticmethod
    def pack(entries: Sequence[int]) -> bytes:
        return struct.pack(f">{len(entries)}Q", *entries)

    @property
    def entries(self) -> tuple[int, ...]:
        """The index of each one's entry, in the order of the numbers."""
        return struct.unpack(f">{len(self.packed) // 8}Q", self.packed)


class Handover(models.Model):
    """When, where and to whom a delivery was handed over, and what came back. Public."""

    delivery = models.OneToOneField(Delivery, models.PROTECT, verbose_name=_("delivery"))
    happened_on = models.DateField(_("handed over on"))
    place = models.CharField(_("place"), max_length=200)
    received_by = models.CharField(
        _("received by"), max_length=200, help_text=_("The office, or who received it in its name. Public.")
    )
    receipt_number = models.CharField(
        _("number on the receipt stamp"), max_length=100, blank=True, help_text=_("As the office wrote it.")
    )
    photo = models.ImageField(_("photo"), upload_to="deliveries/", blank=True)
    photo_alt = models.CharField(
        _("what the photo shows"), max_length=300, blank=True, help_text=_("For those who cannot see it.")
    )
    stamp = models.ImageField(_("picture of the receipt stamp"), upload_to="deliveries/", blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    reply = models.TextField(_("reply"), blank=True, help_text=_("What the addressee answered. Public."))
    replied_on = models.DateField(_("date of the reply"), null=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.CheckConstraint(name="handover_reply_has_date", condition=Q(reply="") | Q(replied_on__isnull=False)),
            models.CheckConstraint(name="handover_photo_is_described", condition=Q(photo="") | ~Q(photo_alt="")),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} {self.happened_on}"

    @property
    def pictures(self) -> set[str]:
        """The names of its files."""
        return {str(file.name) for file in (self.photo, self.stamp) if file}

    @property
    def days_without_reply(self) -> int:
        """Days from the handover to the reply, or to today while there is none."""
        return ((self.replied_on or staff_day()) - self.happened_on).days


class StrikingNotice(models.Model):
    """Tells an addressee which numbers of a delivery to strike out: whose signatures ended after it was made."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="striking_notices", verbose_name=_("delivery"))
    numbers = models.JSONField(_("numbers"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    passed_on_at = models.DateTimeField(_("passed on"), null=True)
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("notice to strike out")
        verbose_name_plural = _("notices to strike out")
        ordering = ["delivery", "id"]

    def __str__(self) -> str:
        return f"{self.delivery} {self.made_at:%Y-%m-%d}"
