"""The public record: names that were chosen to be shown, and numbers that tell of nobody."""

from datetime import date

import pytest

from campaign.actions.moderating import shown_names
from campaign.models import Tally
from tests.factories import make_petition, make_signatory, show_name
from tests.officers import make_high_risk_petition

NAMES, NUMBERS = "/en/petitions/let-them-choose/names/", "/en/petitions/let-them-choose/integrity/"


def text_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Names -----------------------------------------------------------------------------------------------------------
def test_only_what_was_approved_stands_on_the_page_newest_first_and_made_safe(client, petition):
    for number, name in enumerate(("Jane Roe", "O'Brien <b>", "김**"), 1):
        show_name(make_signatory(petition), name, number)
    make_signatory(petition, visibility="public", name="Somebody Waiting")
    page = text_of(client, NAMES)
    places = [page.index(name) for name in ("김**", "O&#x27;Brien &lt;b&gt;", "Jane Roe")]
    assert places == sorted(places)
    assert "Somebody Waiting" not in page


def test_any_cache_may_hold_it_and_no_search_engine_keeps_it(client, petition):
    answer = client.get(NAMES)
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "public" in answer["Cache-Control"]
    assert (dict(answer.cookies), "Cookie" in answer.get("Vary", "")) == ({}, False)


def test_a_name_says_nothing_of_when_it_was_signed(client, petition):
    row = make_signatory(petition)
    show_name(row)
    page = text_of(client, NAMES)
    assert [str(row.pk) in page, str(row.signed_at.year) in page] == [False, False]


def test_pages_lead_to_one_another(client, petition, monkeypatch):
    monkeypatch.setattr(shown_names, "NAMES_ON_A_PAGE", 1)
    for number in (1, 2, 3):
        show_name(make_signatory(petition), f"Person {number}", number)
    assert ["Person 3" in text_of(client, NAMES), "?page=2" in text_of(client, NAMES)] == [True, True]
    middle = text_of(client, f"{NAMES}?page=2")
    assert ["Person 2" in middle, "?page=3" in middle, "?page=1" in middle] == [True, True, True]


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1.0", "١", "99999999999999999999"])
def test_a_page_that_is_none_is_not_found(client, petition, page):
    assert client.get(NAMES, {"page": page}).status_code == 404


def test_a_page_whose_names_are_gone_says_so(client, petition, monkeypatch):
    monkeypatch.setattr(shown_names, "NAMES_ON_A_PAGE", 1)
    show_name(make_signatory(petition), "Person 2", 2)
    assert "None of the names that stood on this page" in text_of(client, f"{NAMES}?page=1")


def test_a_high_risk_petition_shows_no_names_and_says_why(client, db):
    petition = make_high_risk_petition()
    show_name(make_signatory(petition))  # as no way of the site would
    page = text_of(client, NAMES.replace("let-them-choose", petition.slug))
    assert ["Hong Gildong" in page, "to protect those who signed" in page] == [False, True]
    assert "/names/" not in text_of(client, f"/en/petitions/{petition.slug}/")


def test_a_draft_has_neither_names_nor_numbers(client, db):
    make_petition(state="draft")
    assert [client.get(path).status_code for path in (NAMES, NUMBERS)] == [404, 404]


def test_a_page_takes_the_same_statements_for_one_name_and_for_three(client, petition, django_assert_num_queries):
    for number in (1, 3):
        for place in range(number):
            show_name(make_signatory(petition), number=10 * number + place)
        with django_assert_num_queries(8):  # two of every page; petition, languages, highest, names, and the demand
            client.get(NAMES)


# --- Numbers ---------------------------------------------------------------------------------------------------------
def test_the_numbers_of_the_weeks_are_told_in_words(client, petition):
    numbers = {"pending": 9, "withdrawn": 41, "expired": 0, "rejected": {"forged": 1_259}}
    for day in (1, 8):
        Tally.objects.create(petition=petition, day=date(2027, 3, day), confirmed=1_234, **numbers)
    page = text_of(client, NUMBERS)
    assert ["On 8 March 2027" in page, "1 March 2027" in page] == [True, True]
    assert [word in page for word in ("1,234", "at least 40", "fewer than 10", "at least 1,250")] == [True] * 4
    assert [word in page for word in ("1,259", ">41<", ">9<")] == [False] * 3
    assert "Forged, or made by a machine" in page


def test_the_page_is_the_same_from_monday_to_sunday_whatever_is_counted_meanwhile(client, petition):
    Tally.objects.create(petition=petition, day=date(2027, 3, 1), withdrawn=40)
    monday = client.get(NUMBERS).content
    for day in range(2, 8):
        Tally.objects.create(petition=petition, day=date(2027, 3, day), confirmed=day, withdrawn=40 + 10 * day)
        assert client.get(NUMBERS).content == monday


def test_before_the_first_monday_no_day_is_told(client, petition):
    Tally.objects.create(petition=petition, day=date(2027, 3, 3), withdrawn=40)
    page = text_of(client, NUMBERS)
    assert ["The first numbers are published on the first Monday" in page, "March" in page] == [True, False]


def test_the_way_leads_from_the_petition_and_from_how_we_count(client, petition):
    for path in ("/en/petitions/let-them-choose/", "/en/how-we-count/"):
        assert NUMBERS in text_of(client, path)
    assert NAMES in text_of(client, "/en/petitions/let-them-choose/")


def test_numbers_take_the_same_statements_for_one_week_and_for_three(client, petition, django_assert_num_queries):
    for days in ((1,), (8, 15)):
        for day in days:
            Tally.objects.create(petition=petition, day=date(2027, 3, day))
        with django_assert_num_queries(7):
            client.get(NUMBERS)


def test_how_we_count_takes_the_same_statements_for_one_petition_and_for_three(client, db, django_assert_num_queries):
    for slugs in (("one",), ("two", "three")):
        for slug in slugs:
            make_petition(slug)
        with django_assert_num_queries(4):
            client.get("/en/how-we-count/")
