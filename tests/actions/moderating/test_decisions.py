"""Moderation: who may, what moves, what stays on the record, and what happens when two do it or one is killed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.moderating.bulk import decide_in_bulk
from campaign.actions.moderating.decisions import reject, restore
from campaign.models import Decision, Petition, PublicVersion, Signatory
from campaign.models.decision import AppendOnlyError
from campaign.models.signatory import CONFIRMED, ERASED, EXPIRED, PENDING, REJECTED, WITHDRAWN
from tests.factories import make_signatory, make_staff, show_name

REASON = "The same name a hundred times."
WHY = {"reason_class": "duplicate", "reason": REASON}


@pytest.fixture
def moderator(db):
    return make_staff("Moderator")


def state_of(row: Signatory) -> str:
    return Signatory.objects.get(pk=row.pk).state


def make_signatories(petition: Petition, number: int, **values) -> list[Signatory]:
    return [make_signatory(petition, **values) for _ in range(number)]


def test_a_rejected_signature_leaves_a_decision_and_is_counted_no_more(petition, moderator):
    row, _other = make_signatories(petition, 2)
    tend_logs()
    assert reject(row, **WHY, by=moderator)
    tend_logs()
    assert state_of(row) == REJECTED
    assert Petition.objects.get().signature_count == 1
    decision = Decision.objects.get()
    assert (decision.act, decision.signatory_id, decision.reason_class, decision.reason, decision.decided_by) == (
        "reject", row.pk, "duplicate", REASON, moderator,
    )  # fmt: skip


def test_rejecting_takes_the_public_name_off_and_tells_the_pages(petition, moderator):
    row = make_signatory(petition)
    show_name(row)
    version = PublicVersion.current()
    assert reject(row, **WHY, by=moderator)
    assert Signatory.objects.values_list("public_name", "name_number").get() == (None, None)
    assert PublicVersion.current() > version


def test_a_restored_signature_counts_again(petition, moderator):
    row = make_signatory(petition, state=REJECTED)
    assert restore(row, reason="It was a real person.", by=moderator)
    tend_logs()
    row.refresh_from_db()
    assert (row.state, row.ended_at) == (CONFIRMED, None)
    assert Petition.objects.get().signature_count == 1
    assert (Decision.objects.get().act, Decision.objects.get().reason_class) == ("restore", "")


def test_deciding_twice_makes_one_decision(petition, moderator):
    row = make_signatory(petition)
    assert [reject(row, **WHY, by=moderator) for _ in range(2)] == [True, False]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("state", [PENDING, WITHDRAWN, EXPIRED, REJECTED])
def test_only_a_confirmed_signature_is_rejected(petition, moderator, state):
    row = make_signatory(petition, state=state)
    assert not reject(row, **WHY, by=moderator)
    assert (state_of(row), Decision.objects.count()) == (state, 0)


@pytest.mark.parametrize("state", [PENDING, CONFIRMED, WITHDRAWN, EXPIRED])
def test_only_a_rejected_signature_is_restored(petition, moderator, state):
    row = make_signatory(petition, state=state)
    assert not restore(row, reason=REASON, by=moderator)
    assert (state_of(row), Decision.objects.count()) == (state, 0)


def test_what_was_erased_is_never_restored(petition, moderator):
    row = make_signatory(petition, state=REJECTED)
    Signatory.objects.update(**ERASED, erased_at=timezone.now())
    assert not restore(row, reason=REASON, by=moderator)
    assert state_of(row) == REJECTED


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_decides_nothing(petition, group):
    stranger = make_staff(group)
    row = make_signatory(petition)
    with pytest.raises(PermissionDenied):
        reject(row, **WHY, by=stranger)
    with pytest.raises(PermissionDenied):
        restore(row, reason=REASON, by=stranger)
    with pytest.raises(PermissionDenied):
        decide_in_bulk([row.pk], act="reject", **WHY, by=stranger)
    assert (state_of(row), Decision.objects.count()) == (CONFIRMED, 0)


def test_a_decision_never_changes_and_never_goes(petition, moderator):
    reject(make_signatory(petition), **WHY, by=moderator)
    with pytest.raises(AppendOnlyError):
        Decision.objects.get().save()
    with pytest.raises(AppendOnlyError):
        Decision.objects.get().delete()
    with pytest.raises(IntegrityError, match="campaign_decision_never_changes"), transaction.atomic():
        Decision.objects.update(reason="Another reason.")
    with pytest.raises(IntegrityError, match="campaign_decision_never_goes"), transaction.atomic():
        Decision.objects.all().delete()


@pytest.mark.parametrize(("act", "reason_class"), [
    ("reject", ""), ("expire", ""), ("refuse_name", ""), ("restore", "a whim"), ("reject", "a whim"),
])  # fmt: skip
def test_what_is_done_against_somebody_has_a_class_of_reason_from_a_closed_list(petition, moderator, act, reason_class):
    row = make_signatory(petition)
    with pytest.raises(IntegrityError, match="decision_against_somebody_has_class"), transaction.atomic():
        Decision.objects.create(act=act, reason_class=reason_class, reason=REASON, signatory=row, decided_by=moderator)
