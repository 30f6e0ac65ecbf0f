"""News about petitions: written in Markdown, shown from the time they are published."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaign.actions.editing import save_update
from campaign.admin.forms import language_choices
from campaign.admin.site import admin_site
from campaign.models import PublicVersion, Update


class UpdateForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)

    class Meta:
        model = Update
        fields = ("petition", "language", "title", "body", "published_at")


@admin.register(Update, site=admin_site)
class UpdateAdmin(admin.ModelAdmin):
    form = UpdateForm
    list_display = ("title", "petition", "language", "published_at")
    list_filter = ("petition", "language")
    list_select_related = ("petition",)

    def save_model(self, request: HttpRequest, obj: Update, form: Any, change: bool) -> None:
        save_update(obj)

    def delete_model(self, request: HttpRequest, obj: Update) -> None:
        super().delete_model(request, obj)
        PublicVersion.bump()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        PublicVersion.bump()
