"""Sessions, CSRF tokens, users and messages for the admin alone: on public pages they would set or vary by cookies."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

PREFIX = "/admin/"


class _AdminOnly:
    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        call = super().__call__ if request.path.startswith(PREFIX) else self.get_response  # type: ignore[misc]
        return call(request)


class AdminSessionMiddleware(_AdminOnly, SessionMiddleware):
    pass


class AdminCsrfMiddleware(_AdminOnly, CsrfViewMiddleware):
    pass


class AdminUserMiddleware(_AdminOnly, AuthenticationMiddleware):
    pass


class AdminMessageMiddleware(_AdminOnly, MessageMiddleware):
    pass
