"""The article and its editions, one per language."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.models.petition import Petition


def narrower(name: str, width: int) -> str:
    """The name of a picture drawn again so many pixels wide."""
    return f"{name.rpartition('.')[0]}-{width}.avif"


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> "ArticleQuerySet":
        return self.filter(published_at__lte=timezone.now())


class Article(models.Model):
    """What people read before they sign; the same in every language but for its editions."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    petition = models.ForeignKey(
        Petition, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("petition")
    )
    hero = models.ImageField(
        _("hero image"), upload_to="heroes/", blank=True, width_field="hero_width", height_field="hero_height"
    )
    hero_width = models.PositiveIntegerField(null=True, editable=False)
    hero_height = models.PositiveIntegerField(null=True, editable=False)
    hero_widths = models.JSONField(default=list, editable=False)
    hero_credit = models.CharField(_("credit"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_at"]
        permissions = [("publish_article", _("Can publish and unpublish articles"))]

    def __str__(self) -> str:
        return self.slug

    @property
    def hero_srcset(self) -> str:
        """The hero in the widths it was drawn in, for browsers to choose from (HTML, srcset)."""
        url = self.hero.storage.url
        return ", ".join(f"{url(narrower(str(self.hero.name), width))} {width}w" for width in self.hero_widths)

    @property
    def is_neutral(self) -> bool:
        """Whether what is told of it outside of its page names no cause: one signs on it what is high-risk."""
        return self.petition is not None and self.petition.is_public and self.petition.is_high_risk


class ArticleEditionQuerySet(models.QuerySet["ArticleEdition"]):
    def public(self) -> "ArticleEditionQuerySet":
        """Editions that a reader may see: ready, of a published article."""
        return self.filter(translation=ArticleEdition.Translation.READY, article__published_at__lte=timezone.now())


class ArticleEdition(models.Model):
    """The article in one language."""

    class Translation(models.TextChoices):
        DRAFT = "draft", _("draft")
        REVIEW = "review", _("to be reviewed")
        READY = "ready", _("ready")

    article = models.ForeignKey(Article, models.CASCADE, related_name="editions", verbose_name=_("article"))
    language = models.CharField(_("language"), max_length=12)
    translation = models.CharField(
        _("state of translation"), max_length=10, choices=Translation, default=Translation.DRAFT
    )
    title = models.CharField(_("title"), max_length=200)
    standfirst = models.CharField(_("standfirst"), max_length=500)
    byline = models.CharField(_("byline"), max_length=200, blank=True)
    body = models.TextField(_("body"), help_text=_("Markdown, with footnotes."))
    body_html = models.TextField(editable=False, blank=True)
    hero_alt = models.CharField(
        _("alternative text of the hero image"), max_length=300, blank=True, help_text=_("For those who cannot see it.")
    )
    hero_caption = models.CharField(_("caption of the hero image"), max_length=300, blank=True)
    card = models.ImageField(
        _("card for social sites"),
        upload_to="cards/",
        blank=True,
        help_text=_("1200 × 630 pixels, with the title on it."),
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ArticleEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("article edition")
        verbose_name_plural = _("article editions")
        ordering = ["article", "language"]
        constraints = [
            models.UniqueConstraint(name="article_edition_is_unique", fields=["article", "language"]),
            models.CheckConstraint(
                name="article_edition_translation_is_known", condition=Q(translation__in=["draft", "review", "ready"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
