"""Staff's accounts: ending sessions, and the way back for who lost a second factor."""

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaign.models import Notice
from campaign.sessions import stored_key


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End a person's sessions, all but one of the given key. How many."""
    theirs = [row.pk for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    kept = stored_key(but) if but else None
    return Session.objects.filter(pk__in=theirs).exclude(pk=kept).delete()[0]


@transaction.atomic
def reset_second_factor(user: User, *, reason: str, by: User | None) -> bool:
    """Take away every second factor of a person, who sets up a new one at the next login. Whether there was any.

    `by` is another superuser, or None from the command line. On the record, and told to all staff. Raises
    PermissionDenied.
    """
    if by and (by == user or not by.is_superuser):
        raise PermissionDenied
    taken = Authenticator.objects.filter(user=user).delete()[0]
    end_sessions(user)
    if taken:
        record_reset(user, reason=reason, by=by)
    return bool(taken)


def record_reset(user: User, *, reason: str, by: User | None) -> None:
    """In Django's history, which no role may change, and as a notice. Who sits at the command line is not known."""
    message = f"Second factor reset: {reason}" if by else f"Second factor reset from the command line: {reason}"
    content_type = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=by or user, content_type=content_type, object_id=str(user.pk), object_repr=str(user), action_flag=CHANGE,
        change_message=message,
    )  # fmt: skip
    Notice.tell("second-factor-reset", name=user.get_username(), by=by.get_username() if by else "manage.py")
