"""Who may ask for, approve and take a delivery, and what stays on the record of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign.actions.delivering.deliveries import approve_delivery, cancel_delivery, request_delivery
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


def test_a_second_officer_approves_and_it_gets_the_next_number(petition, first, second):
    made = [request(petition, first) for _ in range(3)]
    assert [delivery.number for delivery in made] == [None, None, None]
    cancel_delivery(made[1], by=first)
    assert [approve_delivery(each, by=second) for each in (made[2], made[0], made[1])] == [True, True, False]
    numbers = Delivery.objects.order_by("pk").values_list("number", "state", "is_self_approved")
    assert list(numbers) == [(2, "approved", False), (None, "cancelled", False), (1, "approved", False)]


def test_numbers_are_each_petitions_own(petition, first, second):
    other = make_petition("another")
    for each in (petition, other):
        approve_delivery(request(each, first), by=second)
    assert list(Delivery.objects.values_list("number", flat=True)) == [1, 1]


def test_nobody_approves_what_she_asked_for_while_there_is_a_second_officer(petition, first, second):
    delivery = request(petition, first)
    Delivery.objects.update(requested_at=timezone.now() - timedelta(days=3))
    delivery.refresh_from_db()
    with pytest.raises(RefusedError, match="Somebody else"):
        approve_delivery(delivery, by=first)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert approve_delivery(delivery, by=first)


def test_the_only_officer_approves_after_a_day_and_that_is_marked(petition, first):
    delivery = request(petition, first)
    with pytest.raises(RefusedError, match="24 hours"):
        approve_delivery(delivery, by=first)
    Delivery.objects.update(requested_at=timezone.now() - timedelta(hours=24, seconds=1))
    delivery.refresh_from_db()
    assert approve_delivery(delivery, by=first)
    assert Delivery.objects.get().is_self_approved


def test_a_superuser_counts_as_a_second_officer(petition, first):
    delivery = request(petition, first)
    make_staff(name="boss")
    with pytest.raises(RefusedError, match="Somebody else"):
        approve_delivery(delivery, by=first)


def test_who_is_no_officer_asks_for_and_approves_nothing(petition, first, second):
    moderator = make_staff("Moderator", name="moderator")
    delivery = request(petition, first)
    for act in (
        lambda: request(petition, moderator),
        lambda: approve_delivery(delivery, by=moderator),
        lambda: open_file(deliver(petition, first, second), by=moderator, purpose=PURPOSE),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("columns", [["country"], ["name", "email"], ["name", "counted"], ["name", "signed_on"], []])
def test_a_column_that_no_demand_named_is_refused_and_the_name_is_always_there(first, columns):
    petition = make_petition(languages=())
    make_demand(petition, delivered_columns=["name", "country"])
    with pytest.raises(RefusedError, match="nothing but columns"):
        request_delivery(petition, order=make_order(columns=columns, languages=["en"]), by=first)


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


def test_nothing_is_asked_for_or_approved_once_the_data_are_due_to_go(petition, first, second):
    delivery = request(petition, first)
    petition.destroy_on = timezone.now().date()
    petition.save()
    delivery.refresh_from_db()
    for act in (lambda: request(petition, first), lambda: approve_delivery(delivery, by=second)):
        with pytest.raises(RefusedError, match="destroyed"):
            act()
