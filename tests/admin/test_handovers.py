"""What the admin notes of a delivery once it is made: handed over, put right, answered."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaign.actions.delivering.handing_over import acknowledge, hand_over, record_reply
from campaign.admin.forms import redraw
from campaign.exports import pdf
from campaign.models import Delivery, Handover, PublicVersion, Update
from tests.actions.delivering.asking import deliver
from tests.factories import make_signatory, make_staff

BUILT = datetime(2026, 12, 1, 20, tzinfo=UTC)  # by the staff's clocks, in Seoul, the day after
WORDS = {"place": "Berlin", "received_by": "The post room"}
GIVEN = WORDS | {"happened_on": date(2026, 12, 3)}


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture(autouse=True)
def _ten_days_later(settings):
    settings.STAFF_TIME_ZONE = ZoneInfo("Asia/Seoul")
    with time_machine.travel(BUILT + timedelta(days=10)):
        yield


@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


@pytest.fixture
def delivery(officer, petition) -> Delivery:
    make_signatory(petition)
    delivery = deliver(petition, staff(), make_staff("Delivery officer", name="second"))
    Delivery.objects.update(built_at=BUILT)
    return delivery


def staff() -> User:
    return User.objects.get(username="Delivery officer")


def act(delivery: Delivery, name: str) -> str:
    return f"/admin/campaign/delivery/{delivery.pk}/act/{name}/"


def picture(colour: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return SimpleUploadedFile("picture.png", out.getvalue(), "image/png")


def hand_over_with_pictures(delivery: Delivery) -> Handover:
    pictures = {"photo": redraw(picture("navy")), "photo_alt": "A box", "stamp": redraw(picture("red"))}
    assert hand_over(delivery, words=GIVEN | {"receipt_number": "X-17"} | pictures, by=staff(), tells=False)
    return Handover.objects.get()


def values_of(client: Client, address: str) -> dict[str, object]:
    """What a browser posts of a form that nothing was changed in: no files."""
    form = client.get(address).context["form"]
    return {field.name: field.value() or "" for field in form if field.name not in ("photo", "stamp")}


def test_a_handover_is_put_right_from_what_stands(officer, delivery):
    before = hand_over_with_pictures(delivery)
    assert acknowledge(delivery)
    address, version = act(delivery, "correct-handover"), PublicVersion.current()
    shown = officer.get(address).content.decode()
    assert (before.photo.url in shown, before.stamp.url in shown) == (True, True)
    officer.post(address, values_of(officer, address) | {"place": "Bonn"})
    handover = Handover.objects.get()
    told = (handover.place, handover.received_by, handover.receipt_number, handover.photo_alt, handover.happened_on)
    assert told == ("Bonn", "The post room", "X-17", "A box", date(2026, 12, 3))
    assert (bool(handover.photo), bool(handover.stamp), bool(handover.acknowledged_at)) == (True, True, True)
    assert LogEntry.objects.latest("pk").change_message == "Correct the handover"
    assert PublicVersion.current() != version


def test_a_picture_that_is_removed_or_replaced_is_gone_from_the_disk(
    officer, delivery, django_capture_on_commit_callbacks
):
    before = hand_over_with_pictures(delivery)
    address = act(delivery, "correct-handover")
    changes = {"photo-clear": "on", "photo_alt": "", "stamp": picture("green")}
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(address, values_of(officer, address) | changes)
    after = Handover.objects.get()
    assert (bool(after.photo), after.photo_alt, after.stamp.name == before.stamp.name) == (False, "", False)
    kept = [Path(file.path).exists() for file in (before.photo, before.stamp, after.stamp)]
    assert kept == [False, False, True]


def test_a_handover_is_put_right_by_officers_and_once_there_is_one(officer, logged_in, delivery):
    address = act(delivery, "correct-handover")
    assert "Nothing was changed" in officer.post(address, follow=True).content.decode()
    hand_over_with_pictures(delivery)
    assert logged_in("Editor").post(address, {"place": "Bonn"}).status_code == 403
    assert Handover.objects.get().place == "Berlin"


# --- Days ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "sentence"), [
    ("2026-12-01", "It was built on 2 December 2026: before that day nobody can have handed it over."),
    ("2026-12-13", "Enter it once it has happened."),
])  # fmt: skip
def test_nothing_is_handed_over_before_it_is_built_or_on_a_day_to_come(officer, delivery, day, sentence):
    answer = officer.post(act(delivery, "hand-over"), WORDS | {"happened_on": day})
    assert answer.context["form"].errors == {"happened_on": [sentence]}
    assert Delivery.objects.get().state == "built"


@pytest.mark.parametrize("day", ["2026-12-02", "2026-12-12"])
def test_days_go_by_the_clocks_of_staff(officer, delivery, day):
    assert officer.get(act(delivery, "hand-over")).context["form"]["happened_on"].value() == date(2026, 12, 12)
    officer.post(act(delivery, "hand-over"), WORDS | {"happened_on": day})
    handover = Handover.objects.get()
    assert (f"{handover.happened_on}", handover.days_without_reply) == (day, 12 - int(day[-2:]))


def test_no_reply_comes_before_the_handover_or_on_a_day_to_come_and_a_new_entry_starts_from_the_old(officer, delivery):
    hand_over(delivery, words=GIVEN, by=staff())
    address = act(delivery, "reply")
    sentences = {
        "2026-12-02": "It was handed over on 3 December 2026: before that day nobody can have answered it.",
        "2026-12-13": "Enter it once it has happened.",
    }
    for day, sentence in sentences.items():
        answer = officer.post(address, {"reply": "We consider it.", "replied_on": day})
        assert answer.context["form"].errors == {"replied_on": [sentence]}
    officer.post(address, {"reply": "We consider it.", "replied_on": "2026-12-05"})
    form = officer.get(address).context["form"]
    assert (form["replied_on"].value(), form["reply"].value()) == (date(2026, 12, 5), "We consider it.")


def test_a_first_reply_is_offered_as_news_and_a_correction_is_not(officer, delivery):
    hand_over(delivery, words=GIVEN, by=staff(), tells=False)
    address, told = act(delivery, "reply"), []
    for reply in ("We consider it.", "We consider it all."):
        told.append(officer.get(address).context["form"]["tells"].value())
        officer.post(address, values_of(officer, address) | {"reply": reply})
    assert (told, Handover.objects.get().reply) == ([True, False], "We consider it all.")
    assert Update.objects.filter(language="en").values_list("title", flat=True).get() == "The Ministry has replied"


def test_a_handover_is_not_put_behind_the_reply_to_it(officer, delivery):
    hand_over(delivery, words=GIVEN, by=staff())
    record_reply(delivery, words={"reply": "No.", "replied_on": date(2026, 12, 5)}, by=staff())
    answer = officer.post(act(delivery, "correct-handover"), WORDS | {"happened_on": "2026-12-06"})
    assert answer.context["form"].errors == {
        "happened_on": ["The reply is of 5 December 2026: it was handed over by then."]
    }
