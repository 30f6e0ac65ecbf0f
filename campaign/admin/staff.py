"""Who works here, and what each may do. Every change needs a fresh check; a lost second factor is reset here."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.staff.accounts import reset_second_factor
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.forms import ReasonForm
from campaign.admin.fresh import needs_fresh_check
from campaign.admin.site import admin_site


@method_decorator(needs_fresh_check, name="changeform_view")
@method_decorator(needs_fresh_check, name="delete_view")
class AccountsAdmin(admin.ModelAdmin):
    """Accounts and what they may do: opened, to be looked at or changed, only after a fresh check."""

    actions = None  # deleting several at once would go past the check


def reset(request: HttpRequest, user: User, words: Mapping[str, Any]) -> Outcome:
    return reset_second_factor(user, reason=words["reason"], by=staff_of(request)) and _(
        "The second factor is reset, and the sessions are ended."
    )


@admin.register(User, site=admin_site)
@method_decorator(needs_fresh_check, name="user_change_password")
class StaffAdmin(ActsAdmin, AccountsAdmin, UserAdmin):
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()  # Django's two boxes have no names for those who cannot see them
    acts = (
        Act("reset", gettext_lazy("Reset the second factor"), "auth.change_user", reset, bool, ReasonForm,
            gettext_lazy(
                "For who has lost passkey, app and recovery codes. Make sure that it is really she who asks: by voice,"
                " not by mail. At the next login she sets up a new one. All staff are told."
            ), is_logged=False, needs_fresh_check=True),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, obj: Any) -> list[Act]:
        """A second factor is reset by another superuser."""
        may_reset = staff_of(request).is_superuser and obj != request.user
        return super().acts_for(request, obj) if may_reset else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what a member of staff decided stays on the record. Who leaves is set inactive."""
        return False


@admin.register(Group, site=admin_site)
class RolesAdmin(AccountsAdmin, GroupAdmin):
    pass
