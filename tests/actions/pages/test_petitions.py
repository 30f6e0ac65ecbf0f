"""A petition opens, pauses, resumes and closes; by hand, or when its time has come."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign import crypto
from campaign.actions.pages import petitions
from campaign.actions.staff.access import RefusedError
from campaign.models import Notice, Petition, PublicVersion
from tests.factories import make_petition
from tests.officers import PUBLIC, make_draft, make_high_risk_petition

MOVES = {
    "open": petitions.open_petition,
    "pause": petitions.pause_petition,
    "resume": petitions.resume_petition,
    "close": petitions.close_petition,
}
ALLOWED = {
    ("draft", "open"): "open",
    ("open", "pause"): "paused",
    ("paused", "resume"): "open",
    ("open", "close"): "closed",
    ("paused", "close"): "closed",
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", ["draft", "open", "paused", "closed"])
def test_the_allowed_moves_and_no_others(db, state, move):
    petition = make_petition(state="draft")
    Petition.objects.update(state=state, closed_at=timezone.now())
    petition.refresh_from_db()
    before = PublicVersion.current()
    assert MOVES[move](petition) == ((state, move) in ALLOWED)
    assert petition.state == ALLOWED.get((state, move), state)
    assert PublicVersion.current() > before


def test_a_petition_opens_and_closes_at_its_time(db, time_machine):
    now = timezone.now()
    make_petition(state="draft", opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2))
    states = []
    for minutes in (30, 61, 90, 121):
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        petitions.turn_petitions()
        states.append(Petition.objects.get().state)
    assert states == ["draft", "open", "open", "closed"]
    assert Petition.objects.get().closed_at == timezone.now()


def test_a_petition_that_is_not_ready_does_not_open_at_its_time_and_staff_are_told_once(db, time_machine):
    now = timezone.now()
    make_petition(state="draft", opens_at=now, languages=())
    notices = []
    for minutes in (1, 2):
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        assert petitions.turn_petitions() == 0
        notices.append(list(Notice.objects.values_list("kind", "details__petition")))
    assert notices == [[("petition-not-opened", "let-them-choose")]] * 2
    Petition.objects.update(opens_at=now + timedelta(minutes=3))
    time_machine.move_to(now + timedelta(minutes=4), tick=False)
    petitions.turn_petitions()
    assert (Petition.objects.get().state, Notice.objects.count()) == ("draft", 2)


def test_a_high_risk_petition_does_not_open_where_one_process_holds_all_keys(db, settings):
    petition = make_draft(proven_fingerprint=crypto.fingerprint(PUBLIC))
    with pytest.raises(RefusedError, match="run the roles apart first"):
        petitions.open_petition(petition)
    settings.CAMPAIGN_ROLE = "admin"
    assert petitions.open_petition(petition)


def test_a_high_risk_petition_needs_a_key_of_its_own(db, settings):
    settings.CAMPAIGN_ROLE = "admin"
    petition = make_petition(state="draft", mode="high_risk")
    with pytest.raises(RefusedError, match="key that was made offline"):
        petitions.open_petition(petition)


def test_a_high_risk_petition_does_not_open_before_its_key_is_proven_by_hand_or_by_the_clock(db, settings):
    settings.CAMPAIGN_ROLE = "worker"
    petition = make_draft(opens_at=timezone.now())
    with pytest.raises(RefusedError, match="Prove that the officers can open"):
        petitions.open_petition(petition)
    assert petitions.turn_petitions() == 0
    Petition.objects.update(proven_fingerprint=crypto.fingerprint(PUBLIC))
    assert petitions.turn_petitions() == 1


def test_a_key_that_was_changed_after_the_proof_is_no_proven_one(db, settings):
    settings.CAMPAIGN_ROLE = "admin"
    petition = make_draft(proven_fingerprint=crypto.fingerprint(PUBLIC))
    petition.delivery_public_key = crypto.public_key_of(crypto.new_private_key("mlkem768x25519"))
    petition.save()
    with pytest.raises(RefusedError, match="Prove that the officers can open"):
        petitions.open_petition(petition)


def test_the_database_lets_no_high_risk_petition_be_open_without_a_proven_key(db):
    petition = make_draft()
    with pytest.raises(IntegrityError, match="petition_high_risk_key_is_proven"), transaction.atomic():
        Petition.objects.filter(pk=petition.pk).update(state="open")
    with pytest.raises(IntegrityError, match="petition_high_risk_shows_nobody"), transaction.atomic():
        Petition.objects.filter(pk=petition.pk).update(default_visibility="initials")


@pytest.mark.parametrize("make", [make_petition, make_high_risk_petition])
def test_mode_and_key_of_what_was_opened_are_held_by_the_database(db, make):
    petition = make()
    other = crypto.public_key_of(crypto.new_private_key("mlkem768x25519"))
    for change in (
        {"mode": "standard" if petition.is_high_risk else "high_risk", "delivery_public_key": other},
        {"delivery_public_key": other},
        {"delivery_public_key": other, "proven_fingerprint": crypto.fingerprint(other)},
        {"state": "draft"},
    ):
        with pytest.raises(IntegrityError, match="petition_opened_keeps_mode_and_key"), transaction.atomic():
            Petition.objects.filter(pk=petition.pk).update(**change)
    assert petitions.pause_petition(petition)
