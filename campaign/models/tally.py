"""The numbers that the public integrity page shows, taken once a day."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition


class Tally(models.Model):
    """How many signatures of a petition stood in which state on one day (UTC). The page rounds; these are exact."""

    petition = models.ForeignKey(
        Petition, models.PROTECT, related_name="tallies", db_index=False, verbose_name=_("petition")
    )
    day = models.DateField(_("day"))
    taken_at = models.DateTimeField(_("taken"), default=timezone.now)
    confirmed = models.PositiveIntegerField(_("confirmed"), default=0)
    pending = models.PositiveIntegerField(_("pending"), default=0)
    withdrawn = models.PositiveIntegerField(_("withdrawn"), default=0)
    expired = models.PositiveIntegerField(_("expired"), default=0)
    rejected = models.JSONField(_("rejected"), default=dict, help_text="Number by class of reason.")

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(name="tally_is_one_a_day", fields=["petition", "day"])]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.day}"
