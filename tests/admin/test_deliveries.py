"""Exports in the admin: ordered on the petition's page, watched, cancelled, taken with a purpose."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from campaign.actions.delivering.building import build_deliveries
from campaign.models import AccessRecord, Delivery, Petition, Signatory
from tests.factories import make_signatory
from tests.officers import make_high_risk_petition

LIST, PETITIONS = "/admin/campaign/delivery/", "/admin/campaign/petition/"
PURPOSE = "For the hearing."


@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


def order(client: Client, petition: Petition) -> Delivery:
    answer = client.post(f"{PETITIONS}{petition.pk}/act/export/", {"purpose": PURPOSE})
    delivery = Delivery.objects.latest("pk")
    assert answer["Location"] == f"{LIST}{delivery.pk}/change/"
    return delivery


def page(delivery: Delivery, act: str = "") -> str:
    return f"{LIST}{delivery.pk}/act/{act}/" if act else f"{LIST}{delivery.pk}/change/"


def buttons(client: Client, delivery: Delivery) -> list[str]:
    return [act.name for act, _address in client.get(page(delivery)).context["acts"]]


def test_an_export_is_ordered_watched_and_downloaded(officer, petition):
    make_signatory(petition, name="홍길동")
    delivery = order(officer, petition)
    waiting = officer.get(page(delivery)).content.decode()
    assert ('http-equiv="refresh"' in waiting, '<progress value="0"' in waiting) == (True, True)
    assert 'http-equiv="refresh"' not in officer.get(page(delivery), {"still": "1"}).content.decode()
    assert buttons(officer, delivery) == ["cancel"]
    build_deliveries()
    assert buttons(officer, delivery) == ["download", "delete-file"]
    assert 'http-equiv="refresh"' not in officer.get(page(delivery)).content.decode()
    answer = officer.post(page(delivery, "download"), {"purpose": "To print."})
    raw = b"".join(answer.streaming_content)
    assert raw.decode("utf-8-sig").split("\r\n")[1].startswith("1,홍길동,DE,en,")
    assert answer["Content-Disposition"] == f'attachment; filename="let-them-choose-{delivery.pk}.csv"'
    assert (int(answer["Content-Length"]), "no-store" in answer["Cache-Control"]) == (len(raw), True)
    records = AccessRecord.objects.order_by("pk").values_list("act", "purpose", "rows")
    assert list(records) == [("requested", PURPOSE, 1), ("downloaded", "To print.", 1)]


def test_neither_order_nor_download_goes_without_a_purpose_or_by_a_link(officer, petition):
    delivery = order(officer, petition)
    build_deliveries()
    for address in (f"{PETITIONS}{petition.pk}/act/export/", page(delivery, "download")):
        assert list(officer.post(address, {"purpose": ""}).context["form"].errors) == ["purpose"]
        assert officer.get(address, {"purpose": PURPOSE}).context["form"].errors == {}
    assert (Delivery.objects.count(), AccessRecord.objects.count()) == (1, 1)


def test_a_delivery_is_cancelled(officer, petition):
    delivery = order(officer, petition)
    officer.post(page(delivery, "cancel"))
    build_deliveries()
    assert Delivery.objects.get().state == "cancelled"
    assert LogEntry.objects.get().change_message == "Cancel"
    assert buttons(officer, delivery) == []


def test_what_stopped_a_delivery_is_said_and_it_is_tried_again(officer, petition):
    row = make_signatory(petition)
    sealed = row.identity
    Signatory.objects.update(identity=b"broken")
    delivery = order(officer, petition)
    build_deliveries()
    text = officer.get(page(delivery)).content.decode()
    assert ("does not open" in text, str(row.pk) in text) == (True, True)
    assert buttons(officer, delivery) == ["cancel", "retry"]
    Signatory.objects.update(identity=sealed)
    officer.post(page(delivery, "retry"))
    build_deliveries()
    assert Delivery.objects.get().state == "built"


def test_a_file_is_deleted_by_its_officer(officer, petition):
    delivery = order(officer, petition)
    build_deliveries()
    officer.post(page(delivery, "delete-file"))
    assert "file deleted" in officer.get(page(delivery)).content.decode()
    assert "Nothing was changed" in officer.get(page(delivery, "download"), follow=True).content.decode()


@pytest.mark.parametrize("act", ["download", "passphrase"])
def test_a_try_to_take_what_is_gone_says_why_not_and_stays_on_the_record(officer, petition, act):
    delivery = order(officer, petition)
    build_deliveries()
    officer.post(page(delivery, "delete-file"))
    answer = officer.post(page(delivery, act), {"purpose": PURPOSE}, follow=True)
    assert "There is no file to download" in answer.content.decode()
    record = AccessRecord.objects.latest("pk")
    assert (record.act, record.purpose, record.rows, record.delivery) == ("refused", PURPOSE, 0, delivery)


def test_a_high_risk_petition_is_refused_with_a_sentence(officer):
    petition = make_high_risk_petition()
    answer = officer.post(f"{PETITIONS}{petition.pk}/act/export/", {"purpose": PURPOSE}, follow=True)
    assert "made offline: they cannot be exported here" in answer.content.decode()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("group", ["Editor", "Moderator"])
def test_who_is_no_delivery_officer_orders_and_takes_nothing(officer, logged_in, petition, group):
    delivery = order(officer, petition)
    build_deliveries()
    stranger = logged_in(group)
    for address in (f"{PETITIONS}{petition.pk}/act/export/", page(delivery, "download"), page(delivery, "delete-file")):
        assert stranger.post(address, {"purpose": PURPOSE}).status_code == 403
    assert stranger.get(page(delivery)).status_code == 403
    assert stranger.get(page(delivery, "download")).status_code == 403
    records = AccessRecord.objects.order_by("pk").values_list("act", "by__username", "purpose")
    assert list(records)[1:] == [("refused", group, "without permission")]


def test_the_lists_take_the_same_statements_for_one_row_and_for_three(officer, petition, django_assert_num_queries):
    for number in (1, 2):
        for _ in range(number):
            order(officer, petition)
        for address in (LIST, "/admin/campaign/accessrecord/"):
            with django_assert_num_queries(6):
                officer.get(address)


def test_what_staff_did_can_be_read_and_not_changed(boss, petition):
    order(boss, petition)
    record = AccessRecord.objects.get()
    address = f"/admin/campaign/accessrecord/{record.pk}"
    assert PURPOSE in boss.get(f"{address}/change/").content.decode()
    assert boss.post(f"{address}/change/", {"purpose": "Another."}).status_code == 403
    assert boss.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert AccessRecord.objects.get().created_at <= timezone.now()
