"""Moderation: who may, what moves, what stays on the record, and what happens when two do it or one is killed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign.actions import decisions
from campaign.actions.counting import count_signatures
from campaign.actions.decisions import (
    advance_bulk_decisions,
    cancel_bulk_decision,
    decide_in_bulk,
    reject,
    restore,
)
from campaign.models import BulkDecision, Decision, Petition, PublicVersion, Signatory
from campaign.models.decision import AppendOnlyError
from campaign.models.signatory import CONFIRMED, ERASED, EXPIRED, PENDING, REJECTED, WITHDRAWN
from tests.factories import make_signatory, make_staff

REASON = "The same name a hundred times."


@pytest.fixture
def moderator(db):
    return make_staff("Moderator")


def state_of(row: Signatory) -> str:
    return Signatory.objects.get(pk=row.pk).state


def make_signatories(petition: Petition, number: int, **values) -> list[Signatory]:
    return [make_signatory(petition, **values) for _ in range(number)]


def test_a_rejected_signature_leaves_a_decision_and_is_counted_no_more(petition, moderator):
    row, _other = make_signatories(petition, 2)
    count_signatures()
    assert reject(row, reason=REASON, by=moderator)
    count_signatures()
    assert state_of(row) == REJECTED
    assert Petition.objects.get().signature_count == 1
    decision = Decision.objects.get()
    assert (decision.act, decision.signatory_id, decision.reason, decision.decided_by) == (
        "reject", row.pk, REASON, moderator,
    )  # fmt: skip


def test_rejecting_takes_the_public_name_off_and_tells_the_pages(petition, moderator):
    row = make_signatory(petition, visibility="public")
    Signatory.objects.update(public_name="Hong Gildong")
    version = PublicVersion.current()
    assert reject(row, reason=REASON, by=moderator)
    assert Signatory.objects.get().public_name is None
    assert PublicVersion.current() > version


def test_a_restored_signature_counts_again(petition, moderator):
    row = make_signatory(petition, state=REJECTED)
    assert restore(row, reason="It was a real person.", by=moderator)
    count_signatures()
    row.refresh_from_db()
    assert (row.state, row.ended_at) == (CONFIRMED, None)
    assert Petition.objects.get().signature_count == 1
    assert Decision.objects.get().act == "restore"


def test_deciding_twice_makes_one_decision(petition, moderator):
    row = make_signatory(petition)
    assert [reject(row, reason=REASON, by=moderator) for _ in range(2)] == [True, False]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("state", [PENDING, WITHDRAWN, EXPIRED, REJECTED])
def test_only_a_confirmed_signature_is_rejected(petition, moderator, state):
    row = make_signatory(petition, state=state)
    assert not reject(row, reason=REASON, by=moderator)
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
    for act in (reject, restore):
        with pytest.raises(PermissionDenied):
            act(row, reason=REASON, by=stranger)
    with pytest.raises(PermissionDenied):
        decide_in_bulk([row.pk], act="reject", reason=REASON, by=stranger)
    assert (state_of(row), Decision.objects.count()) == (CONFIRMED, 0)


def test_a_decision_never_changes_and_never_goes(petition, moderator):
    reject(make_signatory(petition), reason=REASON, by=moderator)
    with pytest.raises(AppendOnlyError):
        Decision.objects.get().save()
    with pytest.raises(AppendOnlyError):
        Decision.objects.get().delete()


def test_a_bulk_decision_moves_what_may_move_and_says_how_many(petition, moderator, monkeypatch):
    monkeypatch.setattr(decisions, "_SLICE", 2)
    confirmed, pending = make_signatories(petition, 5), make_signatory(petition, state=PENDING)
    left_alone = make_signatory(petition)
    bulk = decide_in_bulk([*(row.pk for row in confirmed), pending.pk], act="reject", reason=REASON, by=moderator)
    assert (bulk.total, bulk.percent, state_of(confirmed[0])) == (6, 0, CONFIRMED)
    assert advance_bulk_decisions() == 6
    bulk.refresh_from_db()
    assert (bulk.position, bulk.moved, bulk.percent, bulk.is_under_way) == (6, 5, 100, False)
    assert [state_of(row) for row in (*confirmed, pending, left_alone)] == [REJECTED] * 5 + [PENDING, CONFIRMED]
    assert set(Decision.objects.values_list("bulk", "decided_by", "reason")) == {(bulk.pk, moderator.pk, REASON)}
    assert advance_bulk_decisions() == 0


def test_a_bulk_decision_is_undone_by_another(petition, moderator):
    ids = [row.pk for row in make_signatories(petition, 3)]
    for act in ("reject", "restore"):
        decide_in_bulk(ids, act=act, reason=REASON, by=moderator)
        advance_bulk_decisions()
    assert Signatory.objects.confirmed().count() == 3
    assert Decision.objects.count() == 6


def test_a_cancelled_bulk_decision_leaves_the_rest(petition, moderator, monkeypatch):
    monkeypatch.setattr(decisions, "_SLICE", 1)
    bulk = decide_in_bulk([row.pk for row in make_signatories(petition, 3)], act="reject", reason=REASON, by=moderator)
    assert decisions._advance(bulk) == 1
    assert cancel_bulk_decision(bulk, by=moderator)
    assert not cancel_bulk_decision(bulk, by=moderator)
    assert (decisions._advance(bulk), advance_bulk_decisions()) == (0, 0)
    assert (Signatory.objects.confirmed().count(), Decision.objects.count()) == (2, 1)


def test_a_slice_is_taken_by_one_of_two_workers(petition, moderator, monkeypatch):
    monkeypatch.setattr(decisions, "_SLICE", 2)
    decide_in_bulk([row.pk for row in make_signatories(petition, 4)], act="reject", reason=REASON, by=moderator)
    first, second = BulkDecision.objects.get(), BulkDecision.objects.get()
    assert [decisions._advance(first), decisions._advance(second)] == [2, 0]
    assert (BulkDecision.objects.get().position, BulkDecision.objects.get().moved) == (2, 2)


def test_a_worker_killed_in_mid_slice_loses_nothing_and_doubles_nothing(petition, moderator, monkeypatch):
    bulk = decide_in_bulk([row.pk for row in make_signatories(petition, 3)], act="reject", reason=REASON, by=moderator)
    with monkeypatch.context() as patched:
        patched.setattr(PublicVersion, "bump", interrupt)
        with pytest.raises(KeyboardInterrupt):
            advance_bulk_decisions()
    assert (BulkDecision.objects.get().position, Decision.objects.count()) == (0, 0)
    advance_bulk_decisions()
    bulk.refresh_from_db()
    assert (bulk.moved, Decision.objects.count()) == (3, 3)


def interrupt(*_args: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", [0, decisions.BULK_MAX + 1])
def test_a_bulk_decision_about_none_or_too_many_is_refused(moderator, number):
    with pytest.raises(ValueError, match=str(number)):
        decide_in_bulk([f"{place}" for place in range(number)], act="reject", reason=REASON, by=moderator)
    assert not BulkDecision.objects.exists()
