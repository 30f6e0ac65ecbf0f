"""Updates: news about a petition, told on its page."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition


class UpdateQuerySet(models.QuerySet["Update"]):
    def public(self) -> "UpdateQuerySet":
        return self.filter(published_at__lte=timezone.now())


class Update(models.Model):
    """One piece of news in one language, dated by when it was published."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="updates", verbose_name=_("petition"))
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), help_text=_("Markdown."))
    body_html = models.TextField(editable=False, blank=True)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Leave empty for a draft; a time to come publishes it then.")
    )

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-published_at", "-id"]
        indexes = [
            # Serves the updates page and the article's latest ones.
            models.Index(name="update_newest", fields=["petition", "language", "-published_at"]),
        ]

    def __str__(self) -> str:
        return self.title
