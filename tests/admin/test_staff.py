"""The way back for who lost a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from campaign.models import Notice
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
REASON = {"reason": "She lost her telephone."}


@pytest.fixture
def amal():
    """A moderator with a second factor and a session."""
    user = make_staff("Moderator", name="amal")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "sealed"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "sealed", "used_mask": 0})
    Client().force_login(user)
    return user


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


def address(user):
    return f"/admin/auth/user/{user.pk}/act/reset/"


def factors_and_sessions(user):
    theirs = [row for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    return Authenticator.objects.filter(user=user).count(), len(theirs)


def test_another_superuser_resets_it_on_the_record(amal):
    boss = browser_of(make_staff(name="boss"))
    assert b"Reset the second factor" in boss.get(f"/admin/auth/user/{amal.pk}/change/").content
    assert boss.post(address(amal), REASON).status_code == 302
    assert factors_and_sessions(amal) == (0, 0)
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id, entry.change_message) == (
        "boss", str(amal.pk), "Second factor reset: She lost her telephone.",
    )  # fmt: skip
    notice = Notice.objects.get()
    assert (notice.kind, notice.details) == ("second-factor-reset", {"name": "amal", "by": "boss"})
    assert "The second factor of “amal” was reset by “boss”." in boss.get("/admin/").content.decode()


def test_a_reset_of_nothing_changes_nothing_and_is_not_told(amal):
    boss = browser_of(make_staff(name="boss"))
    Authenticator.objects.all().delete()
    boss.post(address(amal), REASON)
    assert (LogEntry.objects.count(), Notice.objects.count()) == (0, 0)


def test_nobody_resets_her_own_nor_anybody_without_being_a_superuser(amal):
    boss = make_staff(name="boss")
    Authenticator.objects.create(user=boss, type="totp", data={"secret": "sealed"})
    assert browser_of(boss).post(address(boss), REASON).status_code == 403
    assert browser_of(make_staff("Editor", name="ed")).post(address(amal), REASON).status_code == 403
    assert Authenticator.objects.count() == 3


def test_the_command_line_resets_it_on_the_record(amal, capsys):
    call_command("staff", "reset", "amal", reason="lost at sea")
    assert "sets up a new second factor" in capsys.readouterr().out
    assert factors_and_sessions(amal) == (0, 0)
    assert LogEntry.objects.get().change_message == "Second factor reset from the command line: lost at sea"
    assert Notice.objects.get().details == {"name": "amal", "by": "manage.py"}


@pytest.mark.parametrize(("name", "sentence"), [("nobody", "Nobody logs in as"), ("boss", "has no second factor")])
def test_the_command_says_why_it_did_nothing(name, sentence):
    make_staff(name="boss")
    with pytest.raises(CommandError, match=sentence):
        call_command("staff", "reset", name)
