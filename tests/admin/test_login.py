"""Staff's login: the second factor, the limits, and what lies in database and cache of it."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from redis.exceptions import ConnectionError as RedisConnectionError

from campaign.actions.admitting import networks
from campaign.crypto import new_private_key
from campaign.staff_settings import LIMITS
from tests.admin.second_factor import code_of, give_password, recovery_codes, set_up_app
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
INSIDE = ["/admin/", "/admin/campaign/signatory/", "/admin/campaign/signatory/find/", "/admin/auth/user/"]
WRONG = "not her password at all"


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings, monkeypatch):
    cache.clear()
    monkeypatch.setattr(networks, "memory", networks.Memory())
    settings.RATE_LIMITS, settings.ACCOUNT_RATE_LIMITS = True, LIMITS


@pytest.fixture(autouse=True)
def _half_a_minute():
    """A code is good for as long as a test takes."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture(autouse=True)
def _as_if_committed(monkeypatch):
    """What waits for the commit, which no test makes, is done at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, *args, **kwargs: call())


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def boss_with_app():
    """A superuser with an authenticator app: her name is boss; the secret and the recovery codes."""
    make_staff(name="boss")
    client = Client()
    give_password(client)
    secret = set_up_app(client)
    return secret, recovery_codes(client)


def is_inside(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


# --- By name and password --------------------------------------------------------------------------------------------
def test_the_password_alone_opens_the_admin_of_a_development_site_which_says_so():
    make_staff(name="boss")
    client = Client()
    answer = give_password(client, next="/admin/campaign/petition/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/campaign/petition/")
    assert "Elsewhere a second factor is required." in client.get("/admin/").content.decode()


def test_whoever_is_not_logged_in_is_asked_to_and_comes_back():
    answer = Client().get("/admin/campaign/petition/?state=open")
    assert answer["Location"] == "/admin/login/?next=/admin/campaign/petition/%3Fstate%3Dopen"


def test_the_next_page_is_one_of_this_site():
    make_staff(name="boss")
    assert give_password(Client(), next="https://elsewhere.example/")["Location"] == "/admin/"


def test_nobody_but_staff_logs_in_and_who_leaves_is_out_at_once():
    User.objects.create_user("reader", password="correct horse battery")
    assert b"not those of a member of staff" in give_password(Client(), "reader").content
    make_staff(name="boss")
    client = Client()
    give_password(client)
    User.objects.filter(username="boss").update(is_staff=False)
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/").status_code == 200


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_email", "mfa_login_webauthn"])
def test_nobody_signs_up_or_asks_for_a_mail_here(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


# --- The second factor -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", INSIDE)
def test_without_a_second_factor_one_is_led_to_set_it_up_before_anything_else(required, path):
    make_staff(name="boss")
    client = Client()
    give_password(client)
    assert client.get(path)["Location"] == "/admin/second-factor/"
    assert client.get("/admin/second-factor/").status_code == 200
    set_up_app(client)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", INSIDE)
def test_with_one_the_password_alone_opens_nothing(required, boss_with_app, path):
    client = Client()
    assert give_password(client)["Location"] == "/admin/login/second-factor/"
    assert client.get(path)["Location"].startswith("/admin/login/?next=")


def test_a_code_of_the_app_logs_in_and_only_once(required, boss_with_app):
    secret, _codes = boss_with_app
    code, first, second = code_of(secret), Client(), Client()
    give_password(first)
    assert first.post("/admin/login/second-factor/", {"code": code})["Location"] == "/admin/"
    assert is_inside(first)
    give_password(second)
    assert b"This is not valid." in second.post("/admin/login/second-factor/", {"code": code}).content
    assert not is_inside(second)


def test_a_recovery_code_logs_in_and_only_once(required, boss_with_app):
    _secret, codes = boss_with_app
    assert len(set(codes)) == 10
    for expected in (True, False):
        client = Client()
        give_password(client)
        client.post("/admin/login/second-factor/", {"code": codes[0]})
        assert is_inside(client) == expected


def test_a_session_from_before_the_second_factor_ends_with_it(required):
    make_staff(name="boss")
    hers, stolen = Client(), Client()
    give_password(stolen)
    give_password(hers)
    set_up_app(hers)
    assert is_inside(hers)
    assert stolen.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_who_removes_the_last_one_sets_up_another(required):
    make_staff(name="boss")
    client = Client()
    give_password(client)
    set_up_app(client)
    client.post("/admin/second-factor/app/remove/")
    assert Authenticator.objects.count() == 0
    assert client.get("/admin/")["Location"] == "/admin/second-factor/"


def test_the_database_holds_no_secret_of_an_app_and_no_recovery_code(boss_with_app):
    secret, codes = boss_with_app
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert [word for word in (secret, *codes) if word in stored] == []


def test_a_secret_whose_key_is_gone_lets_nobody_in(required, boss_with_app, settings):
    secret, _codes = boss_with_app
    settings.POST_PRIVATE_KEY = new_private_key()
    client = Client()
    give_password(client)
    assert b"This is not valid." in client.post("/admin/login/second-factor/", {"code": code_of(secret)}).content
    assert not is_inside(client)


# --- Limits ----------------------------------------------------------------------------------------------------------
def test_after_five_wrong_passwords_the_right_one_waits_too():
    make_staff(name="boss")
    tries = [give_password(Client(), password=WRONG).status_code for _ in range(6)]
    assert tries == [200] * 5 + [429]
    client = Client()
    assert b"Too many tries." in give_password(client).content
    assert not is_inside(client)


def test_a_stranger_elsewhere_does_not_keep_the_owner_of_a_name_out():
    make_staff(name="boss")
    for _ in range(6):
        give_password(Client(REMOTE_ADDR="192.0.2.7"), password=WRONG)
    client = Client(REMOTE_ADDR="198.51.100.1")
    give_password(client)
    assert is_inside(client)


@pytest.mark.parametrize(("first", "second", "is_one"), [
    ("2001:db8:1:1::1", "2001:db8:1:1:ffff::9", True), ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
])  # fmt: skip
def test_a_network_is_a_sixty_fourth_of_ipv6(first, second, is_one):
    make_staff(name="boss")
    for _ in range(5):
        give_password(Client(REMOTE_ADDR=first), password=WRONG)
    assert (give_password(Client(REMOTE_ADDR=second), password=WRONG).status_code == 429) == is_one


def test_ten_wrong_names_close_a_network_for_a_minute():
    answers = [give_password(Client(), name=f"somebody{n}", password=WRONG).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_five_wrong_codes_stop_who_has_the_password_from_anywhere(required, boss_with_app):
    secret, _codes = boss_with_app
    for number in range(6):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        give_password(client)
        client.post("/admin/login/second-factor/", {"code": "000000"})
    assert b"Too many tries." in client.post("/admin/login/second-factor/", {"code": code_of(secret)}).content


def test_while_nobody_counts_tries_nobody_logs_in_and_the_page_says_so(monkeypatch):
    make_staff(name="boss")

    def away(*args, **kwargs):
        raise RedisConnectionError

    client = Client()
    with monkeypatch.context() as patched:
        patched.setattr("allauth.core.internal.ratelimit.cache.add", away)
        answer = give_password(client)
    assert (answer.status_code, is_inside(client)) == (503, False)
    assert "no-store" in answer["Cache-Control"]
    assert b"Please try again in a few minutes." in answer.content
    give_password(client)
    assert is_inside(client)


def test_where_tries_are_counted_there_is_no_address(monkeypatch):
    names = []
    monkeypatch.setattr(
        "allauth.core.internal.ratelimit.cache.add", lambda name, *args, **kw: names.append(name) or True
    )
    give_password(Client(REMOTE_ADDR="192.0.2.77"), password=WRONG)
    assert [name.split(":")[3] for name in names if name.startswith("allauth:")] == ["login"] + ["login_failed"] * 2
    assert [name for name in names if "192.0.2" in name or "boss" in name] == []


def test_a_page_that_is_asked_too_often_says_to_wait(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    answers = [give_password(Client()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert b"Too many tries from your network" in answers[1].content
