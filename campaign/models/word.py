"""Words that make a moderator look twice at a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ListedWord(models.Model):
    """A word that is rarely part of a person's name. It marks a name in the queue, and decides nothing."""

    word = models.CharField(_("word"), max_length=50, help_text=_("Compared without regard to case, within the name."))
    language = models.CharField(_("language"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("listed word")
        verbose_name_plural = _("listed words")
        ordering = ["language", "word"]
        constraints = [models.UniqueConstraint(name="listed_word_is_unique", fields=["language", "word"])]

    def __str__(self) -> str:
        return self.word
