"""Staff's sessions: when each began, when it was last used and checked, and when it is over."""

from time import time
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest

from campaign.actions.staff.accounts import end_sessions
from campaign.staff_settings import IDLE_MAX

STARTED, USED, CHECKED, FACTOR_OF = "started_at", "used_at", "checked_at", "second_factor_of"  # what a session keeps
USED_STEP_SECONDS = 60  # being used is written down at most so often


def has_ended(session: SessionBase) -> bool:
    """Whether a session is over: a working day after its login, or when nobody used it for IDLE_MAX."""
    now = time()
    is_old = now - session.get(STARTED, 0.0) > settings.SESSION_COOKIE_AGE
    return is_old or now - session.get(USED, 0.0) > IDLE_MAX.total_seconds()


def keep(session: SessionBase) -> None:
    """Note that a session is in use."""
    if time() - session.get(USED, 0.0) > USED_STEP_SECONDS:
        session[USED] = time()


def has_second_factor(request: HttpRequest) -> bool:
    """Whether who is logged in gave a second factor, or set one up, in this session."""
    return request.session.get(FACTOR_OF) == request.user.pk


@receiver(user_logged_in)
def begin(request: HttpRequest, **kwargs: Any) -> None:
    now = time()
    request.session.update({STARTED: now, USED: now, CHECKED: now})
    request.session.clear_expired()  # nobody else does: the worker may not see sessions


@receiver(authentication_step_completed)
def note_check(request: HttpRequest, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated"):
        request.session[CHECKED] = time()


@receiver([authenticator_used, authenticator_added])
def note_second_factor(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session[FACTOR_OF] = user.pk


@receiver([authenticator_added, authenticator_removed])
def end_other_sessions(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Who is logged in elsewhere, too, shows the new factor there; who has none left sets one up."""
    end_sessions(user, but=request.session.session_key)
    if not Authenticator.objects.filter(user=user).exists():
        request.session.pop(FACTOR_OF, None)
