"""What the site knows of itself: the version of its public pages, and what staff should be told."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PublicVersion(models.Model):
    """One row that grows with every public change; processes drop the pages they keep when it has grown."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def bump(cls) -> None:
        """Tell every process that what the public sees has changed."""
        cls.objects.filter(pk=1).update(number=F("number") + 1)

    @classmethod
    def current(cls) -> int:
        return cls.objects.values_list("number", flat=True).get(pk=1)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unseen(self) -> "NoticeQuerySet":
        return self.filter(seen_at__isnull=True)


class Notice(models.Model):
    """Something staff should know: a count mended, a queue paused, a mail given up. Shown in the admin."""

    class Level(models.TextChoices):
        WARNING = "warning", _("warning")
        ERROR = "error", _("error")

    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.WARNING)
    kind = models.SlugField(_("kind"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [
            # Serves the admin's index: the newest unseen notice of each kind.
            models.Index(name="notice_unseen", fields=["kind", "id"], condition=Q(seen_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def tell(cls, kind: str, level: str = Level.WARNING, **details: Any) -> "Notice":
        """Leave a notice for staff. `details` hold numbers and codes, never personal data."""
        return cls.objects.create(kind=kind, level=level, details=details)
