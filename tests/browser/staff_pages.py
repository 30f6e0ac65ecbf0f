"""The pages of staff that log in, look after accounts, and moderate, in each language, as the admin answers them.

The answers are made once, in this process, and rolled back. What editing and delivering show is not among them.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from campaign.actions.moderating.bulk import decide_in_bulk
from campaign.actions.staff.reviews import MANY_A_DAY
from campaign.models import AccessRecord, BulkDecision, ListedWord, Notice, Petition, Signatory
from campaign.models.signatory import REJECTED
from tests.admin.second_factor import give_password, recovery_codes, set_up_app
from tests.browser.pages import LANGUAGES, Shown
from tests.factories import make_petition, make_signatory, make_staff, show_name

LIST, BULK, RECORDS = (f"/admin/campaign/{model}/" for model in ("signatory", "bulkdecision", "accessrecord"))
WAITING = ("Ri Unusualname", "김철수", "欧阳慕容雪", "Buy Cheap Watches", "Pаul Smith", *["Anna Kim"] * 3)
WHY = {"reason_class": "forged", "reason": "A flood of last night."}


@pytest.fixture(scope="session")
def staff_pages(django_db_setup, django_db_blocker) -> list[Shown]:
    """Every page; what made them is rolled back."""
    at_once = patch("django.db.transaction.on_commit", lambda call, *args, **kwargs: call())
    still = time_machine.travel(time.time(), tick=False)  # a code is good for as long as this takes
    with django_db_blocker.unblock(), transaction.atomic(), at_once, still:
        petition = make_petition(names_wait=True)
        made = [page for language in LANGUAGES for page in pages_in(petition, language)]
        transaction.set_rollback(True)
    return made


class Desk:
    """A browser of staff in one language, and what it was shown."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.client = Client(headers={"Accept-Language": language})

    def show(self, name: str, path: str, data: dict[str, object] | None = None, query: str = "") -> Shown:
        answer = self.client.get(path + query) if data is None else self.client.post(path, data)
        assert answer.status_code in (200, 429), (name, answer.status_code, answer.headers.get("Location"))
        return Shown(name, self.language, path, answer.status_code, dict(answer.items()), answer.content)


def pages_in(petition: Petition, language: str) -> Iterator[Shown]:
    cache.clear()
    name = f"boss-{language}"
    make_staff(name=name)
    desk = Desk(language)
    yield from pages_of_login(desk, name)
    yield replace(desk.show("script", "/admin/jsi18n/"), name="picture")  # what the pages load themselves
    yield from pages_of_moderation(desk, petition)
    yield from pages_of_records(desk, petition)


def pages_of_login(desk: Desk, name: str) -> Iterator[Shown]:
    yield desk.show("log in", "/admin/login/")
    yield desk.show("log in, wrong", "/admin/login/", {"username": name, "password": "wrong"})
    assert give_password(desk.client, name).status_code == 302
    yield desk.show("check, password", "/admin/check/")
    yield desk.show("second factor, none", "/admin/second-factor/")
    yield desk.show("second factor, app", "/admin/second-factor/app/")
    yield desk.show("second factor, app, wrong", "/admin/second-factor/app/", {"code": "000000"})
    set_up_app(desk.client)
    yield desk.show("second factor", "/admin/second-factor/")
    yield desk.show("second factor, codes", "/admin/second-factor/codes/")
    yield desk.show("second factor, new codes", "/admin/second-factor/codes/new/")
    yield desk.show("second factor, passkey", "/admin/second-factor/passkey/")
    yield desk.show("second factor, remove the app", "/admin/second-factor/app/remove/")
    yield desk.show("check, code", "/admin/check/code/")
    codes = recovery_codes(desk.client)
    desk.client.post("/admin/logout/")
    give_password(desk.client, name)
    yield desk.show("log in, code", "/admin/login/second-factor/")
    yield desk.show("log in, code, wrong", "/admin/login/second-factor/", {"code": "000000"})
    desk.client.post("/admin/login/second-factor/", {"code": codes[0]})


def pages_of_moderation(desk: Desk, petition: Petition) -> Iterator[Shown]:
    ListedWord.objects.get_or_create(word="cheap", defaults={"language": "en"})
    rows = [make_signatory(petition, name=name, visibility="public") for name in WAITING]
    queue = f"{LIST}names/{petition.pk}/"
    Notice.tell("mail-refused", Notice.Level.WARNING, reason="550 no such user")
    yield desk.show("first page", "/admin/")
    yield desk.show("names", queue)
    refused = {f"choice-{rows[0].pk}": "refuse", f"seal-{rows[0].pk}": "x"}
    yield desk.show("names, no reason", queue, refused)
    yield desk.show("signatures", LIST)
    yield desk.show("signature", f"{LIST}{rows[0].pk}/change/")
    for act in ("who", "reject", "refuse-name"):
        yield desk.show(f"signature, {act}", f"{LIST}{rows[0].pk}/act/{act}/")
    yield desk.show("signature, who it is", f"{LIST}{rows[0].pk}/act/who/", {"purpose": "She asked."})
    show_name(rows[1], number=len(desk.language))
    Signatory.objects.filter(pk=rows[2].pk).move("reject")
    assert Signatory.objects.get(pk=rows[2].pk).state == REJECTED
    yield desk.show("signature, rejected", f"{LIST}{rows[2].pk}/change/")
    yield desk.show("find", f"{LIST}find/")
    yield from pages_of_floods(desk, petition, rows)
    Signatory.objects.all().erase_in_place()
    Signatory.objects.update(visibility="delivered")
    yield desk.show("names, none", queue)
    Notice.objects.all().delete()


def pages_of_floods(desk: Desk, petition: Petition, rows: list[Signatory]) -> Iterator[Shown]:
    now = timezone.now()
    told = {"petition": petition.pk, "signed_from": (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
            "signed_until": (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"), "country": "DE", **WHY}  # fmt: skip
    yield desk.show("flood", f"{BULK}flood/")
    yield desk.show("flood, nothing said", f"{BULK}flood/", {"look": "1"})
    yield desk.show("flood, looked at", f"{BULK}flood/", told | {"look": "1"})
    boss = make_staff(name=f"mod-{desk.language}")
    under_way = decide_in_bulk([row.pk for row in rows], act="reject", by=boss, **WHY)
    yield desk.show("bulk decision, under way", f"{BULK}{under_way.pk}/change/", query="?still=1")
    BulkDecision.objects.filter(pk=under_way.pk).update(finished_at=now, position=len(rows), moved=len(rows))
    yield desk.show("bulk decision", f"{BULK}{under_way.pk}/change/")
    yield desk.show("bulk decision, undo", f"{BULK}{under_way.pk}/act/undo/")
    yield desk.show("bulk decisions", BULK)


def pages_of_records(desk: Desk, petition: Petition) -> Iterator[Shown]:
    yield desk.show("decisions", "/admin/campaign/decision/")
    yield desk.show("access records", RECORDS)
    last = timezone.now().replace(day=1) - timedelta(days=3)
    boss = make_staff(name=f"looker-{desk.language}")
    with time_machine.travel(last, tick=False):
        for _look in range(MANY_A_DAY + 1):
            AccessRecord.objects.create(act="opened", by=boss, petition=petition, purpose="She asked.")
    yield desk.show("review", f"{RECORDS}review/")
    yield desk.show("review, a month", f"{RECORDS}review/{last.year}/{last.month}/")
    yield desk.show("accounts", "/admin/auth/user/")
    yield desk.show("account", f"/admin/auth/user/{boss.pk}/change/")
    yield desk.show("account, reset", f"/admin/auth/user/{boss.pk}/act/reset/")
