"""Who works here, and what each may do."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from campaign.admin.site import admin_site


@admin.register(User, site=admin_site)
class StaffAdmin(UserAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what a member of staff decided stays on the record. Who leaves is set inactive."""
        return False


admin_site.register(Group, GroupAdmin)
