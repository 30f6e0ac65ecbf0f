"""The page on a flood: nothing is ordered before it was looked at, and only what was looked at."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.actions.moderating.bulk import advance_bulk_decisions
from campaign.admin.sessions import CHECKED
from campaign.models import AccessRecord, BulkDecision, Signatory
from tests.factories import make_signatory

FLOOD = "/admin/campaign/bulkdecision/flood/"


@pytest.fixture
def moderator(logged_in) -> Client:
    return logged_in("Moderator")


def words_about(petition, **words):
    now = timezone.now()
    times = {"signed_from": now - timedelta(hours=1), "signed_until": now + timedelta(hours=1)}
    told = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in times.items()}
    return {"petition": petition.pk, "reason_class": "forged", "reason": "A flood."} | told | words


def test_it_is_looked_at_then_started_and_the_worker_rejects_it(moderator, petition):
    for country in ("KP", "KP", "DE"):
        make_signatory(petition, country=country)
    words = words_about(petition, country="KP")
    looked = moderator.post(FLOOD, words | {"look": "1"})
    assert (looked.context["preview"].number, BulkDecision.objects.exists()) == (2, False)
    started = moderator.post(FLOOD, words | {"seen": looked.context["seen"], "start": "1"})
    bulk = BulkDecision.objects.get()
    assert started["Location"] == f"/admin/campaign/bulkdecision/{bulk.pk}/change/"
    advance_bulk_decisions()
    assert set(Signatory.objects.values_list("country", "state")) == {("KP", "rejected"), ("DE", "confirmed")}


@pytest.mark.parametrize("seen", ["", "forged", None])
def test_what_was_not_looked_at_is_looked_at_first(moderator, petition, seen):
    make_signatory(petition, country="KP")
    if seen is None:  # of another condition
        seen = moderator.post(FLOOD, words_about(petition, country="DE")).context["seen"]
    answer = moderator.post(FLOOD, words_about(petition, country="KP", seen=seen, start="1"))
    assert (answer.context["preview"].number, BulkDecision.objects.exists()) == (1, False)


def test_names_are_compared_on_the_record(moderator, petition):
    rows = [make_signatory(petition, name=name) for name in ("Kim Min", "kim min", "Jane Roe")]
    answer = moderator.post(FLOOD, words_about(petition, same_name_as=str(rows[0].pk)))
    assert (answer.context["preview"].number, AccessRecord.objects.get().act) == (2, "compared")
    Signatory.objects.filter(pk=rows[0].pk).update(identity=b"broken")
    again = moderator.post(FLOOD, words_about(petition, same_name_as=str(rows[0].pk)))
    assert "choose another one" in again.content.decode()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({}, "__all__"),
        ({"country": "KP", "signed_until": "2020-01-01T00:00"}, "signed_until"),
        ({"country": "KP", "reason": ""}, "reason"),
        ({"country": "KP", "reason_class": ""}, "reason_class"),
        ({"network_tag": "00"}, "network_tag"),
        ({"same_name_as": "x"}, "same_name_as"),
    ],
)
def test_what_says_too_little_is_neither_looked_at_nor_started(moderator, petition, words, wrong):
    answer = moderator.post(FLOOD, words_about(petition, start="1", **words))
    assert (list(answer.context["form"].errors), answer.context["preview"]) == ([wrong], None)


def test_the_never_confirmed_are_expired(moderator, petition):
    make_signatory(petition, state="pending")
    words = words_about(petition, never_confirmed="on")
    moderator.post(FLOOD, words | {"seen": moderator.post(FLOOD, words).context["seen"], "start": "1"})
    assert BulkDecision.objects.values_list("act", "total").get() == ("expire", 1)


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_neither_looks_nor_starts(logged_in, petition, group):
    stranger = logged_in(group)
    assert (stranger.get(FLOOD).status_code, stranger.post(FLOOD, words_about(petition)).status_code) == (403, 403)


def test_it_takes_a_fresh_check_and_stands_on_the_list(moderator):
    assert FLOOD in moderator.get("/admin/campaign/bulkdecision/").content.decode()
    assert moderator.get(FLOOD).status_code == 200
    session = moderator.session
    session[CHECKED] = 0.0
    session.save()
    assert moderator.get(FLOOD)["Location"].startswith("/admin/check/")


def test_looking_takes_the_same_statements_for_one_signature_and_for_three(moderator, petition):
    taken = []
    for number in (1, 2):
        for _ in range(number):
            make_signatory(petition, country="KP")
        with CaptureQueriesContext(connection) as statements:
            moderator.post(FLOOD, words_about(petition, country="KP"))
        taken.append(len(statements))
    assert taken[0] == taken[1]
