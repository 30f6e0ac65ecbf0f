"""Staff are told when hardly any form is confirmed any more, once, and not for small numbers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaign.actions.moderating import watching
from campaign.admin.site import say
from campaign.models import Notice, Signatory
from tests.factories import make_signatory

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _little_is_enough(monkeypatch):
    monkeypatch.setattr(watching, "ENOUGH", 4)


@pytest.fixture
def forms(petition, time_machine):
    """Makes forms of a certain age, so many of them confirmed."""
    petition.editions.update(published_at=timezone.now() - timedelta(days=30))

    def make(*, age, confirmed, pending):
        now = timezone.now()
        time_machine.move_to(now - age)
        for state in ["confirmed"] * confirmed + ["pending"] * pending:
            make_signatory(petition, state=state)
        time_machine.move_to(now)

    return make


def test_a_collapse_is_told_with_its_numbers(forms):
    forms(age=5 * HOUR, confirmed=4, pending=1)
    forms(age=HOUR, confirmed=1, pending=4)
    assert watching.watch_confirmations()
    notice = Notice.objects.get()
    assert notice.details == {"forms": 5, "percent": 20, "usual": 80}
    assert "5 forms only 20% were confirmed, where 80% are usual" in say(notice)


def test_it_is_told_once_for_half_a_day(forms, time_machine):
    forms(age=HOUR, confirmed=0, pending=4)
    assert [watching.watch_confirmations() for _ in range(3)] == [True, False, False]
    time_machine.move_to(timezone.now() + timedelta(hours=13))
    Signatory.objects.pending().move("confirm", words_digest=None)
    forms(age=HOUR, confirmed=0, pending=4)
    assert watching.watch_confirmations()


@pytest.mark.parametrize(
    ("before", "recent"),
    [
        ((4, 1), (2, 3)),  # fewer, but not below half of it
        ((4, 1), (0, 3)),  # too few to tell
        ((1, 4), (1, 4)),  # as few as ever
        ((0, 0), (2, 4)),  # nothing to hold it against but the usual half
    ],
)
def test_what_is_no_collapse_is_not_told(forms, before, recent):
    forms(age=5 * HOUR, confirmed=before[0], pending=before[1])
    forms(age=HOUR, confirmed=recent[0], pending=recent[1])
    assert not watching.watch_confirmations()


def test_who_signed_just_now_may_still_confirm_and_what_is_long_ago_is_not_compared(forms):
    forms(age=timedelta(minutes=5), confirmed=0, pending=5)
    assert not watching.watch_confirmations()
    forms(age=timedelta(days=8), confirmed=0, pending=5)
    forms(age=HOUR, confirmed=1, pending=4)
    assert watching.watch_confirmations()
    assert Notice.objects.get().details["usual"] == watching.USUAL_PERCENT


def test_a_flood_is_looked_at_by_its_newest(forms, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(watching, "SAMPLE", 4)
    forms(age=5 * HOUR, confirmed=5, pending=0)
    forms(age=HOUR, confirmed=1, pending=4)
    with django_assert_num_queries(4):
        assert watching.watch_confirmations()
    assert Notice.objects.get().details["forms"] == 4
