"""Who goes on in the admin: nobody after the session's end, nor without a second factor where it is required."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from campaign.admin.middleware import PREFIX
from campaign.admin.sessions import has_ended, has_second_factor, keep

logger = logging.getLogger(__name__)
# Where one sets up a second factor, shows who one is, or leaves.
OPEN = tuple(f"{PREFIX}{path}" for path in ("second-factor/", "check/", "login/", "logout/", "jsi18n/"))


class GateMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        response = turn_away(request) or self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """While the cache is away no tries are counted: nobody logs in, and a page says so."""
        if not (isinstance(exception, RedisError) and request.path.startswith(PREFIX)):
            return None
        logger.error("Nobody logs in: the cache is away (%s).", type(exception).__name__)
        return render(request, "errors/no_login.html", {"status": 503, "page_path": "/"}, status=503)


def turn_away(request: HttpRequest) -> HttpResponse | None:
    """Where a request is sent instead of where it wants to go; None lets it through."""
    if not request.user.is_authenticated:
        return None
    if has_ended(request.session) or not request.user.is_staff:
        logout(request)
        messages.info(request, _("Your session has ended. Please log in again."))
        return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("admin:index"))
    keep(request.session)
    if has_second_factor(request) or request.path.startswith(OPEN):
        return None
    if settings.SECOND_FACTOR_REQUIRED:
        return HttpResponseRedirect(reverse("mfa_index"))
    request.has_no_second_factor = True  # type: ignore[attr-defined] # each page says so
    return None
