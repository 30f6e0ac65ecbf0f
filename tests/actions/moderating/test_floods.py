"""Looking at a flood before anything is decided: the number, some of it, and how far one looked."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.actions.moderating import floods
from campaign.actions.moderating.floods import Condition, busiest_networks, look
from campaign.actions.staff.access import RefusedError
from campaign.models import AccessRecord, Decision, Petition, Signatory
from campaign.models.signatory import PENDING, REJECTED
from tests.factories import make_petition, make_signatory, make_staff

PURPOSE = "A flood of one name."


@pytest.fixture
def moderator(db):
    return make_staff("Moderator")


def condition_of(petition: Petition, **values) -> Condition:
    """All of the last hour."""
    now = timezone.now()
    times = {"signed_from": (now - timedelta(hours=1)).isoformat(), "signed_until": (now + timedelta(1)).isoformat()}
    return Condition(petition_id=petition.pk, **(times | values))


def seen(petition: Petition, by, **values) -> floods.Preview:
    return look(condition_of(petition, **values), by=by, purpose=PURPOSE)


def test_a_preview_tells_the_number_and_shows_the_newest(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "SAMPLE", 2)
    rows = [make_signatory(petition, country="KP") for _ in range(3)]
    make_signatory(petition, country="DE")
    make_signatory(petition, country="KP", state=REJECTED)
    make_signatory(make_petition("another"), country="KP")
    preview = seen(petition, moderator, country="KP")
    assert (preview.number, preview.is_whole) == (3, True)
    assert [row.pk for row in preview.sample] == [rows[2].pk, rows[1].pk]
    assert (Decision.objects.count(), AccessRecord.objects.count()) == (0, 0)


def test_it_looks_through_so_many_and_says_so(petition, moderator, monkeypatch):
    for country in ("KP", "DE", "KP"):
        make_signatory(petition, country=country)
    monkeypatch.setattr(floods, "LOOKS_THROUGH", 2)
    assert (seen(petition, moderator, country="KP").number, seen(petition, moderator).is_whole) == (1, False)
    monkeypatch.setattr(floods, "LOOKS_THROUGH", 3)
    assert (seen(petition, moderator, country="KP").number, seen(petition, moderator).is_whole) == (2, True)


def test_of_the_unconfirmed_it_looks_through_those_only(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "LOOKS_THROUGH", 1)
    for _ in range(2):
        make_signatory(petition)
    make_signatory(petition, state=PENDING)
    preview = seen(petition, moderator, state=PENDING)
    assert (preview.number, preview.is_whole) == (1, True)


def test_the_same_name_is_compared_on_the_record_and_the_preview_shows_none(petition, moderator):
    rows = [make_signatory(petition, name=name) for name in ("Kim Min", "kim min", "Kim Mina")]
    preview = seen(petition, moderator, same_name_as=str(rows[0].pk))
    assert (preview.number, [row.pk for row in preview.sample]) == (2, [rows[1].pk, rows[0].pk])
    record = AccessRecord.objects.get()
    assert (record.act, record.by, record.signatory_id, record.purpose) == ("compared", moderator, rows[0].pk, PURPOSE)


def test_it_compares_only_so_many_names(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "COMPARES", 2)
    rows = [make_signatory(petition) for _ in range(3)]
    preview = seen(petition, moderator, same_name_as=str(rows[0].pk))
    assert (preview.number, preview.is_whole) == (2, False)


@pytest.mark.parametrize("values", [{"identity": b"broken"}, {"identity": None, "visibility": "counted"}])
def test_an_example_without_a_name_that_opens_is_refused(petition, moderator, values):
    row = make_signatory(petition)
    Signatory.objects.filter(pk=row.pk).update(**values)
    with pytest.raises(RefusedError):
        seen(petition, moderator, same_name_as=str(row.pk))


def test_who_may_not_open_names_compares_none(petition):
    row = make_signatory(petition)
    with pytest.raises(PermissionDenied):
        seen(petition, make_staff("Editor"), same_name_as=str(row.pk))
    assert not AccessRecord.objects.exists()


def test_the_busiest_networks_are_those_that_came_more_than_once(petition, moderator):
    for tag, number in ((b"aaaaaaaa", 3), (b"bbbbbbbb", 2), (b"cccccccc", 1)):
        for _ in range(number):
            Signatory.objects.filter(pk=make_signatory(petition).pk).update(network_tag=tag)
    assert busiest_networks() == [(b"aaaaaaaa".hex(), 3), (b"bbbbbbbb".hex(), 2)]


def test_a_preview_takes_the_same_statements_for_one_signature_and_for_three(petition, moderator):
    taken = []
    for number in (1, 2):
        for _ in range(number):
            make_signatory(petition)
        with CaptureQueriesContext(connection) as statements:
            seen(petition, moderator, country="DE")
        taken.append(len(statements))
    assert taken[0] == taken[1]
