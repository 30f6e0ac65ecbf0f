"""Staff's sessions: how they end, and the fresh check before personal data, exports and accounts."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from campaign.models import AccessRecord
from campaign.sessions import stored_key
from tests.admin.second_factor import PASSWORD, give_password
from tests.factories import make_petition, make_signatory, make_staff

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600
OUT = "/admin/login/?next=/admin/"


@pytest.fixture(autouse=True)
def _nobody_tried_before():
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def boss():
    """A browser in which a superuser gave name and password."""
    make_staff(name="boss")
    client = Client()
    give_password(client)
    return client


# --- Ends ------------------------------------------------------------------------------------------------------------
def test_a_session_ends_a_working_day_after_its_login_however_busy(clock, boss):
    for _ in range(16):
        assert boss.get("/admin/").status_code == 200
        clock.shift(HOUR / 2)
    clock.shift(1)
    assert boss.get("/admin/")["Location"] == OUT


def test_a_session_ends_when_nobody_uses_it_for_an_hour(clock, boss):
    clock.shift(HOUR - MINUTE)
    assert boss.get("/admin/").status_code == 200
    clock.shift(HOUR + 1)
    answer = boss.get("/admin/", follow=True)
    assert answer.redirect_chain == [(OUT, 302)]
    assert "Your session has ended." in answer.content.decode()


def test_one_logs_out_by_post_alone_and_the_session_is_gone(boss):
    assert boss.get("/admin/logout/").status_code == 405
    assert Session.objects.count() == 1
    boss.post("/admin/logout/")
    assert not Session.objects.exists()
    assert boss.get("/admin/")["Location"] == OUT


def test_a_new_password_ends_the_sessions_elsewhere(boss):
    elsewhere = Client()
    give_password(elsewhere)
    new = {"old_password": PASSWORD, "new_password1": "staple battery horse", "new_password2": "staple battery horse"}
    assert boss.post("/admin/password_change/", new).status_code == 302
    assert boss.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/")["Location"] == OUT


def test_a_login_sweeps_out_what_has_run_out(clock, boss):
    clock.shift(9 * HOUR)
    give_password(Client())
    assert Session.objects.count() == 1


def test_cookies_stay_in_the_admin_and_away_from_scripts_and_other_sites(boss):
    boss.get("/admin/")
    assert {name: (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"])
            for name, cookie in boss.cookies.items()} == {
        "sessionid": ("/admin/", True, "Strict", ""), "csrftoken": ("/admin/", True, "Strict", 31449600),
    }  # fmt: skip


def test_no_page_of_the_admin_is_stored(boss):
    for path in ("/admin/", "/admin/second-factor/", "/admin/second-factor/app/", "/admin/check/", "/admin/nothing/"):
        assert "no-store" in boss.get(path)["Cache-Control"]
    assert "no-store" in Client().get("/admin/login/")["Cache-Control"]


def test_who_reads_the_table_of_sessions_takes_none_over(boss):
    key = boss.cookies["sessionid"].value
    (row,) = Session.objects.all()
    assert (row.pk, key in str(Session.objects.values())) == (stored_key(key), False)
    thief = Client()
    thief.cookies["sessionid"] = row.pk
    assert thief.get("/admin/")["Location"] == OUT
    assert boss.get("/admin/").status_code == 200


# --- The fresh check -------------------------------------------------------------------------------------------------
@pytest.fixture
def sensitive():
    """The pages that open personal data, take it away, or change accounts."""
    petition = make_petition()
    signatory = make_signatory(petition, name="Ri Unusualname")
    return [
        f"/admin/campaign/signatory/{signatory.pk}/act/who/",
        "/admin/campaign/signatory/find/",
        f"/admin/campaign/petition/{petition.pk}/act/export/",
        f"/admin/campaign/petition/{petition.pk}/deliver/",
        "/admin/auth/user/add/",
        "/admin/auth/group/add/",
        "/admin/auth/group/1/delete/",
    ]


def test_a_login_is_fresh_for_a_quarter_of_an_hour_and_then_one_is_asked_again(clock, boss, sensitive):
    assert {boss.get(path).status_code for path in sensitive} == {200}
    clock.shift(15 * MINUTE)
    for path in sensitive:
        asked = boss.get(path)["Location"]
        assert (urlsplit(asked).path, parse_qs(urlsplit(asked).query)) == ("/admin/check/", {"next": [path]})
    assert boss.get("/admin/campaign/signatory/").status_code == 200


def test_the_password_leads_back_and_is_good_for_another_quarter_of_an_hour(clock, boss, sensitive):
    clock.shift(16 * MINUTE)
    asked = boss.get(sensitive[0])["Location"]
    assert b"This is not your password." in boss.post(asked, {"password": "wrong"}).content
    answer = boss.post(asked, {"password": PASSWORD, "next": sensitive[0]})
    assert answer["Location"] == sensitive[0]
    clock.shift(14 * MINUTE)
    assert boss.get(sensitive[0]).status_code == 200


def test_who_opened_a_form_in_time_can_send_it_five_minutes_later(clock, boss, sensitive):
    clock.shift(19 * MINUTE)
    assert b"Ri Unusualname" in boss.post(sensitive[0], {"purpose": "asked by herself"}).content
    clock.shift(MINUTE)
    assert boss.post(sensitive[0], {"purpose": "asked by herself"})["Location"].startswith("/admin/check/")
    assert AccessRecord.objects.count() == 1


def test_what_was_posted_too_late_is_kept_nowhere(clock, boss, sensitive):
    clock.shift(21 * MINUTE)
    boss.post(sensitive[1], {"address": "ri@unusual.example", "purpose": "x"})
    assert [row for row in Session.objects.all() if "unusual" in str(row.get_decoded())] == []


def test_a_user_is_changed_only_after_a_fresh_check(clock, boss):
    other = make_staff("Editor", name="ed")
    clock.shift(21 * MINUTE)
    for path in ("change/", "password/", "act/reset/"):
        assert boss.post(f"/admin/auth/user/{other.pk}/{path}", {})["Location"].startswith("/admin/check/")
