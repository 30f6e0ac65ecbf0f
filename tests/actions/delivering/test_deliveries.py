"""An export: what is in it, who may order and take it, and what is left of it."""

import stat
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign import crypto
from campaign.actions.delivering import deliveries, sealed_file, taking
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import cancel_delivery, request_export
from campaign.actions.delivering.taking import open_file
from campaign.actions.signing.signatories import withdraw
from campaign.actions.staff.access import RefusedError
from campaign.models import AccessRecord, Delivery, Petition
from campaign.models.signatory import EXPIRED, PENDING, REJECTED, WITHDRAWN
from tests.actions.delivering.exporting import PURPOSE, after_slice, build, make_delivery, make_people, names, read
from tests.factories import make_demand, make_petition, make_signatory, make_staff
from tests.officers import make_high_risk_petition


@pytest.fixture
def officer(db):
    return make_staff("Delivery officer")


@pytest.fixture(autouse=True)
def _slices_of_two(settings):
    settings.EXPORT_SLICE = 2


# --- What is in it ---------------------------------------------------------------------------------------------------
def test_the_file_gives_each_confirmed_signature_in_the_order_of_signing(petition, officer):
    make_signatory(petition, name="홍길동", language="ko", country="KR")
    make_signatory(petition, name="=HYPERLINK(1)", country="DE")
    make_signatory(petition, name="Ngô, Thị", visibility="public", country="")
    delivery = build(make_delivery(petition, officer))
    today = timezone.now().date().isoformat()
    assert read(delivery, officer) == [
        ["number", "name", "country", "language", "signed_on"],
        ["1", "홍길동", "KR", "ko", today],
        ["2", "=HYPERLINK(1)", "DE", "en", today],
        ["3", "Ngô, Thị", "", "en", today],
    ]
    assert (delivery.state, delivery.row_count, delivery.percent) == ("built", 3, 100)


def test_only_what_is_confirmed_and_to_be_delivered_is_in_it(petition, officer):
    make_signatory(petition, name="In")
    make_signatory(petition, name="Only counted", visibility="counted")
    for state in (PENDING, REJECTED, WITHDRAWN, EXPIRED):
        make_signatory(petition, state=state, name=state)
    make_signatory(make_petition("another"), name="Elsewhere")
    assert names(build(make_delivery(petition, officer)), officer) == ["In"]


def test_who_confirms_after_the_order_is_not_in_it(petition, officer):
    make_signatory(petition, name="Before")
    delivery = make_delivery(petition, officer)
    make_signatory(petition, name="After")
    assert names(build(delivery), officer) == ["Before"]


def test_a_column_is_given_only_of_signatures_whose_demand_named_it(petition, officer):
    make_demand(petition, language="en", version=2, delivered_columns=["name"])
    make_signatory(petition, name="Named nothing else", language="en")
    make_signatory(petition, name="Named all", language="ko", country="KR")
    rows = read(build(make_delivery(petition, officer)), officer)
    assert rows[1] == ["1", "Named nothing else", "", "", ""]
    assert rows[2][:4] == ["2", "Named all", "KR", "ko"]


def test_a_column_no_demand_named_is_not_there_at_all(officer, db):
    petition = make_petition(state="draft", languages=())
    make_demand(petition, delivered_columns=["name", "country"])
    assert make_delivery(petition, officer).columns == ["name", "country"]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_every_number_of_rows_makes_a_whole_file(petition, officer, number):
    make_people(petition, number)
    delivery = build(make_delivery(petition, officer))
    assert names(delivery, officer) == [f"Person {place}" for place in range(1, number + 1)]
    assert (delivery.state, delivery.row_count) == ("built", number)


def test_who_withdraws_while_it_is_built_is_not_in_later_slices(petition, officer, monkeypatch):
    people = make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    after_slice(monkeypatch, 1, lambda: [withdraw(people[0]), withdraw(people[3])])
    assert names(build(delivery), officer) == ["Person 1", "Person 2", "Person 3", "Person 5"]


def test_a_slice_takes_the_same_number_of_statements_for_one_row_and_for_three(
    petition, officer, settings, django_assert_num_queries
):
    settings.EXPORT_SLICE = 10
    for number in (1, 2):
        make_people(petition, number)
        make_delivery(petition, officer)
        with django_assert_num_queries(19):
            build_deliveries()


# --- Who may, and what is on the record ------------------------------------------------------------------------------
def test_order_and_download_are_on_the_record(petition, officer):
    make_people(petition, 3)
    Petition.objects.update(signature_count=3)
    petition.refresh_from_db()
    delivery = build(make_delivery(petition, officer))
    open_file(delivery, by=officer, purpose="To print it.")
    records = AccessRecord.objects.order_by("pk").values_list("act", "by", "petition", "delivery", "purpose", "rows")
    assert list(records) == [
        ("requested", officer.pk, petition.pk, delivery.pk, PURPOSE, 3),
        ("downloaded", officer.pk, petition.pk, delivery.pk, "To print it.", 3),
    ]


@pytest.mark.parametrize("group", ["Editor", "Moderator"])
def test_who_is_no_delivery_officer_orders_cancels_and_takes_nothing(petition, officer, group):
    stranger = make_staff(group, name="stranger")
    delivery = make_delivery(petition, officer)
    refused = [
        lambda: request_export(petition, purpose=PURPOSE, by=stranger),
        lambda: cancel_delivery(delivery, by=stranger),
        lambda: deliveries.retry_delivery(delivery, by=stranger),
        lambda: open_file(build(delivery), by=stranger, purpose=PURPOSE),
        lambda: taking.delete_file(delivery, by=stranger),
    ]
    for act in refused:
        with pytest.raises(PermissionDenied):
            act()
    records = AccessRecord.objects.order_by("pk").values_list("act", "by__username", "purpose")
    assert list(records)[1:] == [("refused", "stranger", "without permission")]


def test_a_petition_with_a_key_made_offline_is_not_exported_here(officer, db):
    petition = make_high_risk_petition()
    with pytest.raises(RefusedError, match="made offline"):
        make_delivery(petition, officer)
    assert not Delivery.objects.exists()


def test_a_petition_whose_data_are_to_be_destroyed_is_not_exported(petition, officer):
    petition.destroy_on = timezone.now().date()
    with pytest.raises(RefusedError, match="destroyed"):
        make_delivery(petition, officer)


def test_a_delivery_stops_when_the_day_of_destruction_comes(petition, officer):
    make_people(petition, 1)
    delivery = make_delivery(petition, officer)
    Petition.objects.update(destroy_on=timezone.now().date())
    assert (build(delivery).state, delivery.failure) == ("approved", "data-destroyed")


# --- The file at rest ------------------------------------------------------------------------------------------------
def test_the_file_at_rest_is_sealed_and_its_owners_alone(petition, officer):
    make_people(petition, 3)
    delivery = build(make_delivery(petition, officer))
    path = sealed_file.path_of(delivery.pk)
    assert b"Person" not in path.read_bytes()
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]
    assert path.stat().st_size == delivery.byte_count


@pytest.mark.parametrize("harm", ["flip", "cut", "swap"])
def test_a_file_that_was_altered_is_not_given_out(petition, officer, harm):
    make_people(petition, 4)
    delivery = build(make_delivery(petition, officer))
    path = sealed_file.path_of(delivery.pk)
    raw = bytearray(path.read_bytes())
    first = 4 + int.from_bytes(raw[:4], "big")
    harmed = {"flip": raw[:-1] + bytes([raw[-1] ^ 1]), "cut": raw[:first], "swap": raw[first:] + raw[:first]}
    path.write_bytes(harmed[harm])
    with pytest.raises(crypto.SealBrokenError):
        b"".join(open_file(delivery, by=officer, purpose=PURPOSE).parts)


def test_a_day_later_file_and_key_are_gone(petition, officer, settings):
    delivery = build(make_delivery(petition, officer))
    assert taking.delete_outlived_files() == 0
    Delivery.objects.update(built_at=timezone.now() - settings.EXPORT_LIFETIME - timedelta(seconds=1))
    with pytest.raises(RefusedError):
        open_file(delivery, by=officer, purpose=PURPOSE)
    build(delivery)
    assert (delivery.sealed_key, delivery.has_file, sealed_file.kept_ids()) == (None, False, [])
    assert AccessRecord.objects.filter(act="downloaded").count() == 0


def test_the_file_goes_on_the_day_its_petitions_data_go(petition, officer):
    delivery = build(make_delivery(petition, officer))
    Petition.objects.update(destroy_on=timezone.now().date())
    assert taking.delete_outlived_files() == 1
    assert not sealed_file.path_of(delivery.pk).exists()


def test_an_officer_deletes_the_file_before_its_day_is_over(petition, officer):
    delivery = build(make_delivery(petition, officer))
    assert taking.delete_file(delivery, by=officer)
    assert sealed_file.kept_ids() == []


def test_a_file_that_no_delivery_knows_is_swept_away_and_no_other(petition, officer, settings):
    known = build(make_delivery(petition, officer))
    sealed_file.path_of(known.pk + 1).write_bytes(b"?")
    taking.delete_outlived_files()
    assert sealed_file.kept_ids() == [known.pk]


def test_a_file_that_is_made_during_the_sweep_stays(petition, officer, monkeypatch):
    kept_ids = sealed_file.kept_ids

    def make_one_and_look() -> list[int]:
        monkeypatch.setattr(sealed_file, "kept_ids", kept_ids)
        build(make_delivery(petition, officer))
        return kept_ids()

    monkeypatch.setattr(sealed_file, "kept_ids", make_one_and_look)
    taking.delete_outlived_files()
    assert kept_ids() == [Delivery.objects.get().pk]
