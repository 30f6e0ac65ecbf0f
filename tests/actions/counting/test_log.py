"""The log at work: what comes into it, and that the count is the one anybody can count from what is published."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign import crypto
from campaign.actions.counting import log, sequencing
from campaign.actions.counting.log import tend_logs
from campaign.actions.moderating import decisions
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Choices
from campaign.merkle.entries import ADDED, BY_SIGNATORY, CORRECTED, REJECTED, TEXT, WITHDRAWN, Entry
from campaign.models import LogEntry, Petition, PetitionLog, PublicVersion, ReasonClass, Signatory
from tests.factories import make_demand, make_petition, make_signatory, make_staff, post_form
from tests.officers import make_high_risk_petition
from tests.outsider import checkpoint_of, count_of, folder_of, published
from tests.parallel import in_parallel

CHANGED = Choices(country="KR", visibility="delivered", wants_updates=False)


def shown(petition):
    return Petition.objects.get(pk=petition.pk).signature_count


def fresh(row):
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


def in_log(petition):
    return [Entry.parse(bytes(each.raw)) for each in LogEntry.objects.filter(petition=petition).order_by("index")]


def kinds(entries):
    return [entry.kind for entry in entries]


# --- What comes into it -----------------------------------------------------------------------------------------------
@time_machine.travel(datetime(2026, 11, 24, 9, 59, tzinfo=UTC), tick=False)
def test_a_confirmed_signature_comes_in_behind_the_demand_it_stands_under(petition):
    row = make_signatory(petition, language="ko")
    assert tend_logs() == 2
    demand, entry = published(petition)
    assert (demand.kind, demand.digest.hex()) == (TEXT, row.edition.digest)
    assert (entry.kind, entry.digest) == (ADDED, bytes(row.commitment))
    assert {str(demand.day), str(entry.day)} == {"2026-11-24"}
    assert fresh(row).entry_index == 1
    assert shown(petition) == 1


@pytest.mark.parametrize("state", ["pending", "expired"])
def test_what_was_never_confirmed_is_no_matter_of_the_log(petition, state):
    make_signatory(petition, state=state)
    assert tend_logs() == 0
    assert [file.name for file in folder_of(petition).iterdir()] == ["key"]  # which is there from the opening on
    assert not PetitionLog.objects.exists()


def test_a_demand_comes_in_once_and_each_new_version_when_it_is_signed(petition):
    for _ in range(2):
        make_signatory(petition)
        tend_logs()
    demand = make_demand(petition, version=2, demand="A clearer demand.")
    make_demand(petition, language="ko", version=2, demand="Never signed.")
    tend_logs()
    make_signatory(petition)
    tend_logs()
    entries = published(petition)
    assert kinds(entries) == [TEXT, ADDED, ADDED, TEXT, ADDED]
    assert entries[3].digest.hex() == demand.digest


def test_the_count_follows_confirming_rejecting_restoring_and_withdrawing(petition):
    row = Signatory.objects.filter(pk=make_signatory(petition, state="pending").pk)
    counts = []
    for action in (None, "confirm", "reject", "restore", "withdraw"):
        if action == "withdraw":
            assert row.erase("withdraw")
        elif action:
            assert row.move(action, **({"words_digest": None} if action == "confirm" else {}))
        tend_logs()
        counts.append(shown(petition))
    assert counts == [0, 1, 0, 1, 0]
    entries = published(petition)
    assert kinds(entries) == [TEXT, ADDED, REJECTED, ADDED, WITHDRAWN]
    assert [entry.ends for entry in entries] == [None, None, 1, None, 3]
    assert entries[1].digest == entries[3].digest
    assert entries[4].reason == BY_SIGNATORY


def test_rejected_and_restored_in_between_nothing_happened(petition):
    row = make_signatory(petition)
    tend_logs()
    rows = Signatory.objects.filter(pk=row.pk)
    rows.move("reject")
    rows.move("restore", ended_at=None)
    assert tend_logs() == 0


def test_rejected_is_told_with_the_class_of_the_last_reason(petition):
    moderator = make_staff("Moderator")
    row = make_signatory(petition)
    tend_logs()
    decisions.reject(row, reason_class=ReasonClass.DUPLICATE, reason="Twice.", by=moderator)
    decisions.restore(row, reason="Twins.", by=moderator)
    decisions.reject(row, reason_class=ReasonClass.ABUSIVE, reason="No name.", by=moderator)
    tend_logs()
    assert published(petition)[2].reason == 4


def test_every_class_of_reason_has_a_number_of_its_own():
    assert set(sequencing.REASONS) == set(ReasonClass)
    assert sorted(sequencing.REASONS.values()) == list(range(len(ReasonClass)))
    assert sequencing.REASONS[ReasonClass.FORGED] == 1


def test_a_correction_ends_the_entry_and_adds_another(petition):
    row = make_signatory(petition)
    tend_logs()
    assert signatories.change(fresh(row), choices=CHANGED)
    tend_logs()
    after = fresh(row)
    entries = published(petition)
    assert kinds(entries) == [TEXT, ADDED, WITHDRAWN, ADDED]
    assert (entries[2].ends, entries[2].reason, entries[3].digest) == (1, CORRECTED, bytes(after.commitment))
    assert (after.entry_index, after.amended_at, shown(petition)) == (3, None, 1)
    assert tend_logs() == 0


def test_changed_before_it_came_in_it_comes_in_once_as_it_is_then(petition):
    row = make_signatory(petition)
    assert signatories.change(row, choices=CHANGED)
    tend_logs()
    assert kinds(published(petition)) == [TEXT, ADDED]
    assert fresh(row).amended_at is None


def test_changed_and_withdrawn_it_is_withdrawn(petition):
    row = make_signatory(petition)
    tend_logs()
    signatories.change(fresh(row), choices=CHANGED)
    signatories.withdraw(fresh(row))
    tend_logs()
    assert [(entry.kind, entry.reason) for entry in published(petition)[2:]] == [(WITHDRAWN, BY_SIGNATORY)]
    assert tend_logs() == 0


def test_who_was_erased_with_the_petitions_data_before_coming_in_is_committed_to_by_chance(petition):
    row = make_signatory(petition)
    Signatory.objects.filter(pk=row.pk).update(commitment=None, stub=None)
    tend_logs()
    entries = published(petition)
    assert kinds(entries) == [TEXT, ADDED]
    assert entries[1].digest != bytes(row.commitment)
    assert tend_logs() == 0


def test_each_petition_has_its_own_log(db):
    one, other = make_petition(), make_petition("other")
    for petition in (one, one, other):
        make_signatory(petition)
    tend_logs()
    assert (shown(one), shown(other)) == (2, 1)
    assert checkpoint_of(one).origin == "testserver/log/let-them-choose"
    assert checkpoint_of(other).origin == "testserver/log/other"


def test_the_order_tells_nothing_of_who_came_first(petition):
    rows = [make_signatory(petition) for _ in range(12)]
    tend_logs()
    order = [fresh(row).entry_index for row in rows]
    assert sorted(order) == list(range(1, 13))
    assert order != sorted(order)
    digests = {index: entry.digest for index, entry in enumerate(published(petition))}
    assert [digests[index] for index in order] == [bytes(row.commitment) for row in rows]


def test_those_corrected_together_are_not_paired_by_their_places(petition):
    rows = [make_signatory(petition) for _ in range(8)]
    tend_logs()
    for row in rows:
        signatories.change(fresh(row), choices=CHANGED)
    tend_logs()
    entries = published(petition)
    assert kinds(entries)[9:] == [WITHDRAWN] * 8 + [ADDED] * 8
    ended = [entry.ends for entry in entries[9:17]]
    commitments = [entries[index].digest for index in ended]
    before = {bytes(row.commitment): bytes(fresh(row).commitment) for row in rows}
    assert [before[each] for each in commitments] != [entry.digest for entry in entries[17:]]


# --- The count --------------------------------------------------------------------------------------------------------
def test_the_number_shown_is_the_number_that_can_be_counted(petition):
    rows = [make_signatory(petition) for _ in range(30)]
    tend_logs()
    for row in rows[:4]:
        signatories.withdraw(row)
    Signatory.objects.filter(pk__in=[row.pk for row in rows[4:9]]).move("reject")
    tend_logs()
    Signatory.objects.filter(pk__in=[row.pk for row in rows[4:6]]).move("restore", ended_at=None)
    tend_logs()
    assert shown(petition) == count_of(published(petition)) == 23 == PetitionLog.objects.get().count


def test_the_number_is_as_old_as_its_checkpoint(petition, client):
    make_signatory(petition)
    with time_machine.travel(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), tick=False):
        tend_logs()
    answer = client.get(f"/api/petitions/{petition.slug}/").json()
    assert (answer["signature_count"], answer["counted_until"]) == (1, "2026-11-24T09:30:00Z")


def test_the_count_waits_for_the_publication(petition, monkeypatch):
    make_signatory(petition)
    tend_logs()
    make_signatory(petition)
    with monkeypatch.context() as patch:
        patch.setattr(log, "_publish", lambda *_args: None)
        tend_logs()
    assert (LogEntry.objects.count(), shown(petition), len(published(petition))) == (3, 1, 2)
    tend_logs()
    assert (shown(petition), len(published(petition))) == (2, 3)


def test_a_petitions_count_moves_once_a_tick_and_never_with_a_signature(client, petition, settings):
    settings.LOG_SLICE = 10
    with CaptureQueriesContext(connection) as signing:
        for number in range(3):
            client.post("/en/petitions/let-them-choose/sign/", post_form(email=f"p{number}@example.org"))
    assert not [query for query in signing if 'UPDATE "campaign_petition"' in query["sql"]]
    for _ in range(25):
        make_signatory(petition)
    settings.TICK_SECONDS = 60.0
    with CaptureQueriesContext(connection) as tick:
        assert tend_logs() == 26
    assert len([query for query in tick if 'UPDATE "campaign_petition"' in query["sql"]]) == 1
    assert shown(petition) == 25


def test_no_request_writes_to_the_log_whatever_she_does(client, petition):
    """A request that did would tell the moment of a signature by its place."""
    row = make_signatory(petition, state="pending")
    token = crypto.link_token(settings.LINK_KEY, bytes(row.nonce))
    Signatory.objects.filter(pk=row.pk).update(token_hash=crypto.token_hash(token))
    acts = ({"action": "confirm"}, {"action": "change", "country": "KR", "name": "Hong"}, {"action": "withdraw"})
    with CaptureQueriesContext(connection) as asked:
        answers = [client.post(f"/en/s/{token}/", act).status_code for act in acts]
    assert answers == [303, 303, 303]
    assert not [
        query for query in asked if re.search(r"(INSERT|UPDATE)[^;]*campaign_(logentry|petitionlog)", query["sql"])
    ]
    assert (PetitionLog.objects.exists(), folder_of(petition).exists()) == (False, False)


def test_with_nothing_to_tell_it_asks_once_and_writes_nothing(petition, django_assert_num_queries):
    make_signatory(petition)
    tend_logs()
    before = PublicVersion.current()
    with django_assert_num_queries(1):
        assert tend_logs() == 0
    assert PublicVersion.current() == before


def test_a_slice_asks_as_often_for_many_as_for_one(petition):
    asked = []
    for number in (1, 1, 3):
        for _ in range(number):
            make_signatory(petition)
        with CaptureQueriesContext(connection) as queries:
            tend_logs()
        asked.append(len(queries))
    assert asked[1] == asked[2] < asked[0]


def test_a_hundred_thousand_set_aside_flow_through_in_slices(petition, settings):
    settings.LOG_SLICE, settings.TICK_SECONDS = 40, 60.0
    for _ in range(90):
        make_signatory(petition)
    tend_logs()
    Signatory.objects.confirmed().move("reject")
    assert tend_logs() == 90
    assert (shown(petition), count_of(published(petition))) == (0, 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_sequencers_at_once_make_one_log(settings):
    settings.LOG_SLICE, settings.TICK_SECONDS = 7, 20.0
    petition = make_petition()
    for _ in range(40):
        make_signatory(petition)
    assert sum(in_parallel(4, tend_logs)) == 41
    entries = published(petition)
    assert (shown(petition), count_of(entries), len(entries)) == (40, 40, 41)


# --- High-risk --------------------------------------------------------------------------------------------------------
def test_a_high_risk_log_moves_on_the_hour_and_never_with_a_signature(db, time_machine):
    time_machine.move_to("2026-11-20T14:00Z", tick=False)
    petition, usual = make_high_risk_petition(), make_petition("usual")
    seen = []
    for moment, count in (("14:10", 1), ("14:59:59", 1), ("15:00:00", 0), ("15:00:01", 1), ("15:59", 0), ("18:30", 2)):
        time_machine.move_to(f"2026-11-20T{moment}Z", tick=False)
        for _ in range(count):
            make_signatory(petition)
            make_signatory(usual)
        while tend_logs():
            pass
        seen.append((shown(petition), shown(usual)))
    assert seen == [(0, 1), (0, 2), (2, 2), (2, 3), (2, 3), (3, 5)]
    assert Petition.objects.get(pk=petition.pk).counted_until.isoformat() == "2026-11-20T18:00:00+00:00"


def test_a_high_risk_log_tells_of_endings_and_corrections_on_the_hour_too(db, time_machine):
    time_machine.move_to("2026-11-20T14:10Z", tick=False)
    petition = make_high_risk_petition()
    rows = [make_signatory(petition) for _ in range(3)]
    time_machine.move_to("2026-11-20T15:05Z", tick=False)
    tend_logs()
    assert Signatory.objects.filter(pk=rows[0].pk).erase("withdraw")
    assert Signatory.objects.filter(pk=rows[1].pk).move("reject")
    assert signatories.change(fresh(rows[2]), choices=CHANGED)
    seen = []
    for moment in ("15:59:59", "16:00:00"):
        time_machine.move_to(f"2026-11-20T{moment}Z", tick=False)
        tend_logs()
        seen.append((shown(petition), checkpoint_of(petition).size))
    assert seen == [(3, 4), (1, 8)]


def test_a_busy_high_risk_petition_does_not_hold_up_the_others(db, time_machine, settings):
    settings.LOG_SLICE = 2
    time_machine.move_to("2026-11-20T14:10Z", tick=False)
    petition, usual = make_high_risk_petition(), make_petition("usual")
    for _ in range(5):
        make_signatory(petition)
    make_signatory(usual)
    tend_logs()
    assert (shown(petition), shown(usual)) == (0, 1)
    time_machine.move_to("2026-11-20T15:00Z", tick=False)
    settings.TICK_SECONDS = 0.0
    ticks = [tend_logs() for _ in range(4)]
    assert ticks == [3, 2, 1, 0]
    assert shown(petition) == count_of(published(petition)) == 5


def test_the_goal_is_the_next_one_to_reach():
    petition = Petition(goal_steps=[10, 20], signature_count=10)
    assert petition.goal == 20
    petition.signature_count = 25
    assert petition.goal == 20


def test_the_origin_stays_when_the_site_moves(petition, settings):
    make_signatory(petition)
    tend_logs()
    settings.SITE_URL = "https://another.example.org"
    make_signatory(petition)
    tend_logs()
    assert checkpoint_of(petition).origin == "testserver/log/let-them-choose"
    assert timezone.now() > Petition.objects.get(pk=petition.pk).counted_until
