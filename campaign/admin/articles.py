"""Articles with their editions, one per language; preview, publish, unpublish."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.pages import publishing
from campaign.actions.pages.editing import save_article_edition
from campaign.actions.pages.images import draw_widths
from campaign.admin.acts import Act, ActsAdmin, Outcome
from campaign.admin.editions import EditionForm, EditionInline, PreviewAdmin
from campaign.admin.forms import PICTURES, ConfirmForm
from campaign.admin.site import admin_site
from campaign.models import Article, ArticleEdition, PublicVersion

PUBLISH = "campaign.publish_article"


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = ("slug", "petition", "hero", "hero_credit")
        help_texts = {
            "hero": gettext_lazy(
                "JPEG, PNG or WebP, at most 12 MB. It is drawn anew: place, camera and file name do not stay in it."
            ),
            "slug": gettext_lazy("Its address on the site. Links break when it changes after publishing."),
        }


class LongLine(forms.Textarea):
    """A line of text that is longer than the screen is wide: it is written in several, and kept as one."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "vLargeTextField", "rows": 3})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        text = super().value_from_datadict(data, files, name)
        return " ".join(text.split()) if text else text


class ArticleEditionForm(EditionForm):
    class Meta:
        widgets = {"standfirst": LongLine, "hero_alt": LongLine, "hero_caption": LongLine}


class ArticleEditionInline(EditionInline):
    model = ArticleEdition
    form = ArticleEditionForm
    fields = ("language", "translation", "title", "standfirst", "byline", "body", "hero_alt", "hero_caption", "card")
    formfield_overrides = PICTURES


def publish(request: HttpRequest, article: Article, words: Mapping[str, Any]) -> Outcome:
    return publishing.publish_article(article) and _("The article is published.")


def unpublish(request: HttpRequest, article: Article, words: Mapping[str, Any]) -> Outcome:
    return publishing.unpublish_article(article) and _("The article is taken off the site.")


def is_published(article: Article) -> bool:
    return article.published_at is not None and article.published_at <= timezone.now()


@admin.register(Article, site=admin_site)
class ArticleAdmin(PreviewAdmin, ActsAdmin):
    form = ArticleForm
    formfield_overrides = PICTURES
    inlines = (ArticleEditionInline,)
    list_display = ("slug", "petition", "published_at", "updated_at")
    list_select_related = ("petition",)
    readonly_fields = ("published_at",)
    fields = ("slug", "petition", "hero", "hero_credit", "published_at")
    acts = (
        Act("publish", gettext_lazy("Publish"), PUBLISH, publish, lambda article: not is_published(article)),
        Act("unpublish", gettext_lazy("Unpublish"), PUBLISH, unpublish, is_published, ConfirmForm,
            gettext_lazy("Readers who have the address will see a page that says it is not there.")),
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "hero" in form.changed_data:
            obj.hero_widths = draw_widths(obj.hero)
            obj.save(update_fields=["hero_widths"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for edition in formset.save(commit=False):
            save_article_edition(edition)
        for edition in formset.deleted_objects:
            edition.delete()
        PublicVersion.bump()

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        super().delete_model(request, obj)
        PublicVersion.bump()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        PublicVersion.bump()

    def preview(self, request: HttpRequest, article: Article, language: str) -> HttpResponse:
        edition = article.editions.filter(language=language).first()
        if edition is None:
            raise Http404
        article.published_at = article.published_at or timezone.now()  # as if it were, here and now; never saved
        context: dict[str, Any] = {"edition": edition, "article": article, "languages_ready": []}
        if article.petition:
            context |= self.petition_context(article.petition, language)
        return self.draw(request, "article/detail.html", reverse("article", args=[article.slug]), context)
