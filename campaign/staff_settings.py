"""What only a process with an admin is set to: its apps and middleware, sessions, cookies, and staff's login.

`settings` stays the one file that reads the environment. What stands here follows from a few of its answers, in the
words of two libraries, and is left out whole where there is no admin.
"""

from datetime import timedelta
from typing import Any

_LOGIN = "campaign.admin.login"
APPS = [
    "django.contrib.admin",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "campaign.admin.middleware.AdminSessionMiddleware",
    "campaign.admin.middleware.AdminCsrfMiddleware",
    "campaign.admin.middleware.AdminUserMiddleware",
    "campaign.admin.middleware.AdminMessageMiddleware",
]
# Behind the middleware that knows the reader's language, since the gate says why it turns people away.
GATE = ["allauth.account.middleware.AccountMiddleware", "campaign.admin.gate.GateMiddleware"]
_VALIDATION = "django.contrib.auth.password_validation"
PASSWORDS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
SESSION_SECONDS = 8 * 60 * 60  # a working day from the login, whatever happens in it
IDLE_MAX = timedelta(hours=1)
FRESH_FOR = timedelta(minutes=15)
FRESH_GRACE = timedelta(minutes=5)  # to fill in what was opened while fresh
# Per network (ip), and per name and network or per person (key): nobody shuts out whom he only knows by name.
LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}


def staff_settings(*, is_https: bool, has_limits: bool, issuer: str) -> dict[str, Any]:
    """Django's and django-allauth's settings. `issuer` is the name that an authenticator app shows."""
    return {**_cookies(is_https), **_login(has_limits), **_second_factor(issuer)}


def _cookies(is_https: bool) -> dict[str, Any]:
    cookie = {"SECURE": is_https, "HTTPONLY": True, "SAMESITE": "Strict", "PATH": "/admin/"}
    return {
        **{f"SESSION_COOKIE_{name}": value for name, value in cookie.items()},
        **{f"CSRF_COOKIE_{name}": value for name, value in cookie.items()},
        "SESSION_ENGINE": "campaign.sessions",
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        # Not in a cookie of their own, which the public pages would get, too.
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    }


def _login(has_limits: bool) -> dict[str, Any]:
    """By name and password only: accounts are made by other staff, so nobody signs up, and no address is proved."""
    return {
        "AUTH_PASSWORD_VALIDATORS": PASSWORDS,
        "LOGIN_URL": "admin:login",
        "LOGIN_REDIRECT_URL": "admin:index",
        "ACCOUNT_ADAPTER": f"{_LOGIN}.StaffAdapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": FRESH_FOR.total_seconds(),
        "ACCOUNT_FORMS": {"login": f"{_LOGIN}.LoginForm"},
        "ACCOUNT_RATE_LIMITS": LIMITS if has_limits else False,
    }


def _second_factor(issuer: str) -> dict[str, Any]:
    return {
        "MFA_ADAPTER": f"{_LOGIN}.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["webauthn", "totp", "recovery_codes"],
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # there are no email addresses to verify
        "MFA_TOTP_ISSUER": issuer,
    }
