"""The officers' key file: opened by its passphrase alone, on any machine, and readable without our code."""

import base64
import hashlib
import json
import unicodedata

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from campaign import crypto, keyfile
from campaign.keyfile import Cost, KeyFileError
from tests.officers import PRIVATE, PUBLIC

PHRASE = "six words that nobody would guess"
CHEAP = Cost(n=2**4)


def test_a_locked_key_is_opened_by_its_passphrase_and_by_no_other():
    text = keyfile.lock(PRIVATE, PHRASE, CHEAP)
    assert keyfile.unlock(text, PHRASE) == PRIVATE
    for other in ("", PHRASE + " ", PHRASE.upper()):
        with pytest.raises(KeyFileError, match="does not open"):
            keyfile.unlock(text, other)


def test_the_file_shows_the_public_half_and_hides_the_other():
    text = keyfile.lock(PRIVATE, PHRASE, CHEAP)
    file = json.loads(text)
    assert (file["public"], file["fingerprint"]) == (PUBLIC, crypto.fingerprint(PUBLIC))
    assert PRIVATE.partition(".")[2][:40] not in text
    assert keyfile.lock(PRIVATE, PHRASE, CHEAP) != text


def test_what_is_written_opens_by_the_letter_of_its_standards():
    """scrypt of the standard library and AES-GCM: what an officer needs should this code be gone."""
    file = json.loads(keyfile.lock(PRIVATE, PHRASE, CHEAP))
    cost, sealed = file["scrypt"], base64.b64decode(file["aes-256-gcm"])
    salt = base64.b64decode(cost["salt"])
    key = hashlib.scrypt(PHRASE.encode(), salt=salt, n=cost["n"], r=cost["r"], p=cost["p"], dklen=32)
    assert AESGCM(key).decrypt(sealed[:12], sealed[12:], file["public"].encode()).decode() == PRIVATE
    with pytest.raises(InvalidTag):
        AESGCM(key).decrypt(sealed[:12], sealed[12:], b"another public half")


def test_keys_are_locked_at_a_cost_that_a_guesser_feels():
    assert Cost(n=2**18, r=8, p=1) == keyfile.COST  # 256 MiB for each guess


def test_a_passphrase_that_could_be_guessed_is_refused():
    with pytest.raises(KeyFileError, match="shorter than 20 characters"):
        keyfile.lock(PRIVATE, "x" * 19, CHEAP)


def test_a_passphrase_in_hangul_opens_whichever_system_it_was_typed_on():
    phrase = "바다 위에 뜬 여섯 개의 하얀 돛단배와 등대"
    text = keyfile.lock(PRIVATE, unicodedata.normalize("NFD", phrase), CHEAP)
    assert keyfile.unlock(text, unicodedata.normalize("NFC", phrase)) == PRIVATE


@pytest.mark.parametrize("change", [
    {"public": crypto.public_key_of(crypto.new_private_key("mlkem768x25519"))}, {"scrypt": {}}, {"scrypt": {"n": 3}},
    {"aes-256-gcm": "AAAA"}, {"aes-256-gcm": "é"}, {"public": None},
])  # fmt: skip
def test_an_altered_file_does_not_open_and_is_said_to_be_one(change):
    file = json.loads(keyfile.lock(PRIVATE, PHRASE, CHEAP)) | change
    with pytest.raises(KeyFileError):
        keyfile.unlock(json.dumps(file), PHRASE)


@pytest.mark.parametrize("text", ["", "[]", "no key file"])
def test_what_is_no_key_file_is_said_to_be_none(text):
    with pytest.raises(KeyFileError, match="no key file"):
        keyfile.unlock(text, PHRASE)
