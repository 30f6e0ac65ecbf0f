"""Long lists: filtered by keys and small indexes, counted and paged only so far, the same statements for any length."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaign.admin import lists
from campaign.models import AccessRecord, BulkDecision, Decision, Delivery, Petition, Signatory
from campaign.models.signatory import PENDING
from tests.factories import make_petition, make_signatory, make_staff

LIST = "/admin/campaign/signatory/"


@pytest.fixture
def moderator(logged_in) -> Client:
    return logged_in("Moderator")


@pytest.fixture
def row(petition) -> Signatory:
    return make_signatory(petition)


def listed(client: Client, **query) -> list:
    return [row.pk for row in client.get(LIST, query).context["cl"].result_list]


def test_the_list_is_filtered_by_petition_state_country_and_day_newest_first(moderator, petition):
    first = make_signatory(petition, country="FR")
    second = make_signatory(petition, country="DE", state=PENDING)
    other = make_signatory(make_petition("another"), country="FR")
    assert listed(moderator) == [other.pk, second.pk, first.pk]
    assert listed(moderator, petition=petition.pk) == [second.pk, first.pk]
    assert listed(moderator, state="confirmed") == [other.pk, first.pk]
    assert listed(moderator, country="FR", petition=petition.pk) == [first.pk]


def test_a_day_is_read_off_the_key(moderator, petition):
    rows = {}
    for day in ("2027-03-01", "2027-03-02", "2027-03-03"):
        with time_machine.travel(f"{day}T23:59:59Z"):
            rows[day] = make_signatory(petition).pk
    assert {day: listed(moderator, day=day) for day in rows} == {day: [row] for day, row in rows.items()}
    assert listed(moderator, day="2020-02-29") == []


def test_an_old_petitions_list_ends_where_it_was_closed(moderator, petition):
    row = make_signatory(petition)
    Petition.objects.filter(pk=petition.pk).update(state="closed", closed_at=row.signed_at)
    assert listed(moderator, petition=petition.pk) == [row.pk]


@pytest.mark.parametrize("query", [{"day": "yesterday"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}])
def test_a_day_that_is_none_is_answered_with_the_whole_list(moderator, row, query):
    assert moderator.get(LIST, query)["Location"] == f"{LIST}?e=1"


@pytest.mark.parametrize("query", [{"petition": "x"}, {"state": "x"}, {"petition": "99"}])
def test_a_filter_that_says_nothing_filters_nothing(moderator, row, query):
    assert listed(moderator, **query) == [row.pk]


def test_the_list_counts_and_pages_only_so_far(moderator, petition, monkeypatch):
    for _ in range(4):
        make_signatory(petition)
    monkeypatch.setattr(lists, "REACH", 3)
    with CaptureQueriesContext(connection) as statements:
        answer = moderator.get(LIST)
    counts = [each["sql"] for each in statements.captured_queries if "COUNT(*)" in each["sql"]]
    assert [each for each in counts if "LIMIT" not in each] == []
    assert (answer.context["cl"].result_count, answer.context["cl"].has_more) == (3, True)
    assert "This list reaches back 3 signatures" in answer.content.decode()
    monkeypatch.setattr(lists, "REACH", 4)
    assert moderator.get(LIST).context["cl"].has_more is False


def test_a_filter_without_an_index_looks_back_only_so_far(moderator, petition, monkeypatch):
    rows = [make_signatory(petition, country=country) for country in ("FR", "DE", "FR")]
    monkeypatch.setattr(lists, "LOOKS_BACK", 2)
    assert listed(moderator, country="FR") == [rows[2].pk]
    monkeypatch.setattr(lists, "LOOKS_BACK", 3)
    assert listed(moderator, country="FR") == [rows[2].pk, rows[0].pk]


CUT = "Only the newest 2 signatures were looked through: older ones may fit, too."


@pytest.mark.parametrize(("query", "shown"), [({"country": "KP"}, 0), ({"state": "confirmed"}, 2), ({}, 3)])
def test_a_filter_that_did_not_look_at_all_says_so(moderator, petition, monkeypatch, query, shown):
    for country in ("KP", "FR", "DE"):
        make_signatory(petition, country=country)
    monkeypatch.setattr(lists, "LOOKS_BACK", 2)
    answer = moderator.get(LIST, query)
    assert len(answer.context["cl"].result_list) == shown
    assert (CUT in answer.content.decode()) is bool(query)
    monkeypatch.setattr(lists, "LOOKS_BACK", 3)
    assert "were looked through" not in moderator.get(LIST, query).content.decode()


def test_a_day_is_chosen_before_the_state_looks_back(moderator, petition, monkeypatch):
    monkeypatch.setattr(lists, "LOOKS_BACK", 1)
    with time_machine.travel("2027-03-01T12:00:00Z"):
        old = make_signatory(petition).pk
    with time_machine.travel("2027-03-02T12:00:00Z"):
        make_signatory(petition)
        make_signatory(petition)
    assert listed(moderator, day="2027-03-01", state="confirmed") == [old]


def test_who_chooses_all_of_a_list_that_was_cut_is_told_that_it_is_not_all(moderator, petition, monkeypatch):
    rows = [make_signatory(petition) for _ in range(3)]
    monkeypatch.setattr(lists, "LOOKS_BACK", 2)
    words = {"action": "reject_selected", "_selected_action": [str(rows[2].pk)], "index": "0"}
    page = moderator.post(f"{LIST}?state=confirmed", words | {"select_across": "1"})
    assert ("about 2 signatures" in page.content.decode(), CUT in page.content.decode()) == (True, True)
    kept = {name: page.context["form"][name].value() for name in ("act", "ids", "looked_through")}
    assert CUT in moderator.post(f"{LIST}decide/", kept).content.decode()  # without a reason: asked again
    one = moderator.post(f"{LIST}?state=confirmed", words | {"select_across": "0"})
    assert CUT not in one.content.decode()


@pytest.mark.parametrize(("language", "title"), [("en", "Signatories"), ("ko", "서명자"), ("zh-hans", "签名者")])
def test_a_list_is_called_by_what_it_lists(moderator, language, title):
    page = moderator.get(LIST, headers={"Accept-Language": language}).content.decode()
    assert (f"<h1>{title}</h1>" in page, f"<title>{title} | Undersigned</title>" in page) == (True, True)


def test_every_long_list_says_where_it_ends(boss, petition, monkeypatch):
    make_signatory(petition)
    monkeypatch.setattr(lists, "REACH", 0)
    answer = boss.get("/admin/campaign/outgoingmail/?queue=all")
    assert "This list shows 0; there are more." in answer.content.decode()


def test_a_list_takes_the_same_statements_for_one_row_and_for_three(moderator, petition, django_assert_num_queries):
    for number in (1, 2):
        for _ in range(number):
            make_signatory(petition)
        with django_assert_num_queries(7):
            moderator.get(LIST)


# --- The other long lists --------------------------------------------------------------------------------------------
def make_access_record(number, petition, by):
    AccessRecord.objects.create(act="opened", by=by, petition=petition, purpose="a check")


def make_decision(number, petition, by):
    Decision.objects.create(act="reject", signatory=make_signatory(petition), reason="A doubt.", decided_by=by)


def make_bulk_decision(number, petition, by):
    BulkDecision.objects.create(act="reject", reason="A flood.", total=number, decided_by=by)


def make_mail(number, petition, by):
    make_signatory(petition, state=PENDING)  # owes one


def make_delivery(number, petition, by):
    Delivery.objects.create(petition=petition, purpose="For the hearing.", requested_by=by)


LONG_LISTS = {
    "accessrecord": make_access_record, "decision": make_decision, "bulkdecision": make_bulk_decision,
    "outgoingmail": make_mail, "delivery": make_delivery,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG_LISTS)
def test_each_long_list_takes_the_same_statements_for_one_row_and_for_three_and_counts_only_so_far(boss, name):
    taken = []
    for number in (1, 2, 3):  # each row with a petition and a member of staff of its own
        LONG_LISTS[name](number, make_petition(f"petition-{number}"), make_staff("Moderator", name=f"staff-{number}"))
        with CaptureQueriesContext(connection) as statements:
            answer = boss.get(f"/admin/campaign/{name}/")
        assert len(answer.context["cl"].result_list) == number
        taken.append(len(statements))
        counts = [each["sql"] for each in statements.captured_queries if "COUNT(*)" in each["sql"]]
        assert [each for each in counts if "LIMIT" not in each] == []
    assert taken[0] == taken[1] == taken[2]
