"""Deliveries for an addressee in the admin: prepared, approved, taken, handed over; and the addressees."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.handing_over import write_striking_notices
from campaign.actions.signing.signatories import withdraw
from campaign.admin.sessions import CHECKED
from campaign.exports import pdf
from campaign.models import AccessRecord, Addressee, Delivery, Handover, Petition, StrikingNotice
from campaign.models.base import staff_day
from tests.actions.delivering.asking import make_addressee
from tests.admin.second_factor import PASSWORD
from tests.factories import make_signatory, make_staff
from tests.officers import make_high_risk_petition

LIST, PETITIONS = "/admin/campaign/delivery/", "/admin/campaign/petition/"
PURPOSE = "For the hearing."


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


@pytest.fixture
def second(officer) -> Client:
    client = Client()
    client.force_login(make_staff("Delivery officer", name="second"))
    return client


def fill_in(**values) -> dict[str, object]:
    now = timezone.localtime() + timedelta(minutes=1)
    return {
        "addressee": values.pop("addressee", None) or make_addressee().pk, "purpose": PURPOSE,
        "as_of_0": f"{now:%Y-%m-%d}", "as_of_1": f"{now:%H:%M:%S}", "columns": ["country", "language"],
        "languages": ["en", "ko"], "letter_en": "Dear [addressee], [rows] people ask.", "letter_ko": "",
    } | values  # fmt: skip


def wizard(petition: Petition) -> str:
    return f"{PETITIONS}{petition.pk}/deliver/"


def page(delivery: Delivery, act: str = "") -> str:
    return f"{LIST}{delivery.pk}/act/{act}/" if act else f"{LIST}{delivery.pk}/change/"


def buttons(client: Client, delivery: Delivery) -> list[str]:
    return [act.name for act, _address in client.get(page(delivery)).context["acts"]]


def order(client: Client, petition: Petition, **values) -> Delivery:
    tend_logs()
    answer = client.post(wizard(petition), fill_in(**values) | {"order": "1"})
    delivery = Delivery.objects.latest("pk")
    assert answer["Location"] == page(delivery)
    return delivery


def build(delivery: Delivery) -> Delivery:
    for _ in range(20):
        build_deliveries()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == ("built", "")
    return delivery


def test_the_petitions_page_leads_to_the_wizard_for_officers_alone(officer, logged_in, petition):
    assert wizard(petition) in officer.get(f"{PETITIONS}{petition.pk}/change/").content.decode()
    moderator = logged_in("Moderator")
    assert wizard(petition) not in moderator.get(f"{PETITIONS}{petition.pk}/change/").content.decode()
    assert moderator.get(wizard(petition)).status_code == 403


def test_the_wizard_offers_what_the_demand_named_and_a_letter_in_each_language(officer, petition):
    petition.editions.update(delivered_columns=["name", "country"])
    form = officer.get(wizard(petition)).context["form"]
    assert [value for value, _label in form.fields["columns"].choices] == ["country"]
    assert [name for name in form.fields if name.startswith("letter_")] == ["letter_en", "letter_ko", "letter_zh-hans"]
    assert "[rows]" in form["letter_en"].value()


def test_the_numbers_are_shown_before_it_can_be_asked_for(officer, petition):
    for country, language in [*[("KR", "ko")] * 11, ("DE", "en"), ("FR", "en"), ("", "en")]:
        make_signatory(petition, country=country, language=language)
    make_signatory(petition, visibility="counted")
    assert 'name="order"' not in officer.get(wizard(petition)).content.decode()
    answer = officer.post(wizard(petition), fill_in() | {"preview": "1"})
    buttons = re.findall(r'type="submit"[^>]* name="(\w+)"', answer.content.decode())
    assert buttons == ["preview", "order"]  # Enter presses the first one, which orders nothing
    shown = answer.context["preview"]
    assert (shown.rows, shown.languages) == (14, [("한국어", 11), ("English", 3)])
    assert shown.countries == [("South Korea", 11), ("other or not told", 3)]
    assert shown.days == [(timezone.now().date(), 14)]
    assert 'name="order"' in answer.content.decode()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "words", [{"purpose": ""}, {"languages": []}, {"columns": ["email"]}, {"columns": ["counted"]},
              {"addressee": "999"},
              {"purpose": "For a@example.org."}]
)  # fmt: skip
def test_what_cannot_be_delivered_is_not_asked_for(officer, petition, words):
    answer = officer.post(wizard(petition), fill_in(**words) | {"order": "1"})
    assert (list(answer.context["form"].errors), Delivery.objects.count()) == (list(words), 0)


def test_it_is_prepared_approved_by_another_built_and_taken(officer, second, petition):
    make_signatory(petition, name="홍길동")
    delivery = order(officer, petition)
    assert (delivery.columns, delivery.languages) == (["name", "country", "language"], ["en", "ko"])
    assert delivery.letters == {"en": "Dear [addressee], [rows] people ask.", "ko": ""}
    shown = second.get(page(delivery)).content.decode()
    assert ("Dear [addressee]" in shown, "full name, country, language" in shown) == (True, True)
    assert [buttons(each, delivery) for each in (officer, second)] == [["cancel"], ["approve", "cancel"]]
    officer.post(page(delivery, "approve"))
    assert Delivery.objects.get().state == "requested"  # she asked for it herself
    second.post(page(delivery, "approve"))
    build(delivery)
    assert buttons(officer, delivery) == ["download", "passphrase", "hand-over", "delete-file"]
    assert buttons(second, delivery) == ["hand-over", "delete-file"]
    answer = officer.post(page(delivery, "download"), {"purpose": "To hand it over."})
    raw = b"".join(answer.streaming_content)
    assert (raw[:21], int(answer["Content-Length"])) == (b"age-encryption.org/v1", len(raw))
    assert answer["Content-Disposition"] == 'attachment; filename="let-them-choose-delivery-1.zip.age"'
    refused = second.post(page(delivery, "download"), {"purpose": PURPOSE}, follow=True)
    assert "Only the officer who asked" in refused.content.decode()


def test_the_passphrase_is_shown_once_more_than_asked_for_with_a_purpose_and_never_stored_in_a_cache(
    officer, second, petition
):
    make_signatory(petition)
    delivery = order(officer, petition)
    second.post(page(delivery, "approve"))
    build(delivery)
    assert list(officer.post(page(delivery, "passphrase"), {"purpose": ""}).context["form"].errors) == ["purpose"]
    answer = officer.post(page(delivery, "passphrase"), {"purpose": "To read it out."})
    assert (len(answer.context["passphrase"]), "no-store" in answer["Cache-Control"]) == (29, True)
    acts = AccessRecord.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["requested", "passphrase"]


@pytest.mark.parametrize("act", ["approve", "download", "passphrase"])
def test_personal_data_are_behind_a_fresh_check(officer, second, petition, act):
    make_signatory(petition)
    delivery = order(officer, petition)
    client = second
    if act != "approve":
        second.post(page(delivery, "approve"))
        build(delivery)
        client = officer
    session = client.session
    session[CHECKED] = 0.0
    session.save()
    answer = client.post(page(delivery, act), {"purpose": PURPOSE})
    assert answer["Location"].partition("?")[0] == reverse("account_reauthenticate")


def test_an_order_that_took_long_to_write_waits_in_the_form_for_a_fresh_check(officer, petition):
    make_signatory(petition)
    session = officer.session
    session[CHECKED] = 0.0
    session.save()
    words = fill_in() | {"order": "1"}
    answer = officer.post(wizard(petition), words)
    assert not Delivery.objects.exists()
    text = answer.content.decode()
    check = f"/admin/check/?next=%2Fadmin%2Fcampaign%2Fpetition%2F{petition.pk}%2Fchange%2F"
    told = ["Dear [addressee], [rows] people ask.", 'name="order"', check]
    assert [part for part in told if part not in text] == []
    officer.post("/admin/check/", {"password": PASSWORD})
    officer.post(wizard(petition), words)
    assert Delivery.objects.count() == 1


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[270] = "Secret place"  # ImageDescription
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_1234.jpg", out.getvalue(), "image/jpeg")


def test_it_is_handed_over_with_a_photo_of_which_only_the_picture_stays(officer, second, petition):
    make_signatory(petition)
    delivery = order(officer, petition)
    second.post(page(delivery, "approve"))
    build(delivery)
    words = {"happened_on": f"{staff_day()}", "place": "Berlin", "received_by": "Post room", "photo": picture()}
    answer = officer.post(page(delivery, "hand-over"), words)
    assert list(answer.context["form"].errors) == ["photo_alt"]
    officer.post(page(delivery, "hand-over"), words | {"photo": picture(), "photo_alt": "A box of paper"})
    handover = Handover.objects.get()
    assert (handover.place, handover.photo_alt, "IMG" in handover.photo.name) == ("Berlin", "A box of paper", False)
    with handover.photo.open() as file:
        assert b"Secret" not in file.read()
    officer.post(page(delivery, "reply"), {"reply": "We consider it.", "replied_on": f"{staff_day()}"})
    assert Handover.objects.get().reply == "We consider it."


def test_the_wizard_says_so_when_fonts_are_missing(officer, petition, monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: True)
    for fonts, is_told in (((), False), (("Noto Sans Thai",), True)):
        monkeypatch.setattr(pdf, "missing_fonts", lambda fonts=fonts: fonts)
        assert ("lacks the fonts Noto Sans Thai" in officer.get(wizard(petition)).content.decode()) is is_told


def test_numbers_to_strike_out_are_shown_and_passed_on(officer, second, petition):
    person = make_signatory(petition)
    delivery = order(officer, petition)
    second.post(page(delivery, "approve"))
    build(delivery)
    officer.post(page(delivery, "hand-over"), {"happened_on": f"{staff_day()}", "place": "B", "received_by": "P"})
    withdraw(person)
    tend_logs()
    write_striking_notices()
    shown = officer.get(page(delivery)).content.decode()
    day = date_format(timezone.now())
    told = [f"{day}: please strike out the rows 1.", 'lang="ko"', "not passed on yet"]
    assert [words for words in told if words not in shown] == []
    officer.post(page(delivery, "pass-on"))
    assert StrikingNotice.objects.get().passed_on_at <= timezone.now()


def test_a_high_risk_petition_gives_a_dump(officer, second):
    petition = make_high_risk_petition()
    make_signatory(petition)
    assert "sealed dump" in officer.get(wizard(petition)).content.decode()
    assert order(officer, petition).kind == "dump"


def test_addressees_are_kept_by_officers_with_a_key_that_can_be_read(officer, logged_in):
    address = "/admin/campaign/addressee/add/"
    answer = officer.post(address, {"name": "The Ministry", "address": "1 Street", "age_key": "age1nonsense"})
    assert list(answer.context["adminform"].errors) == ["age_key"]
    officer.post(address, {"name": "The Ministry", "address": "1 Street", "age_key": ""})
    assert Addressee.objects.get().name == "The Ministry"
    assert logged_in("Editor").get(address).status_code == 403
