"""The log of a petition: entries that are only ever added, and how far the tree over them has come (docs/log.md)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaign.merkle import entries
from campaign.models.decision import AppendOnlyError
from campaign.models.petition import Petition

ENDINGS = (entries.WITHDRAWN, entries.REJECTED)


class LogEntry(models.Model):
    """One entry, byte for byte as it is published; beside it for counting its kind, and what it ends."""

    pk = models.CompositePrimaryKey("petition_id", "index")
    petition = models.ForeignKey(Petition, models.PROTECT, db_index=False, related_name="log_entries")
    index = models.BigIntegerField()
    kind = models.PositiveSmallIntegerField(help_text="See merkle.entries.")
    ends = models.BigIntegerField(null=True, help_text="The index of the signature's entry that counts no more.")
    raw = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        constraints = [
            models.UniqueConstraint(
                name="log_entry_is_ended_once", fields=["petition", "ends"], condition=Q(ends__isnull=False)
            ),
            models.CheckConstraint(name="log_entry_kind_is_known", condition=Q(kind__in=[1, 2, 3, 4, 5])),
            models.CheckConstraint(
                name="log_entry_ends_what_came_before",
                condition=Q(kind__in=ENDINGS, ends__gte=0, ends__lt=F("index"))
                | (~Q(kind__in=ENDINGS) & Q(ends__isnull=True)),
            ),
        ]
        indexes = [
            # Serves sequence_slice: which demands are in the log already. A handful of rows in any log.
            models.Index(name="log_entry_texts", fields=["petition"], condition=Q(kind=entries.TEXT)),
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.index}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Entries of a log are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError("Entries of a log are never deleted.")


class PetitionLogQuerySet(models.QuerySet["PetitionLog"]):
    def refused(self) -> "PetitionLogQuerySet":
        return self.exclude(refusal="")


class PetitionLog(models.Model):
    """How far a petition's log has come, and how far it is published. The count is that of the last checkpoint."""

    class Refusal(models.TextChoices):
        BEHIND = "behind", _("the published log is ahead of the database")
        DIFFERS = "differs", _("the published log and the database differ")
        SEAL = "seal", _("a checkpoint is not sealed by our key")
        FILES = "files", _("published files are missing or altered")
        DISK = "disk", _("the files cannot be written")

    petition = models.OneToOneField(Petition, models.PROTECT, primary_key=True, related_name="log")
    origin = models.CharField(max_length=300)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"", help_text="One hash for each bit of the size: see merkle.tree.")
    added = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    published_size = models.BigIntegerField(default=0)
    checkpoint = models.TextField(blank=True, help_text="As it was published last.")
    refusal = models.CharField(max_length=10, choices=Refusal, blank=True)

    objects = PetitionLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("log")
        verbose_name_plural = _("logs")
        constraints = [
            models.CheckConstraint(name="log_publishes_what_it_has", condition=Q(published_size__lte=F("size"))),
            models.CheckConstraint(
                name="log_ends_what_was_added", condition=Q(added__gte=F("withdrawn") + F("rejected"))
            ),
        ]

    def __str__(self) -> str:
        return self.origin

    @property
    def count(self) -> int:
        """How many signatures count."""
        return self.added - self.withdrawn - self.rejected
