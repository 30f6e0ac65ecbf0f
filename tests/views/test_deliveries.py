"""The public record of deliveries, and the addressee's own page."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering import makings
from campaign.actions.delivering.deliveries import approve_delivery, request_export
from campaign.actions.delivering.handing_over import hand_over, record_reply, write_striking_notices
from campaign.actions.signing.signatories import withdraw
from campaign.exports import pdf
from campaign.models import Delivery
from tests.actions.delivering.asking import build_all, deliver, request
from tests.actions.delivering.exporting import make_people
from tests.factories import make_petition, make_staff

RECORD = "/en/petitions/let-them-choose/deliveries/"
GIVEN = {"happened_on": date(2026, 5, 3), "place": "Berlin", "received_by": "The post room", "receipt_number": "X-17"}


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def officers(db):
    return make_staff("Delivery officer", name="first"), make_staff("Delivery officer", name="second")


@pytest.fixture
def people(petition):
    return make_people(petition, 3)


@pytest.fixture
def delivery(petition, people, officers) -> Delivery:
    return deliver(petition, *officers)


def link_to(delivery: Delivery) -> str:
    return f"/en/d/{makings.token_of(delivery)}/"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_record_is_a_public_page_that_any_cache_may_hold(client, petition):
    answer = client.get(RECORD)
    assert "Nothing has been handed over yet." in answer.content.decode()
    assert ("public" in answer["Cache-Control"], answer.cookies, answer.get("Vary")) == (True, {}, "Accept-Encoding")
    make_petition("draft", state="draft")
    assert client.get(RECORD.replace("let-them-choose", "draft")).status_code == 404


def test_the_record_tells_where_it_went_what_came_back_and_nobodys_name(client, delivery, officers, people):
    assert "not yet" in text(client, RECORD)
    hand_over(delivery, words=GIVEN, by=officers[0])
    record_reply(delivery, words={"reply": "We\nconsider it.", "replied_on": date(2026, 5, 10)}, by=officers[0])
    shown = text(client, RECORD)
    told = ["Delivery No. 1", "The Ministry", "<dd>3</dd>", f"{date_format(GIVEN['happened_on'])}, Berlin",
            "The post room", "receipt X-17",
            "after 7 days", "We<br>consider it.", delivery.manifest_digest]  # fmt: skip
    assert [words for words in told if words not in shown] == []
    hidden = ["Person 1", "For the hearing", "no second one"]
    assert [words for words in hidden if words in shown] == []


def test_days_without_an_answer_and_approval_by_oneself_are_told(client, petition, people, officers):
    officers[1].delete()
    delivery = request(petition, officers[0])
    Delivery.objects.update(requested_at=timezone.now() - timedelta(hours=25))
    delivery.refresh_from_db()
    approve_alone(delivery, officers[0])
    hand_over(delivery, words=GIVEN | {"happened_on": timezone.now().date() - timedelta(days=30)}, by=officers[0])
    shown = text(client, RECORD)
    assert ("none for 30 days" in shown, "there was no second one" in shown) == (True, True)


def approve_alone(delivery: Delivery, officer) -> None:

    assert approve_delivery(delivery, by=officer)
    build_all(delivery)


def test_exports_and_what_is_not_built_stand_on_no_record(client, petition, people, officers):

    build_all(request_export(petition, purpose="For us.", by=officers[0]))
    request(petition, officers[0])
    assert "Delivery No." not in text(client, RECORD)


# --- The addressee's own page --------------------------------------------------------------------------------------
def test_the_addressee_acknowledges_by_a_post_and_once(client, delivery, officers):
    address = link_to(delivery)
    title = delivery.petition.editions.get(language="en").title
    shown = text(client, address)
    told = ["not noted as handed over yet", "listed here from the handover on", "in README.txt", title]
    assert [words for words in told if words not in shown] == []
    assert "None so far." not in shown
    hand_over(delivery, words=GIVEN, by=officers[0])
    assert "We have received this delivery" in text(client, address)
    assert Delivery.objects.get().state == "handed_over"  # a GET changes nothing
    for _ in range(2):
        answer = client.post(address, headers={"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"})
        assert (answer.status_code, answer["Location"]) == (303, address)
    assert Delivery.objects.get().state == "acknowledged"
    assert "Thank you." in text(client, address)
    assert date_format(timezone.now()) in text(client, RECORD)


def test_the_page_is_kept_nowhere_and_another_sites_form_does_nothing(client, delivery, officers):
    hand_over(delivery, words=GIVEN, by=officers[0])
    answer = client.get(link_to(delivery))
    assert ("no-store" in answer["Cache-Control"], answer["X-Robots-Tag"]) == (True, "noindex, nofollow")
    assert client.post(link_to(delivery), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert Delivery.objects.get().state == "handed_over"


def test_rows_to_strike_out_are_told_by_number_alone(client, delivery, people, officers):
    hand_over(delivery, words=GIVEN, by=officers[0])
    assert "None so far." in text(client, link_to(delivery))
    withdraw(people[1])
    tend_logs()
    write_striking_notices()
    shown = text(client, link_to(delivery))
    assert ("please strike out the rows 2." in shown, "Person" in shown) == (True, False)
    assert "strike out the rows" not in text(client, RECORD)


@pytest.mark.parametrize("token", ["x", "x" * 43, "é" * 43])
def test_a_link_that_is_none_gets_one_and_the_same_answer(client, delivery, token):
    answer = client.get(f"/en/d/{token}/")
    cut = client.get(link_to(delivery)[:-2] + "/")
    assert (answer.status_code, answer.content == cut.content) == (404, True)


def test_the_record_takes_the_same_statements_for_one_delivery_and_for_three(
    client, petition, people, officers, django_assert_num_queries
):
    for number in (1, 2):
        for _ in range(number):
            hand_over(deliver(petition, *officers), words=GIVEN, by=officers[0])
        with django_assert_num_queries(7):
            client.get(RECORD)


@pytest.mark.parametrize(("language", "comma"), [("en", ", "), ("ko", ", "), ("zh-hans", "，")])
def test_facts_stand_beside_each_other_as_the_language_sets_them(client, delivery, officers, language, comma):
    hand_over(delivery, words=GIVEN, by=officers[0])
    shown = text(client, RECORD.replace("/en/", f"/{language}/"))
    with override(language):
        assert f"{date_format(GIVEN['happened_on'])}{comma}Berlin" in shown
    assert f"The post room{comma}" in shown
