"""Bulk decisions: by keys and by condition, in slices, cancelled, undone, and through workers that are killed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.moderating import bulk as bulk_actions
from campaign.actions.moderating import floods
from campaign.actions.moderating.bulk import (
    BULK_MAX,
    advance_bulk_decisions,
    cancel_bulk_decision,
    decide_by_condition,
    decide_in_bulk,
    is_undoable,
    undo_bulk_decision,
)
from campaign.actions.moderating.decisions import reject, restore
from campaign.actions.moderating.floods import Condition
from campaign.actions.signing.signatories import withdraw
from campaign.models import (
    AccessRecord,
    BulkDecision,
    Decision,
    Notice,
    OutgoingMail,
    Petition,
    PublicVersion,
    Signatory,
)
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING, REJECTED, WITHDRAWN
from tests.factories import make_petition, make_signatory, make_staff, show_name

REASON = "The same name a hundred times."
WHY = {"reason_class": "duplicate", "reason": REASON}


@pytest.fixture
def moderator(db):
    return make_staff("Moderator")


def state_of(row: Signatory) -> str:
    return Signatory.objects.get(pk=row.pk).state


def states_of(rows: list[Signatory]) -> list[str]:
    return [state_of(row) for row in rows]


def make_signatories(petition: Petition, number: int, **values) -> list[Signatory]:
    return [make_signatory(petition, **values) for _ in range(number)]


# --- By keys ---------------------------------------------------------------------------------------------------------
def test_a_bulk_decision_moves_what_may_move_and_says_how_many(petition, moderator, monkeypatch):
    monkeypatch.setattr(bulk_actions, "_SLICE", 2)
    confirmed, pending = make_signatories(petition, 5), make_signatory(petition, state=PENDING)
    left_alone = make_signatory(petition)
    bulk = decide_in_bulk([*(row.pk for row in confirmed), pending.pk], act="reject", **WHY, by=moderator)
    assert (bulk.total, bulk.percent, state_of(confirmed[0])) == (6, 0, CONFIRMED)
    assert advance_bulk_decisions() == 6
    bulk.refresh_from_db()
    assert (bulk.position, bulk.moved, bulk.percent, bulk.is_under_way) == (6, 5, 100, False)
    assert [state_of(row) for row in (*confirmed, pending, left_alone)] == [REJECTED] * 5 + [PENDING, CONFIRMED]
    assert set(Decision.objects.values_list("bulk", "decided_by", "reason_class", "reason")) == {
        (bulk.pk, moderator.pk, "duplicate", REASON)
    }
    assert advance_bulk_decisions() == 0


def test_a_cancelled_bulk_decision_leaves_the_rest(petition, moderator, monkeypatch):
    monkeypatch.setattr(bulk_actions, "_SLICE", 1)
    bulk = decide_in_bulk([row.pk for row in make_signatories(petition, 3)], act="reject", **WHY, by=moderator)
    assert bulk_actions._advance(bulk) == 1
    assert cancel_bulk_decision(bulk, by=moderator)
    assert not cancel_bulk_decision(bulk, by=moderator)
    assert (bulk_actions._advance(bulk), advance_bulk_decisions()) == (0, 0)
    assert (Signatory.objects.confirmed().count(), Decision.objects.count()) == (2, 1)


def test_a_slice_is_taken_by_one_of_two_workers(petition, moderator, monkeypatch):
    monkeypatch.setattr(bulk_actions, "_SLICE", 2)
    decide_in_bulk([row.pk for row in make_signatories(petition, 4)], act="reject", **WHY, by=moderator)
    first, second = BulkDecision.objects.get(), BulkDecision.objects.get()
    assert [bulk_actions._advance(first), bulk_actions._advance(second)] == [2, 0]
    assert (BulkDecision.objects.get().position, BulkDecision.objects.get().moved) == (2, 2)


def test_a_worker_killed_in_mid_slice_loses_nothing_and_doubles_nothing(petition, moderator, monkeypatch):
    bulk = decide_in_bulk([row.pk for row in make_signatories(petition, 3)], act="reject", **WHY, by=moderator)
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


@pytest.mark.parametrize("number", [0, BULK_MAX + 1])
def test_a_bulk_decision_about_none_or_too_many_is_refused(moderator, number):
    with pytest.raises(ValueError, match=str(number)):
        decide_in_bulk([f"{place}" for place in range(number)], act="reject", **WHY, by=moderator)
    assert not BulkDecision.objects.exists()


def test_a_bulk_rejection_without_a_class_of_reason_is_refused(petition, moderator):
    with pytest.raises(ValueError, match="not a valid ReasonClass"):
        decide_in_bulk([make_signatory(petition).pk], act="reject", reason=REASON, by=moderator)
    assert not BulkDecision.objects.exists()


# --- By condition ----------------------------------------------------------------------------------------------------
def condition_of(petition: Petition, **values) -> Condition:
    """All of the last hour."""
    now = timezone.now()
    times = {"signed_from": (now - timedelta(hours=1)).isoformat(), "signed_until": (now + timedelta(1)).isoformat()}
    return Condition(petition_id=petition.pk, **(times | values))


def order(condition: Condition, by) -> BulkDecision:
    return decide_by_condition(condition, number=0, by=by, **WHY)


def test_what_fits_is_rejected_each_by_a_decision_and_the_count_follows(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "WINDOW", 2)
    flood = make_signatories(petition, 3, country="KP")
    others = [make_signatory(petition), make_signatory(make_petition("another"), country="KP")]
    tend_logs()
    bulk = order(condition_of(petition, country="KP"), moderator)
    assert (bulk.act, state_of(flood[0])) == ("reject", CONFIRMED)
    assert advance_bulk_decisions() == 5
    bulk.refresh_from_db()
    assert (bulk.moved, bulk.is_under_way, bulk.percent) == (3, False, 100)
    assert (states_of(flood), states_of(others)) == ([REJECTED] * 3, [CONFIRMED] * 2)
    assert set(Decision.objects.values_list("act", "bulk", "reason_class", "reason", "decided_by")) == {
        ("reject", bulk.pk, "duplicate", REASON, moderator.pk)
    }
    tend_logs()
    petition.refresh_from_db()
    assert petition.signature_count == 1


def test_a_window_of_time_takes_its_beginning_and_not_its_end(petition, moderator):
    rows = {}
    for minute in (0, 1, 2):
        with time_machine.travel(datetime(2027, 3, 1, 12, minute, tzinfo=UTC), tick=False):
            rows[minute] = make_signatory(petition)
    order(condition_of(petition, signed_from="2027-03-01T12:00:00Z", signed_until="2027-03-01T12:02:00Z"), moderator)
    advance_bulk_decisions()
    assert states_of(list(rows.values())) == [REJECTED, REJECTED, CONFIRMED]


@pytest.mark.parametrize(("values", "fits"), [
    ({"network_tag": "0011223344556677"}, [0]), ({"domain_class": "disposable"}, [1]), ({"country": "-"}, [2]),
    ({"domain_class": "disposable", "country": "-"}, []), ({}, [0, 1, 2]),
])  # fmt: skip
def test_all_that_a_condition_says_must_fit(petition, moderator, values, fits):
    rows = [
        make_signatory(petition),
        make_signatory(petition, email="a@yopmail.com"),
        make_signatory(petition, country=""),
    ]
    Signatory.objects.filter(pk=rows[0].pk).update(network_tag=bytes.fromhex("0011223344556677"))
    order(condition_of(petition, **values), moderator)
    advance_bulk_decisions()
    assert [place for place, row in enumerate(rows) if state_of(row) == REJECTED] == fits


def test_the_same_name_is_found_by_opening_the_others_and_the_look_is_recorded(petition, moderator):
    names = ("Kim Min", "KIM  min", "Kim Mina", "Kim Min")
    rows = [make_signatory(petition, name=name) for name in names]
    rows.append(make_signatory(petition, name="Kim Min", visibility="counted"))  # of which no name is held
    order(condition_of(petition, same_name_as=str(rows[0].pk)), moderator)
    advance_bulk_decisions()
    assert states_of(rows) == [REJECTED, REJECTED, CONFIRMED, REJECTED, CONFIRMED]
    record = AccessRecord.objects.get()
    assert (record.act, record.signatory_id, record.petition, record.purpose) == (
        "compared", rows[0].pk, petition, REASON,
    )  # fmt: skip


def test_a_comparison_stops_when_its_example_is_gone_and_says_so(petition, moderator):
    example, other = make_signatories(petition, 2)
    bulk = order(condition_of(petition, same_name_as=str(example.pk)), moderator)
    withdraw(example)
    assert advance_bulk_decisions() == 0
    bulk.refresh_from_db()
    assert (bulk.is_under_way, bulk.moved, state_of(other)) == (False, 0, CONFIRMED)
    assert (Notice.objects.get().kind, Notice.objects.get().details) == ("bulk-stopped", {"bulk": bulk.pk})


def test_what_was_never_confirmed_is_erased_with_its_mail_and_not_promised_back(petition, moderator):
    flood, honest = make_signatory(petition, state=PENDING, country="KP"), make_signatory(petition, country="KP")
    bulk = order(condition_of(petition, state=PENDING, country="KP"), moderator)
    advance_bulk_decisions()
    flood.refresh_from_db()
    assert (bulk.act, flood.state, flood.identity, state_of(honest)) == ("expire", EXPIRED, None, CONFIRMED)
    assert set(OutgoingMail.objects.filter(signatory=flood).values_list("state", "mailbox")) == {("skipped", None)}
    assert (Decision.objects.get().act, Decision.objects.get().reason_class) == ("expire", "duplicate")
    assert undo_bulk_decision(BulkDecision.objects.get(), reason="A mistake.", by=moderator) is None


def test_who_confirms_in_time_is_left_alone(petition, moderator):
    row = make_signatory(petition, state=PENDING)
    order(condition_of(petition, state=PENDING), moderator)
    Signatory.objects.filter(pk=row.pk).move("confirm", words_digest=None)
    advance_bulk_decisions()
    assert (state_of(row), Decision.objects.count()) == (CONFIRMED, 0)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_what_tells_of_a_network_or_a_person_leaves_the_condition_at_the_end(petition, moderator, is_cancelled):
    row = make_signatory(petition)
    values = {"network_tag": "0011223344556677", "same_name_as": str(row.pk), "country": "DE"}
    bulk = order(condition_of(petition, **values), moderator)
    assert cancel_bulk_decision(bulk, by=moderator) if is_cancelled else advance_bulk_decisions()
    kept = BulkDecision.objects.get().condition
    assert {name: kept[name] for name in values} == {"network_tag": "-", "same_name_as": "-", "country": "DE"}


def test_progress_is_how_far_the_cursor_has_come_through_the_time(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "WINDOW", 1)
    for minute in (15, 45):
        with time_machine.travel(datetime(2027, 3, 1, 12, minute, tzinfo=UTC), tick=False):
            make_signatory(petition)
    bulk = order(condition_of(petition, signed_from="2027-03-01T12:00Z", signed_until="2027-03-01T13:00Z"), moderator)
    assert bulk.percent == 0
    bulk_actions._advance(bulk)
    assert (bulk.percent, BulkDecision.objects.get().percent) == (25, 25)
    cancel_bulk_decision(bulk, by=moderator)
    assert (advance_bulk_decisions(), Decision.objects.count()) == (0, 1)


def test_two_workers_go_through_a_condition_once(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "WINDOW", 2)
    make_signatories(petition, 4)
    order(condition_of(petition), moderator)
    first, second = BulkDecision.objects.get(), BulkDecision.objects.get()
    assert [bulk_actions._advance(first), bulk_actions._advance(second)] == [2, 0]
    assert (BulkDecision.objects.get().moved, Decision.objects.count()) == (2, 2)


def test_a_worker_killed_in_mid_window_goes_on_where_it_was(petition, moderator, monkeypatch):
    monkeypatch.setattr(floods, "WINDOW", 2)
    make_signatories(petition, 3)
    order(condition_of(petition), moderator)
    with monkeypatch.context() as patched:
        patched.setattr(PublicVersion, "bump", interrupt)
        with pytest.raises(KeyboardInterrupt):
            advance_bulk_decisions()
    assert (BulkDecision.objects.get().position, Decision.objects.count()) == (0, 0)
    advance_bulk_decisions()
    assert (BulkDecision.objects.get().moved, Decision.objects.count()) == (3, 3)


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_orders_and_undoes_nothing(petition, moderator, group):
    stranger = make_staff(group, name="stranger")
    make_signatory(petition)
    bulk = order(condition_of(petition), moderator)
    advance_bulk_decisions()
    for act in (
        lambda: order(condition_of(petition), stranger),
        lambda: undo_bulk_decision(bulk, reason="x", by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert BulkDecision.objects.count() == 1


# --- Undone ----------------------------------------------------------------------------------------------------------
def test_undoing_restores_exactly_what_that_decision_moved(petition, moderator, monkeypatch):
    """Not what was rejected before it, nor what somebody decided on again, nor who has gone since."""
    monkeypatch.setattr(bulk_actions, "_SLICE", 2)
    rejected_before, plain, gone, again, restored = make_signatories(petition, 5, country="KP")
    show_name(plain)
    reject(rejected_before, by=moderator, **WHY)
    bulk = order(condition_of(petition, country="KP"), moderator)
    advance_bulk_decisions()
    for row in (again, restored):
        restore(row, reason="A person.", by=moderator)
    reject(again, by=moderator, **WHY)
    withdraw(gone)
    bulk.refresh_from_db()
    undoing = undo_bulk_decision(bulk, reason="It was a church.", by=moderator)
    assert (undoing.act, undoing.undoes_id, undoing.total) == ("restore", bulk.pk, 4)
    assert undo_bulk_decision(bulk, reason="Twice.", by=moderator) is None
    assert advance_bulk_decisions() == 4
    undoing.refresh_from_db()
    assert (undoing.moved, undoing.percent) == (1, 100)
    assert states_of([rejected_before, plain, gone, again, restored]) == [
        REJECTED, CONFIRMED, WITHDRAWN, REJECTED, CONFIRMED,
    ]  # fmt: skip
    assert Signatory.objects.get(pk=plain.pk).name_state == "approved"
    assert Decision.objects.filter(bulk=undoing).values_list("act", "signatory", "reason").get() == (
        "restore", plain.pk, "It was a church.",
    )  # fmt: skip


def test_an_undoing_that_was_cancelled_is_taken_up_by_another(petition, moderator, monkeypatch):
    monkeypatch.setattr(bulk_actions, "_SLICE", 1)
    rows = make_signatories(petition, 3)
    bulk = decide_in_bulk([row.pk for row in rows], act="reject", by=moderator, **WHY)
    assert not is_undoable(bulk)
    advance_bulk_decisions()
    bulk.refresh_from_db()
    first = undo_bulk_decision(bulk, reason="A mistake.", by=moderator)
    bulk_actions._advance(first)
    cancel_bulk_decision(first, by=moderator)
    assert states_of(rows) == [CONFIRMED, REJECTED, REJECTED]
    undo_bulk_decision(bulk, reason="A mistake.", by=moderator)
    advance_bulk_decisions()
    assert (states_of(rows), Decision.objects.filter(act="restore").count()) == ([CONFIRMED] * 3, 3)


def test_what_was_erased_since_does_not_come_back(petition, moderator):
    (row,) = make_signatories(petition, 1)
    bulk = decide_in_bulk([row.pk], act="reject", by=moderator, **WHY)
    advance_bulk_decisions()
    Signatory.objects.filter(pk=row.pk).erase_in_place()
    bulk.refresh_from_db()
    undo_bulk_decision(bulk, reason="A mistake.", by=moderator)
    advance_bulk_decisions()
    assert (state_of(row), Decision.objects.filter(act="restore").count()) == (REJECTED, 0)
