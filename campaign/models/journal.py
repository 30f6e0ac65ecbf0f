"""What the database remembers of the journal of erasures, which lies outside it (`actions/restoring/journal`)."""

from django.db import models

TAIL_BYTES = 80  # a line is shorter


class ErasureJournal(models.Model):
    """One row: how far the file went when it was last written, how it ended there, and whether the site is closed.

    A restored backup remembers an earlier end of the file: so it is noticed.
    """

    class Reason(models.TextChoices):
        BEHIND = "behind", "somebody stands here whom the journal says erased"
        INCOMPLETE = "incomplete", "the journal lacks what was written into it"

    size = models.BigIntegerField(default=0, help_text="Bytes.")
    tail = models.BinaryField(max_length=TAIL_BYTES, default=b"", help_text="The last bytes of these.")
    closed_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)

    def __str__(self) -> str:
        return self.reason or "open"

    @classmethod
    def load(cls) -> "ErasureJournal":
        return cls.objects.get(pk=1)
