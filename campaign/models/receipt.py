"""Receipts that signatories asked for: each lies here for an hour, sealed to its owner's link, and then no more."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.signatory import Signatory


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def standing(self) -> "ReceiptQuerySet":
        """Those asked for within the last hour."""
        return self.filter(asked_at__gt=timezone.now() - settings.RECEIPT_LIFETIME)

    def outlived(self) -> "ReceiptQuerySet":
        return self.filter(asked_at__lte=timezone.now() - settings.RECEIPT_LIFETIME)

    def to_make(self) -> "ReceiptQuerySet":
        return self.standing().filter(sealed__isnull=True, failed=False)


class Receipt(models.Model):
    """A signatory's wish for a proof of her signature and, once the worker has made it, the file. One at a time.

    It is encrypted under a key made from her link's token, of which the database holds a hash. A trigger,
    receipt_goes_with_its_words, deletes it once she is erased, withdraws, corrects a word, or is set aside.
    """

    signatory = models.OneToOneField(Signatory, models.PROTECT, primary_key=True, related_name="receipt")
    asked_at = models.DateTimeField(default=timezone.now)
    sealed = models.BinaryField(null=True)
    failed = models.BooleanField(default=False, db_default=False, help_text="Her name or the log do not fit.")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(
                name="receipt_failed_holds_nothing", condition=Q(failed=False) | Q(sealed__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def ends_at(self) -> datetime:
        """When it goes at the latest."""
        return self.asked_at + settings.RECEIPT_LIFETIME
