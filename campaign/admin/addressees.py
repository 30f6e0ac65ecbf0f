"""Addressees: who deliveries go to."""

from django.contrib import admin

from campaign.admin.delivery_forms import AddresseeForm
from campaign.admin.site import admin_site
from campaign.models import Addressee


@admin.register(Addressee, site=admin_site)
class AddresseeAdmin(admin.ModelAdmin):
    form = AddresseeForm
    list_display = ("name", "has_key")
    search_fields = ("name",)

    @admin.display(boolean=True, description="age")
    def has_key(self, addressee: Addressee) -> bool:
        return bool(addressee.age_key)
