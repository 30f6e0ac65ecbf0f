"""The addresses of staff's login and second factor: of django-allauth's views, those that are used here."""

from typing import Any

from allauth.account.views import ReauthenticateView as PasswordView
from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _

from campaign.admin.login import StaffLoginView
from campaign.admin.site import CampaignAdminSite

LOOK = {"site_header": CampaignAdminSite.site_header, "site_title": CampaignAdminSite.site_title, "site_url": "/"}
BEFORE, AFTER = LOOK | {"has_permission": False}, LOOK | {"has_permission": True}  # who is logged in has the header


def before(view: Any, title: Any) -> Any:
    return view.as_view(extra_context=BEFORE | {"title": title})


def after(view: Any, title: Any, **options: Any) -> Any:
    return view.as_view(extra_context=AFTER | {"title": title}, **options)


YOU, CODES = _("Is it you?"), _("Recovery codes")
APP, PASSKEY = _("Remove the authenticator app"), _("Remove the passkey")
urlpatterns = [
    path("login/", before(StaffLoginView, _("Log in")), name="account_login"),
    path("login/second-factor/", before(AuthenticateView, _("Second factor")), name="mfa_authenticate"),
    path("check/", after(PasswordView, YOU), name="account_reauthenticate"),
    path("check/code/", after(ReauthenticateView, YOU), name="mfa_reauthenticate"),
    path("check/passkey/", after(ReauthenticateWebAuthnView, YOU), name="mfa_reauthenticate_webauthn"),
    path("second-factor/", after(IndexView, _("Your second factor")), name="mfa_index"),
    path("second-factor/app/", after(ActivateTOTPView, _("Set up an authenticator app")), name="mfa_activate_totp"),
    path("second-factor/app/remove/", after(DeactivateTOTPView, APP), name="mfa_deactivate_totp"),
    path("second-factor/codes/", after(ViewRecoveryCodesView, CODES), name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        after(GenerateRecoveryCodesView, _("New recovery codes")),
        name="mfa_generate_recovery_codes",
    ),
    path("second-factor/passkey/", after(AddWebAuthnView, _("Add a passkey")), name="mfa_add_webauthn"),
    path(
        "second-factor/passkey/<int:pk>/remove/",
        after(RemoveWebAuthnView, PASSKEY, success_url=reverse_lazy("mfa_index")),
        name="mfa_remove_webauthn",
    ),
]
