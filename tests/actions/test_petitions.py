"""A petition opens, pauses, resumes and closes; by hand, or when its time has come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaign import crypto
from campaign.actions import petitions
from campaign.actions.access import RefusedError
from campaign.models import Petition, PublicVersion
from tests.factories import make_petition

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


def test_a_petition_that_is_not_ready_does_not_open_at_its_time(db):
    make_petition(state="draft", opens_at=timezone.now(), languages=())
    assert petitions.turn_petitions() == 0
    assert Petition.objects.get().state == "draft"


def test_a_high_risk_petition_does_not_open_where_one_process_holds_all_keys(db, settings):
    key = crypto.public_key_of(crypto.new_private_key("mlkem768x25519"))
    petition = make_petition(state="draft", mode="high_risk", delivery_public_key=key)
    with pytest.raises(RefusedError, match="run the roles apart first"):
        petitions.open_petition(petition)
    settings.CAMPAIGN_ROLE = "admin"
    assert petitions.open_petition(petition)


def test_a_high_risk_petition_needs_a_key_of_its_own(db, settings):
    settings.CAMPAIGN_ROLE = "admin"
    petition = make_petition(state="draft", mode="high_risk")
    with pytest.raises(RefusedError, match="key that was made offline"):
        petitions.open_petition(petition)
