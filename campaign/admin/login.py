"""How staff log in: what django-allauth asks us, and our words for what it says."""

from typing import Any, ClassVar

import segno
from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.views import LoginView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign import crypto
from campaign.actions.admitting.networks import tag_of
from campaign.admin.fresh import is_fresh

TOO_MANY = "too_many_login_attempts"
WAIT = gettext_lazy("Too many tries. Please wait five minutes.")
WRONG = gettext_lazy("This is not valid. A code is good for half a minute, and only once.")
DONE = {  # what is said after a step; of all else the pages tell
    "mfa/messages/totp_activated.txt": gettext_lazy("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
}
WAYS = {  # to show who one is, the quickest first
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "reauthenticate": gettext_lazy("Use the password"),
}
SEALED_FOR = crypto.context("second factor")


class LoginForm(forms.LoginForm):
    """Name and password, in fields that are called as Django's admin calls them; one types at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # the label says it
        self.fields["login"].widget.attrs["autofocus"] = True

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix("username" if field_name == "login" else field_name)


class StaffLoginView(LoginView):
    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, TOO_MANY):
            response.status_code = 429
        return response


class StaffAdapter(DefaultAccountAdapter):
    """Lets staff in and nobody else, and counts tries by network without keeping an address."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("This name and password are not those of a member of staff."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "rate_limited": WAIT,
        TOO_MANY: WAIT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        return user if user and user.is_staff else None

    def get_client_ip(self, request: HttpRequest) -> str:
        """The day's tag of a network, since it becomes a name in the cache."""
        return (tag_of(request.META) or b"").hex()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A name as tried from one network: by the name alone, any stranger could keep its owner out."""
        return f"{credentials['username'].lower()} {self.get_client_ip(request)}"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """By the second factor where there is one, and else by password."""
        offered = {each["id"]: each for each in super().get_reauthentication_methods(user)}
        ways = [offered[way] | {"description": WAYS[way]} for way in WAYS if way in offered]
        return ways[:-1] or ways

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        sentence = DONE.get(message_template, kwargs.get("message"))
        if sentence:
            messages.add_message(request, level, sentence)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of codes sealed, and draws their QR picture without an inline style."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG}

    def encrypt(self, text: str) -> str:
        return crypto.seal(settings.POST_PUBLIC_KEY, text.encode(), SEALED_FOR).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError when the key is gone: then no code fits, and the way back is a reset."""
        try:
            return crypto.open_sealed(settings.POST_PRIVATE_KEY, bytes.fromhex(encrypted_text), SEALED_FOR).decode()
        except crypto.SealBrokenError as error:
            raise self.validation_error("incorrect_code") from error

    def build_totp_svg(self, url: str) -> str:
        return segno.make(url).svg_inline(scale=5, light="white", omitsize=True, title=_("QR code"))

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}
