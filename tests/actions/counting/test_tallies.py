"""The daily numbers: taken once, right, cheap, and so coarse that none tells what one person did."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from campaign.actions.counting import tallies
from campaign.actions.counting.log import tend_logs
from campaign.actions.counting.tallies import take_tallies, weekly_numbers
from campaign.actions.moderating.decisions import reject, restore
from campaign.models import Petition, PublicVersion, Signatory, Tally
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING, WITHDRAWN
from tests.factories import make_petition, make_signatory, make_staff


def make_many(petition: Petition, number: int, state: str) -> list[Signatory]:
    return [make_signatory(petition, state=state) for _ in range(number)]


def test_every_state_is_counted_once_a_day(petition):
    for number, state in enumerate((CONFIRMED, PENDING, WITHDRAWN, EXPIRED), 1):
        make_many(petition, number, state)
    make_many(make_petition("another"), 2, PENDING)
    tend_logs()
    version = PublicVersion.current()
    assert (take_tallies(), take_tallies()) == (2, 0)
    tally = Tally.objects.get(petition=petition)
    assert (tally.confirmed, tally.pending, tally.withdrawn, tally.expired, tally.rejected) == (1, 2, 3, 4, {})
    assert PublicVersion.current() == version + 1


def test_who_stands_rejected_is_counted_by_the_latest_reason(petition):
    boss = make_staff()
    rows = make_many(petition, 4, CONFIRMED)
    for row, reason_class in zip(rows, ("forged", "forged", "owner", "forged"), strict=True):
        reject(row, reason_class=reason_class, reason="Why.", by=boss)
    for row in rows[:2]:
        restore(row, reason="A mistake.", by=boss)
    reject(rows[0], reason_class="abusive", reason="Why.", by=boss)
    take_tallies()
    assert Tally.objects.get().rejected == {"abusive": 1, "owner": 1, "forged": 1}


def test_neither_drafts_nor_what_is_destroyed_is_counted(petition):
    make_petition("a-draft", state="draft")
    Petition.objects.filter(pk=petition.pk).update(destroyed_at=timezone.now(), digest_salt=None)
    assert take_tallies() == 0


def test_of_two_workers_on_one_day_the_first_ones_numbers_stand(petition, monkeypatch):
    take_tallies()
    Tally.objects.update(pending=7)
    with monkeypatch.context() as patched:  # the second looked before the first had written
        patched.setattr(Petition.objects.public().__class__, "exclude", lambda rows, **_day: rows)
        assert take_tallies() == 1
    assert Tally.objects.get().pending == 7


def test_numbers_are_shown_so_coarsely_that_one_more_or_less_moves_none(petition):
    exact = {"confirmed": 1_234, "pending": 9, "withdrawn": 10, "expired": 129, "rejected": {"forged": 19, "owner": 9}}
    Tally.objects.create(petition=petition, day=date(2027, 3, 1), **exact)
    (shown,) = weekly_numbers(petition)
    assert (shown.confirmed, shown.pending, shown.withdrawn, shown.expired, shown.rejected) == (1_234, 0, 10, 120, 20)
    assert [number for _reason, number in shown.rejected_for] == [10, 0, 0, 0, 0, 0]


def test_nothing_is_shown_before_the_first_day(petition):
    assert weekly_numbers(petition) == []


def test_one_day_of_each_week_is_shown(petition):
    for day in range(1, 32):  # the 1st of March 2027 is a Monday
        Tally.objects.create(petition=petition, day=date(2027, 3, day))
    assert [numbers.day.day for numbers in weekly_numbers(petition)] == [29, 22, 15, 8, 1]


def test_a_new_day_is_counted_anew(petition):
    for day in ("2027-03-01T23:59:00Z", "2027-03-02T00:00:00Z"):
        with time_machine.travel(day, tick=False):
            assert take_tallies() == 1
    assert Tally.objects.count() == 2


def test_one_tick_takes_at_least_one_and_not_all_at_any_price(petition, monkeypatch, settings):
    make_petition("another")
    settings.TICK_SECONDS = -1
    assert [take_tallies(), take_tallies(), take_tallies()] == [1, 1, 0]


@pytest.mark.django_db
def test_counting_takes_the_same_statements_for_one_signature_and_for_three(petition, django_assert_num_queries):
    for number in (1, 2):
        make_many(petition, number, PENDING)
        with django_assert_num_queries(4):
            tallies.count_states(petition, date(2027, 3, 1))
