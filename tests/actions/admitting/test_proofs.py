"""A proof says that somebody worked for this form, in this time, and says it only once."""

from datetime import timedelta
from time import process_time
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from campaign.actions.admitting import proofs
from campaign.actions.admitting.proofs import new_challenge, read_proof
from tests.working import solve

SLUG = "let-them-choose"
NOW = "2026-12-24T10:00:00+00:00"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def proof_of(slug=SLUG, work=20):
    return solve(vars(new_challenge(slug, work)))


def after(time_machine, delta):
    time_machine.move_to(timezone.now() + delta, tick=False)


@pytest.mark.parametrize("work", [1, 2, 20, 3_000])
def test_who_finds_the_number_is_believed(time_machine, work):
    proof = proof_of(work=work)
    after(time_machine, timedelta(seconds=3))
    assert isinstance(read_proof(proof, SLUG), UUID)


def test_reading_one_takes_less_than_a_millisecond_however_long_the_search_took(time_machine):
    proof = proof_of(work=3_000)
    after(time_machine, timedelta(seconds=3))
    started = process_time()  # of this process alone: a busy machine is no slow check
    assert all(read_proof(proof, SLUG) for _ in range(100))
    assert (process_time() - started) / 100 < 0.001


def test_the_search_fits_into_one_block_and_the_number_is_not_told():
    challenge = new_challenge(SLUG, 200_000 << 4)
    assert len(f"{challenge.token}.{challenge.work}") <= 55  # a longer text takes two blocks (FIPS 180-4, 5.1.1)
    assert len({new_challenge(SLUG, 1_000_000).target for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("age", "is_good"),
    [
        (settings.PROOF_MIN_AGE - timedelta(milliseconds=1), False),
        (settings.PROOF_MIN_AGE, True),
        (settings.PROOF_LIFETIME, True),
        (settings.PROOF_LIFETIME + timedelta(milliseconds=1), False),
        (timedelta(seconds=-10), False),
    ],
)
def test_a_proof_is_neither_too_young_nor_too_old(time_machine, age, is_good):
    proof = proof_of()
    after(time_machine, age)
    assert (read_proof(proof, SLUG) is not None) == is_good


def test_a_proof_is_good_for_one_petition(time_machine):
    proof = proof_of()
    after(time_machine, timedelta(minutes=1))
    assert read_proof(proof, "another") is None


def test_a_proof_of_another_process_with_other_secrets_is_none(time_machine, settings):
    proof = proof_of()
    after(time_machine, timedelta(minutes=1))
    settings.SECRET_KEY = "the admin's"
    assert read_proof(proof, SLUG) is None


def altered(proof):
    token, number = proof.split(".")
    less_work = bytearray(proofs.base64.urlsafe_b64decode(token))
    less_work[proofs.KEY_BYTES + proofs.WORK_BYTES - 1] ^= 1
    other_key = bytearray(proofs.base64.urlsafe_b64decode(token))
    other_key[15] ^= 1
    yield from (
        f"{token}.{int(number) + 1}",
        f"{token}.{number} ",
        f"{token}.0{number}",
        f"{token}.",
        f"{token}.-1",
        token,
        number,
        "",
        ".",
        "é.1",
        f"{token[:-4]}.{number}",
        f"{token}AAAA.{number}",
        proofs.base64.urlsafe_b64encode(less_work).decode() + f".{number}",
        proofs.base64.urlsafe_b64encode(other_key).decode() + f".{number}",
        "A" * 44 + ".0",
        "x" * 2_000,
    )


def test_what_is_altered_cut_or_made_up_is_no_proof(time_machine):
    proof = proof_of(work=3_000)
    after(time_machine, timedelta(minutes=1))
    assert read_proof(proof, SLUG) is not None
    assert [text for text in altered(proof) if read_proof(text, SLUG) is not None] == []
