"""After the building: handed over, acknowledged, answered; and who withdraws is told to the addressee by number."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.handing_over import (
    acknowledge,
    correct_handover,
    hand_over,
    pass_on,
    record_reply,
    write_striking_notices,
)
from campaign.actions.signing.signatories import Choices, change, withdraw
from campaign.exports import pdf
from campaign.models import Delivery, Handover, Mailing, StrikingNotice, Update
from tests.actions.delivering.asking import deliver
from tests.actions.delivering.exporting import make_people
from tests.factories import make_signatory, make_staff

GIVEN = {"happened_on": date(2026, 5, 3), "place": "Berlin", "received_by": "The Ministry's post room"}


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def officer(db):
    return make_staff("Delivery officer", name="first")


@pytest.fixture
def people(petition):
    return make_people(petition, 5)


@pytest.fixture
def delivery(petition, people, officer) -> Delivery:
    return deliver(petition, officer, make_staff("Delivery officer", name="second"))


def test_it_is_handed_over_acknowledged_and_answered_each_once(delivery, officer):
    assert not acknowledge(delivery)  # not handed over yet
    assert [hand_over(delivery, words=GIVEN, by=officer) for _ in range(2)] == [True, False]
    assert [acknowledge(delivery) for _ in range(2)] == [True, False]
    assert record_reply(delivery, words={"reply": "We consider it.", "replied_on": date(2026, 5, 10)}, by=officer)
    handover = Handover.objects.get()
    assert (handover.place, handover.reply, handover.days_without_reply) == ("Berlin", "We consider it.", 7)
    assert (handover.acknowledged_at <= timezone.now(), Delivery.objects.get().state) == (True, "acknowledged")


def test_nothing_is_put_right_before_it_is_handed_over(delivery, officer):
    assert not correct_handover(delivery, words=GIVEN, by=officer)
    assert not Handover.objects.exists()


def test_days_without_a_reply_are_counted_to_today(delivery, officer):
    happened_on = timezone.now().date() - timedelta(days=12)
    hand_over(delivery, words=GIVEN | {"happened_on": happened_on}, by=officer)
    assert Handover.objects.get().days_without_reply == 12


def test_a_reply_is_told_to_those_who_asked_for_news_where_it_should_be(delivery, petition, officer):
    make_signatory(petition, wants_updates=True)
    hand_over(delivery, words=GIVEN, by=officer, tells=False)
    words = {"reply": "We consider *it*.", "replied_on": date(2026, 5, 10)}
    assert record_reply(delivery, words=words, by=officer)
    assert not Update.objects.exists()
    assert record_reply(delivery, words=words, by=officer, tells=True)
    mailing = Mailing.objects.get()
    assert (mailing.total, mailing.ordered_by) == (1, officer)
    texts = Update.objects.order_by("language")
    assert [(text.language, text.mailing) for text in texts] == [(code, mailing) for code in ("en", "ko", "zh-hans")]
    assert (texts[0].title, texts[0].body.partition(". You")[0]) == (
        "The Ministry has replied",
        "On 10 May 2026 The Ministry replied to the 5 signatures that we handed over on 3 May 2026",
    )
    assert ("/en/petitions/" in texts[0].body, "consider" in texts[0].body) == (True, False)


def test_no_reply_is_noted_before_it_is_handed_over(delivery, officer):
    words = {"reply": "We consider it.", "replied_on": date(2026, 5, 10)}
    assert not record_reply(delivery, words=words, by=officer, tells=True)
    assert not Update.objects.exists()


def test_who_is_no_officer_notes_nothing(delivery):
    editor = make_staff("Editor", name="editor")
    for act in (
        lambda: hand_over(delivery, words=GIVEN, by=editor),
        lambda: correct_handover(delivery, words={}, by=editor),
        lambda: record_reply(delivery, words={}, by=editor),
        lambda: pass_on(delivery, by=editor),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Delivery.objects.get().state == "built"


def told() -> list[list[int]]:
    return [notice.numbers for notice in StrikingNotice.objects.order_by("pk")]


def test_who_withdraws_or_corrects_after_a_delivery_is_told_by_number_once(delivery, people, officer):
    hand_over(delivery, words=GIVEN, by=officer)
    assert write_striking_notices() == 0
    withdraw(people[3])
    kept = {"country": "KR", "visibility": "delivered", "wants_updates": False}
    change(people[0], choices=Choices(**kept, name="Corrected"))
    tend_logs()
    assert [write_striking_notices() for _ in range(2)] == [1, 0]
    withdraw(people[1])
    tend_logs()
    assert write_striking_notices() == 1
    assert told() == [[1, 4], [2]]


def test_nobody_who_was_not_delivered_is_told(delivery, petition, officer):
    hand_over(delivery, words=GIVEN, by=officer)
    (late,) = make_people(petition, 1)
    tend_logs()
    withdraw(late)
    tend_logs()
    assert (write_striking_notices(), told()) == (0, [])


def test_a_delivery_that_was_not_handed_over_has_nothing_to_strike_out_yet(delivery, people, officer):
    withdraw(people[3])
    tend_logs()
    assert write_striking_notices() == 0
    hand_over(delivery, words=GIVEN, by=officer)
    assert (write_striking_notices(), told()) == (1, [[4]])


def test_entries_that_tell_of_deliveries_strike_nothing(delivery, officer):
    hand_over(delivery, words=GIVEN, by=officer)
    build_deliveries()
    tend_logs()
    assert write_striking_notices() == 0


def test_notices_are_passed_on_once(delivery, people, officer):
    hand_over(delivery, words=GIVEN, by=officer)
    withdraw(people[3])
    tend_logs()
    write_striking_notices()
    assert [pass_on(delivery, by=officer) for _ in range(2)] == [True, False]
    assert StrikingNotice.objects.get().passed_on_by == officer
