"""What articles and petitions share: editions beside each other, one per language, and their preview."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from campaign.admin.forms import language_choices
from campaign.models import Petition
from campaign.models.base import language_name


class EditionForm(forms.ModelForm):
    """An edition: its language is chosen once."""

    language = forms.ChoiceField(label=_("Language"), choices=language_choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].disabled = self.instance.pk is not None


class EditionFormSet(forms.BaseInlineFormSet):
    """One edition per language."""

    def clean(self) -> None:
        super().clean()
        taken = set(self._languages_taken())
        for form in self.extra_forms:
            language = form.cleaned_data.get("language") if hasattr(form, "cleaned_data") else None
            if language in taken:
                form.add_error("language", _("There is an edition in this language already."))
            elif language:
                taken.add(language)

    def _languages_taken(self) -> Any:
        if self.instance.pk is None:
            return []
        return self.instance.editions.values_list("language", flat=True)


class EditionInline(admin.StackedInline):
    """Editions beside each other, and an empty one while a language is missing."""

    form: Any = EditionForm
    formset = EditionFormSet

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        written = set(obj.editions.values_list("language", flat=True)) if obj else set()
        return int(not written >= set(dict(settings.LANGUAGES)))


class PreviewAdmin(admin.ModelAdmin):
    """Shows a page as its readers would see it, published or not, to those who may see the object here."""

    def get_urls(self) -> list[Any]:
        address = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<path:object_id>/preview/<str:language>/", view, name=address), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str, language: str) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        with override(language):
            return self.preview(request, obj, language)

    def preview(self, request: HttpRequest, obj: Any, language: str) -> HttpResponse:
        raise NotImplementedError

    def draw(self, request: HttpRequest, template: str, path: str, context: dict[str, Any]) -> HttpResponse:
        """A public template, with the address it will have."""
        return render(request, template, context | {"canonical_url": settings.SITE_URL + path, "is_preview": True})

    def petition_context(self, petition: Petition, language: str) -> dict[str, Any]:
        """The demand as it would be signed: the newest version, published or not; and no form."""
        versions = list(petition.editions.filter(language=language).order_by("-version"))
        return {"petition": petition, "versions": versions, "demand": versions[0] if versions else None, "form": None}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        if obj is not None:
            languages = dict.fromkeys(obj.editions.order_by("language").values_list("language", flat=True))
            address = f"admin:{self.opts.app_label}_{self.opts.model_name}_preview"
            context["previews"] = [
                (language, language_name(language), reverse(address, args=[quote(obj.pk), language]))
                for language in languages
            ]
        return super().render_change_form(request, context, *args, **kwargs)
