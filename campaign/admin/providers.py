"""The mail providers that signatories of high-risk petitions are warned of."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from campaign.admin.site import admin_site
from campaign.models import PublicVersion, RiskyProvider


@admin.register(RiskyProvider, site=admin_site)
class RiskyProviderAdmin(admin.ModelAdmin):
    list_display = ("shown", "note")

    def save_model(self, request: HttpRequest, obj: RiskyProvider, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        PublicVersion.bump()

    def delete_model(self, request: HttpRequest, obj: RiskyProvider) -> None:
        super().delete_model(request, obj)
        PublicVersion.bump()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        PublicVersion.bump()
