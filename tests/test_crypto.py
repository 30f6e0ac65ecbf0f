"""Seals, digests and tokens: known answers, an independent opening by RFC 9180, and what must not open."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from campaign import crypto

PRIVATE = crypto.encode_key("x25519", bytes(range(32)))
PUBLIC = crypto.public_key_of(PRIVATE)
INFO = crypto.context("identity", b"1", b"digest")
SUITES = ["x25519", "mlkem768x25519"]


# --- An opening by the letter of RFC 9180, sections 4 to 6, sharing no code with the library -------------------
def _extract(salt, label, ikm, suite):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(prk, label, info, length, suite):
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    block = output = b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(prk, block + labeled + bytes([counter]), "sha256")
        output += block
    return output[:length]


def rfc9180_keys(enc, private, info):
    """Base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: the AEAD key and first nonce."""
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x01"
    key = x25519.X25519PrivateKey.from_private_bytes(private)
    dh = key.exchange(x25519.X25519PublicKey.from_public_bytes(enc))
    kem_context = enc + key.public_key().public_bytes_raw()
    shared = _expand(_extract(b"", b"eae_prk", dh, kem), b"shared_secret", kem_context, 32, kem)
    psk_id_hash = _extract(b"", b"psk_id_hash", b"", suite)
    info_hash = _extract(b"", b"info_hash", info, suite)
    schedule = b"\x00" + psk_id_hash + info_hash
    secret = _extract(shared, b"secret", b"", suite)
    return _expand(secret, b"key", schedule, 16, suite), _expand(secret, b"base_nonce", schedule, 12, suite)


def test_our_reading_of_rfc_9180_gives_its_published_vector():
    # RFC 9180, appendix A.1.1
    key, nonce = rfc9180_keys(
        enc=bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
        private=bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
        info=bytes.fromhex("4f6465206f6e2061204772656369616e2055726e"),
    )
    assert key.hex() == "4531685d41d65f03dc48f6b8302c05b0"
    assert nonce.hex() == "56d890e5accaaf011cff4b7d"


def test_an_envelope_opens_by_the_letter_of_rfc_9180():
    envelope = crypto.seal(PUBLIC, "김민".encode(), INFO)
    suite, key_id, enc, sealed = envelope[:1], envelope[1:9], envelope[9:41], envelope[41:]
    key, nonce = rfc9180_keys(enc, bytes(range(32)), INFO)
    padded = AESGCM(key).decrypt(nonce, sealed, b"")
    assert suite == b"\x01"
    assert key_id.hex() == crypto.key_id(PUBLIC)
    assert padded == b"\x00\x06" + "김민".encode() + bytes(248)


@pytest.mark.parametrize("suite", SUITES)
@given(plaintext=st.binary(max_size=700), info=st.binary(max_size=40))
def test_what_is_sealed_opens_and_its_length_is_hidden(suite, plaintext, info):
    private = crypto.encode_key(suite, bytes(range(96))[: 32 if suite == "x25519" else 96])
    envelope = crypto.seal(crypto.public_key_of(private), plaintext, info)
    assert crypto.open_sealed(private, envelope, info) == plaintext
    shortest = crypto.seal(crypto.public_key_of(private), b"", info)
    assert (len(envelope) - len(shortest)) % crypto.PADDED_TO_BYTES == 0


@pytest.mark.parametrize("suite", SUITES)
def test_an_envelope_opens_with_nothing_but_its_key_and_context(suite):
    private, other = crypto.new_private_key(suite), crypto.new_private_key(suite)
    envelope = crypto.seal(crypto.public_key_of(private), b"name", INFO)
    altered = envelope[:-1] + bytes([envelope[-1] ^ 1])
    for key, sealed, info in [(other, envelope, INFO), (private, altered, INFO), (private, envelope, b"else")]:
        with pytest.raises(crypto.SealBrokenError):
            crypto.open_sealed(key, sealed, info)


def test_a_new_key_beside_the_old_one_opens_both_kinds_of_envelopes():
    old, new = crypto.new_private_key(), crypto.new_private_key("mlkem768x25519")
    for private in (old, new):
        envelope = crypto.seal(crypto.public_key_of(private), b"name", INFO)
        assert crypto.open_sealed(f"{new} {old}", envelope, INFO) == b"name"


@pytest.mark.parametrize("text", ["", "x25519", "x25519.AA", "rsa.AAAA", "x25519.é", "mlkem768x25519.AAAA"])
def test_an_unreadable_key_is_said_to_be_one(text):
    with pytest.raises(crypto.KeyUnreadableError):
        crypto.seal(text, b"", b"")


def test_no_two_contexts_look_alike():
    assert crypto.context("a", b"bc", b"d") != crypto.context("a", b"b", b"cd")
    assert crypto.context("ab", b"c") != crypto.context("a", b"bc")


def test_digests_and_tokens_are_what_they_were():
    # Known answers: rows in databases depend on them.
    key = crypto.derive_key("root", "email digest", b"salt")
    assert key.hex() == "0149593aac1368059920c1325905aaa5bc056c76404ba52ce70372a64550b8b9"
    assert (
        crypto.digest(key, "kimmin@gmail.com").hex()
        == "b867ee09e245719f285f5c0a58209702562485987905fb9d71243c53a02f3e0d"
    )
    assert crypto.link_token("link key", bytes(16)) == "c7wBKIB38FONLVmMGUOX3y-WvZlqz7zcm4bEDJlOWLk"
    assert crypto.token_hash("token") == hashlib.sha256(b"token").digest()


def test_digests_tell_parts_apart():
    key = bytes(32)
    assert crypto.digest(key, "ab", "c") != crypto.digest(key, "a", "bc")


def test_what_is_wrapped_unwraps_only_for_its_row():
    key = bytes(32)
    wrapped = crypto.wrap(key, b"gate", b"row 1")
    assert crypto.unwrap(key, wrapped, b"row 1") == b"gate"
    with pytest.raises(crypto.SealBrokenError):
        crypto.unwrap(key, wrapped, b"row 2")
    with pytest.raises(crypto.SealBrokenError):
        crypto.unwrap(key, b"short", b"row 1")
