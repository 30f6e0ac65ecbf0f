"""Updates: news about a petition, told on its page, and mailed to those who asked for them."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition


class MailingQuerySet(models.QuerySet["Mailing"]):
    def under_way(self) -> "MailingQuerySet":
        return self.filter(finished_at__isnull=True, cancelled_at__isnull=True)


class Mailing(models.Model):
    """One piece of news on its way to all who asked for it: a row with a cursor. Each gets it once, in her language."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="mailings", verbose_name=_("petition"))
    language = models.CharField(_("language"), max_length=12, help_text="For those whose own has no text.")
    cursor = models.UUIDField(default=UUID(int=0), help_text="The last signatory whose mail is owed.")
    position = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-id"]
        indexes = [
            # Serves advance_mailings, every second: empty but while one is under way.
            models.Index(
                name="mailing_under_way",
                fields=["id"],
                condition=Q(finished_at__isnull=True, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None and self.cancelled_at is None

    @property
    def percent(self) -> int:
        """Progress, 0 to 100."""
        if self.finished_at:
            return 100
        return min(99, 100 * self.position // self.total) if self.total else 0

    def text_in(self, language: str) -> "Update | None":
        """The news in a language, else in the mailing's own; None where staff took them off the site meanwhile."""
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(language) or texts.get(self.language)


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

    mailing = models.ForeignKey(
        Mailing, models.PROTECT, null=True, editable=False, related_name="texts", verbose_name=_("mailing")
    )

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-published_at", "-id"]
        permissions = [("mail_update", _("Can mail updates to those who asked for them"))]
        indexes = [
            # Serves the updates page and the article's latest ones.
            models.Index(name="update_newest", fields=["petition", "language", "-published_at"]),
        ]

    def __str__(self) -> str:
        return self.title
