"""The table of prices, row by row: free, then more work, then the slow lane; a wall nowhere."""

import re
from pathlib import Path

import pytest
from django.core.cache.backends.locmem import LocMemCache

from campaign.actions.admitting import prices
from campaign.actions.admitting.networks import tag_of
from campaign.actions.admitting.prices import CHALLENGE, FORM, LINK, PRICES, Admission
from tests.working import solve

HERE, THERE = {"REMOTE_ADDR": "198.51.100.7"}, {"REMOTE_ADDR": "198.51.100.8"}
SLUG = "let-them-choose"


@pytest.fixture(autouse=True)
def _limits(limits):
    pass


def works(meta, times):
    given = [prices.give_challenge(SLUG, meta=meta) for _ in range(times)]
    return [challenge and challenge.work for challenge in given]


def waits_of_forms(times, proof="", meta=HERE):
    return [prices.admit_form(SLUG, meta=meta, proof=proof).waits for _ in range(times)]


def waits_of_links(times):
    return [prices.admit_link(meta=HERE).waits for _ in range(times)]


def good_proof(time_machine):
    time_machine.move_to("2026-12-24T10:00:00+00:00", tick=False)
    proof = solve(vars(prices.give_challenge(SLUG, meta=HERE)))
    time_machine.move_to("2026-12-24T10:01:00+00:00", tick=False)
    return proof


def test_challenges_cost_more_in_four_steps_and_then_are_not_given(monkeypatch):
    monkeypatch.setattr(prices, "CHALLENGE", prices.Price("challenges", free=3, dearer=7))
    assert works(HERE, 10) == [50, 50, 50, 100, 200, 400, 800, None, None, None]
    assert works(THERE, 1) == [50]


@pytest.mark.parametrize(
    ("number", "times"),
    [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (201, 4), (300, 4), (400, 8), (401, 16), (500, 16), (501, 0)],
)
def test_the_work_for_each_challenge_of_an_hour(number, times):
    assert CHALLENGE.work(number) == prices.FIRST_WORK * times


def test_a_form_with_a_good_proof_brings_it_and_waits_only_if_it_is_spent(time_machine):
    admission = prices.admit_form(SLUG, meta=HERE, proof=good_proof(time_machine))
    assert admission.proof is not None
    assert admission == Admission(tag_of(HERE), waits=True, proof=admission.proof)


@pytest.mark.parametrize("proof", ["", "nonsense", "A" * 44 + ".1"])
def test_a_form_without_a_good_proof_waits(proof):
    assert prices.admit_form(SLUG, meta=HERE, proof=proof) == Admission(tag_of(HERE), waits=True)


def test_where_no_proof_is_asked_for_forms_wait_that_are_many(settings):
    settings.PROOF_OF_WORK = False
    assert waits_of_forms(FORM.free + 2) == [False] * FORM.free + [True] * 2
    assert waits_of_forms(1, meta=THERE) == [False]


def test_links_wait_that_are_asked_for_by_many():
    assert waits_of_links(LINK.free + 2) == [False] * LINK.free + [True] * 2


def test_with_limits_off_only_the_missing_proof_is_told(settings):
    settings.RATE_LIMITS = False
    assert works(HERE, CHALLENGE.dearer + 1)[-1] == prices.FIRST_WORK
    assert prices.admit_form(SLUG, meta=HERE, proof="") == Admission(waits=True)
    assert waits_of_links(LINK.free + 1)[-1] is False
    settings.PROOF_OF_WORK = False
    assert prices.admit_form(SLUG, meta=HERE, proof="") == prices.FREE


def test_without_the_cache_it_is_as_without_limits(monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(LocMemCache, name, fail)
    assert works(HERE, CHALLENGE.dearer + 1)[-1] == prices.FIRST_WORK
    assert prices.admit_form(SLUG, meta=HERE, proof="") == Admission(waits=True)
    assert waits_of_links(LINK.free + 1)[-1] is False


def test_the_table_in_the_docs_is_this_one():
    text = (Path(__file__).resolve().parents[3] / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| ([a-z-]+)(?:, [^|]*)? \| (\d+) \| (\d+|–) \|", text, re.MULTILINE)
    told = {(name, int(free), int(free if dearer == "–" else dearer)) for name, free, dearer in rows}
    assert told == {(price.measured, price.free, price.dearer) for price in PRICES}
