"""What the admin notes of a delivery once it is made: handed over, put right, answered."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaign.actions.delivering.handing_over import acknowledge, hand_over
from campaign.admin.forms import redraw
from campaign.exports import pdf
from campaign.models import Delivery, Handover, PublicVersion
from tests.actions.delivering.asking import deliver
from tests.factories import make_signatory, make_staff

GIVEN = {"happened_on": date(2026, 5, 3), "place": "Berlin", "received_by": "The post room"}


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


@pytest.fixture
def delivery(officer, petition) -> Delivery:
    make_signatory(petition)
    return deliver(petition, staff(), make_staff("Delivery officer", name="second"))


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
    assert told == ("Bonn", "The post room", "X-17", "A box", date(2026, 5, 3))
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
