"""A fresh check: who opens personal data, takes it away or changes accounts shows once more who she is."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from campaign.admin.sessions import CHECKED
from campaign.staff_settings import FRESH_FOR, FRESH_GRACE

View = Callable[..., HttpResponseBase]


def needs_fresh_check(view: View) -> View:
    """Ask for the second factor (without one, the password) before `view`, unless it was given within FRESH_FOR.

    The first argument of `view` is the request; a method of an admin is wrapped where it is bound, or by Django's
    `method_decorator`. A form gets FRESH_GRACE more, so that who opens it in time can send it.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_who(request)

    return checked


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody logged in, or showed again who she is, in this session just now."""
    limit = FRESH_FOR + (FRESH_GRACE if request.method == "POST" else timedelta())
    return time() - request.session.get(CHECKED, 0.0) < limit.total_seconds()


def ask_who(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that asks, and from there back. What was posted is dropped: it may hold an address."""
    return HttpResponseRedirect(check_url(request.get_full_path()))


def check_url(back: str) -> str:
    """The page that asks, and that leads from there to `back`."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
