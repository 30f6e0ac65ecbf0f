"""The canary: who opens it holds the key and its passphrase; who guesses does not."""

import json

import pytest
from django.core.exceptions import PermissionDenied

from campaign import crypto
from campaign.actions.delivering.canary import CanaryBrokenError, make_canary, open_canary, prove_key
from campaign.models import Petition
from campaign.models.mode import KEY_SUITE
from tests.factories import make_staff
from tests.officers import PRIVATE, PUBLIC, make_draft

OTHER = crypto.new_private_key(KEY_SUITE)


@pytest.fixture
def officer(db):
    return make_staff("Delivery officer")


def test_the_code_of_an_opened_canary_proves_the_key(officer):
    petition = make_draft()
    code = open_canary(make_canary(petition), PRIVATE)
    assert not petition.is_key_proven
    assert prove_key(petition, code, by=officer)
    assert Petition.objects.get().is_key_proven
    assert Petition.objects.get().proven_fingerprint == crypto.fingerprint(PUBLIC)


def test_blanks_in_the_code_matter_not_and_its_digits_do(officer):
    petition = make_draft()
    code = open_canary(make_canary(petition), PRIVATE)
    assert [len(group) for group in code.split()] == [4, 4, 4]
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert [prove_key(petition, typed, by=officer) for typed in ("", wrong, code.replace(" ", ""))] == [
        False, False, True,
    ]  # fmt: skip


def test_each_canary_is_sealed_anew_and_holds_no_code_in_clear(db):
    petition = make_draft()
    one, other = make_canary(petition), make_canary(petition)
    code = open_canary(one, PRIVATE)
    assert (one == other, open_canary(other, PRIVATE) == code) == (False, True)
    assert [code in one, code.replace(" ", "") in one] == [False, False]


def test_a_code_is_for_one_petition_and_one_key(db):
    one, other = make_draft(), make_draft("another")
    codes = [open_canary(make_canary(petition), PRIVATE) for petition in (one, other)]
    one.delivery_public_key = crypto.public_key_of(OTHER)
    codes.append(open_canary(make_canary(one), OTHER))
    assert len(set(codes)) == 3


def test_another_key_opens_it_not_and_is_told_by_its_fingerprint(db):
    with pytest.raises(CanaryBrokenError, match=crypto.fingerprint(crypto.public_key_of(OTHER))):
        open_canary(make_canary(make_draft()), OTHER)


@pytest.mark.parametrize("change", [
    {"petition": 10**9}, {"identity": "00"}, {"identity": "not hex"}, {"petition": None}, {"fingerprint": 1},
])  # fmt: skip
def test_an_altered_canary_is_said_to_be_one(db, change):
    row = json.loads(make_canary(make_draft())) | change
    with pytest.raises(CanaryBrokenError):
        open_canary(json.dumps(row), PRIVATE)


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON", '{"petition": 1, "identity": "00"}'])
def test_what_is_no_canary_is_said_to_be_none(text):
    with pytest.raises(CanaryBrokenError):
        open_canary(text, PRIVATE)


def test_a_key_that_was_changed_meanwhile_is_not_proven(officer):
    petition = make_draft()
    code = open_canary(make_canary(petition), PRIVATE)
    Petition.objects.update(delivery_public_key=crypto.public_key_of(OTHER))
    assert not prove_key(petition, code, by=officer)
    assert Petition.objects.get().proven_fingerprint == ""


@pytest.mark.parametrize("group", ["Editor", "Moderator"])
def test_only_officers_prove(db, group):
    petition = make_draft()
    code = open_canary(make_canary(petition), PRIVATE)
    with pytest.raises(PermissionDenied):
        prove_key(petition, code, by=make_staff(group))
