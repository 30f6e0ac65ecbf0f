"""Who may ask for, approve and take a delivery, and what stays on the record of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign.actions.delivering.deliveries import approve_delivery, cancel_delivery, request_delivery, request_export
from campaign.actions.delivering.taking import delete_outlived_files, open_file, show_passphrase
from campaign.actions.staff.access import RefusedError
from campaign.exports import pdf
from campaign.models import AccessRecord, Delivery
from tests.actions.delivering.asking import PURPOSE, deliver, make_order, request
from tests.factories import make_demand, make_petition, make_signatory, make_staff


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def first(db):
    return make_staff("Delivery officer", name="first")


@pytest.fixture
def second(db):
    return make_staff("Delivery officer", name="second")


@pytest.fixture
def signed(petition):
    """A petition that somebody signed."""
    make_signatory(petition)
    return petition


def test_a_second_officer_approves_and_it_gets_the_next_number(signed, first, second):
    made = [request(signed, first) for _ in range(3)]
    assert [delivery.number for delivery in made] == [None, None, None]
    cancel_delivery(made[1], by=first)
    assert [approve_delivery(each, by=second) for each in (made[2], made[0], made[1])] == [True, True, False]
    numbers = Delivery.objects.order_by("pk").values_list("number", "state", "is_self_approved")
    assert list(numbers) == [(2, "approved", False), (None, "cancelled", False), (1, "approved", False)]


def test_numbers_are_each_petitions_own(signed, first, second):
    other = make_petition("another")
    make_signatory(other)
    for each in (signed, other):
        approve_delivery(request(each, first), by=second)
    assert list(Delivery.objects.values_list("number", flat=True)) == [1, 1]


def test_nobody_approves_what_she_asked_for_while_there_is_a_second_officer(signed, first, second):
    delivery = request(signed, first)
    Delivery.objects.update(requested_at=timezone.now() - timedelta(days=3))
    delivery.refresh_from_db()
    with pytest.raises(RefusedError, match="Somebody else"):
        approve_delivery(delivery, by=first)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert approve_delivery(delivery, by=first)


def test_the_only_officer_approves_after_a_day_and_that_is_marked(signed, first):
    delivery = request(signed, first)
    with pytest.raises(RefusedError, match="24 hours"):
        approve_delivery(delivery, by=first)
    Delivery.objects.update(requested_at=timezone.now() - timedelta(hours=24, seconds=1))
    delivery.refresh_from_db()
    assert approve_delivery(delivery, by=first)
    assert Delivery.objects.get().is_self_approved


def test_a_superuser_counts_as_a_second_officer(signed, first):
    delivery = request(signed, first)
    make_staff(name="boss")
    with pytest.raises(RefusedError, match="Somebody else"):
        approve_delivery(delivery, by=first)


def test_who_is_no_officer_asks_for_and_approves_nothing(signed, first, second):
    moderator = make_staff("Moderator", name="moderator")
    delivery = request(signed, first)
    for act in (
        lambda: request(signed, moderator),
        lambda: approve_delivery(delivery, by=moderator),
        lambda: open_file(deliver(signed, first, second), by=moderator, purpose=PURPOSE),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("columns", [["country"], ["name", "email"], ["name", "counted"], ["name", "signed_on"], []])
def test_a_column_that_no_demand_named_is_refused_and_the_name_is_always_there(first, columns):
    petition = make_petition(languages=())
    make_demand(petition, delivered_columns=["name", "country"])
    with pytest.raises(RefusedError, match="nothing but columns"):
        request_delivery(petition, order=make_order(columns=columns, languages=["en"]), by=first)


def test_a_delivery_of_nobody_is_not_asked_for(petition, first):
    make_signatory(petition, visibility="counted")
    make_signatory(petition)
    with pytest.raises(RefusedError, match="it would be empty"):
        request(petition, first, as_of=timezone.now() - timedelta(days=1))
    assert not Delivery.objects.exists()


def test_the_record_says_how_many_would_be_delivered_and_not_how_many_count(petition, first):
    for visibility in ("counted", "delivered", "delivered"):
        make_signatory(petition, visibility=visibility)
    delivery = request(petition, first)
    export = request_export(petition, purpose=PURPOSE, by=first)
    assert (petition.signature_count, delivery.rows_expected, export.rows_expected) == (3, 2, 2)
    assert list(AccessRecord.objects.values_list("act", "rows")) == [("requested", 2), ("requested", 2)]


def test_only_the_officer_who_asked_takes_the_file_and_sees_the_passphrase(petition, first, second):
    make_signatory(petition)
    delivery = deliver(petition, first, second)
    for act in (open_file, show_passphrase):
        with pytest.raises(RefusedError, match="Only the officer"):
            act(delivery, by=second, purpose=PURPOSE)
    told = AccessRecord.objects.order_by("pk").values_list("act", "by__username", "rows")
    assert list(told) == [("requested", "first", 1), ("refused", "second", 0), ("refused", "second", 0)]


def test_each_try_to_take_it_leaves_a_record_also_one_that_is_not_read_to_its_end(petition, first, second):
    make_signatory(petition)
    delivery = deliver(petition, first, second)
    for _ in range(2):
        open_file(delivery, by=first, purpose="To hand it over.")
    show_passphrase(delivery, by=first, purpose="To read it out.")
    told = AccessRecord.objects.order_by("pk").values_list("act", "purpose", "rows")
    assert list(told) == [
        ("requested", PURPOSE, 1), ("downloaded", "To hand it over.", 1), ("downloaded", "To hand it over.", 1),
        ("passphrase", "To read it out.", 1),
    ]  # fmt: skip


def test_a_try_to_see_a_passphrase_that_there_is_none_of_leaves_a_record(petition, first, second):
    make_signatory(petition)
    delivery = deliver(petition, first, second)
    Delivery.objects.update(sealed_passphrase=None)
    with pytest.raises(RefusedError, match="there is no passphrase"):
        show_passphrase(delivery, by=first, purpose=PURPOSE)
    assert AccessRecord.objects.latest("pk").act == "refused"


def test_after_a_day_file_key_and_passphrase_are_gone_and_the_record_stays(petition, first, second):
    make_signatory(petition)
    delivery = deliver(petition, first, second)
    Delivery.objects.update(built_at=timezone.now() - timedelta(hours=24, seconds=1))
    for act in (open_file, show_passphrase):
        with pytest.raises(RefusedError, match="There is no file"):
            act(delivery, by=first, purpose=PURPOSE)
    assert AccessRecord.objects.filter(act="refused", purpose=PURPOSE).count() == 2
    assert delete_outlived_files() == 1
    delivery.refresh_from_db()
    assert (delivery.sealed_key, delivery.sealed_passphrase, delivery.state) == (None, None, "built")


def test_nothing_is_asked_for_or_approved_once_the_data_are_due_to_go(signed, first, second):
    delivery = request(signed, first)
    signed.destroy_on = timezone.now().date()
    signed.save()
    delivery.refresh_from_db()
    for act in (lambda: request(signed, first), lambda: approve_delivery(delivery, by=second)):
        with pytest.raises(RefusedError, match="destroyed"):
            act()
