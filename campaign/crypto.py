"""Seals, digests and link tokens: the one place where bytes become secret or comparable.

A leaf: it knows no models, no settings and no Django. Keys come in as arguments.

Envelope: ``suite byte | key id (8 bytes) | HPKE enc | HPKE ciphertext`` (RFC 9180, base mode, one shot, no
AAD). The plaintext is a two-byte length, the data and zeros up to a multiple of 256 bytes, so that the length
of a name or an address is not told by its envelope.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PADDED_TO_BYTES = 256
HEAD_BYTES = 9  # of an envelope: suite and key id
NONCE_BYTES = 16
_GCM_NONCE_BYTES = 12
_MLKEM_SEED_BYTES = 64
_MLKEM_PUBLIC_BYTES = 1184


class SealBrokenError(Exception):
    """An envelope that will not open: another key, another context, or altered bytes."""


class KeyUnreadableError(ValueError):
    """A key text that is not of the form ``suite.base64url``."""


@dataclass(frozen=True)
class _Suite:
    byte: int
    hpke: hpke.Suite
    generate: Callable[[], bytes]
    private: Callable[[bytes], Any]
    public: Callable[[bytes], Any]
    public_bytes: Callable[[bytes], bytes]


def _hybrid_private(raw: bytes) -> hpke.MLKEM768X25519PrivateKey:
    seed, scalar = raw[:_MLKEM_SEED_BYTES], raw[_MLKEM_SEED_BYTES:]
    return hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(seed), x25519.X25519PrivateKey.from_private_bytes(scalar)
    )


def _hybrid_public(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES]),
        x25519.X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:]),
    )


def _hybrid_public_bytes(raw: bytes) -> bytes:
    seed, scalar = raw[:_MLKEM_SEED_BYTES], raw[_MLKEM_SEED_BYTES:]
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
    return lattice + x25519.X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()


_SUITES = {
    "x25519": _Suite(
        byte=1,
        hpke=hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM),
        generate=lambda: os.urandom(32),
        private=x25519.X25519PrivateKey.from_private_bytes,
        public=x25519.X25519PublicKey.from_public_bytes,
        public_bytes=lambda raw: x25519.X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw(),
    ),
    "mlkem768x25519": _Suite(
        byte=2,
        hpke=hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
        generate=lambda: os.urandom(_MLKEM_SEED_BYTES + 32),
        private=_hybrid_private,
        public=_hybrid_public,
        public_bytes=_hybrid_public_bytes,
    ),
}


@dataclass(frozen=True)
class _Key:
    suite: _Suite
    key: Any
    raw: bytes  # of its public half

    @cached_property
    def head(self) -> bytes:
        return (bytes([self.suite.byte]) + hashlib.sha256(self.raw).digest())[:HEAD_BYTES]


def encode_key(suite: str, raw: bytes) -> str:
    """The text form of a key: ``suite.base64url`` without padding."""
    return f"{suite}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def _decode_key(text: str) -> tuple[str, bytes]:
    suite, dot, encoded = text.strip().partition(".")
    if not dot or suite not in _SUITES:
        raise KeyUnreadableError("a key reads suite.base64url, with suite one of " + ", ".join(_SUITES))
    try:
        return suite, base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except ValueError as error:
        raise KeyUnreadableError("the part of the key after the dot is not base64url") from error


def new_private_key(suite: str = "x25519") -> str:
    """A fresh private key from the operating system's randomness, as text."""
    return encode_key(suite, _SUITES[suite].generate())


def public_key_of(private_text: str) -> str:
    """The public half of a private key text. Raises KeyUnreadableError."""
    suite, raw = _decode_key(private_text)
    return encode_key(suite, _SUITES[suite].public_bytes(raw))


@lru_cache(maxsize=64)
def _public(text: str) -> _Key:
    name, raw = _decode_key(text)
    suite = _SUITES[name]
    try:
        return _Key(suite, suite.public(raw), raw)
    except ValueError as error:
        raise KeyUnreadableError("the public key has the wrong length") from error


@lru_cache(maxsize=64)
def _private(text: str) -> _Key:
    name, raw = _decode_key(text)
    suite = _SUITES[name]
    try:
        return _Key(suite, suite.private(raw), suite.public_bytes(raw))
    except ValueError as error:
        raise KeyUnreadableError("the private key has the wrong length") from error


def key_id(public_text: str) -> str:
    """The key's name in envelopes: the first 8 bytes of SHA-256 over its public half, in hex."""
    return _public(public_text).head[1:].hex()


def suite_of(public_text: str) -> str:
    """The suite's name of a public key that can be used. Raises KeyUnreadableError."""
    return next(name for name, known in _SUITES.items() if known is _public(public_text).suite)


def fingerprint(public_text: str) -> str:
    """A key's name for people: 40 decimal digits of SHA-256 over its public half, in eight groups of five.

    Digits, since officers read it to each other in any language. Raises KeyUnreadableError.
    """
    number = int.from_bytes(hashlib.sha256(_public(public_text).raw).digest(), "big") % 10**40
    return " ".join(f"{number:040d}"[place : place + 5] for place in range(0, 40, 5))


def context(purpose: str, *parts: bytes) -> bytes:
    """The ``info`` of an envelope: purpose and parts, each behind its length, so that no two lists look alike."""
    pieces = [b"undersigned/1", purpose.encode(), *parts]
    return b"".join(len(piece).to_bytes(2, "big") + piece for piece in pieces)


def seal(public_text: str, plaintext: bytes, info: bytes) -> bytes:
    """Seal `plaintext` (at most 65,535 bytes) to a public key, bound to `info`. RFC 9180, base mode."""
    key = _public(public_text)
    framed = len(plaintext).to_bytes(2, "big") + plaintext
    padded = framed + bytes(-len(framed) % PADDED_TO_BYTES)
    return key.head + key.suite.hpke.encrypt(padded, key.key, info)


def heads(private_texts: str) -> list[bytes]:
    """How the envelopes begin that name one of the space-separated private keys."""
    return [_private(text).head for text in private_texts.split()]


def open_sealed(private_texts: str, envelope: bytes, info: bytes) -> bytes:
    """Open an envelope with whichever of the space-separated private keys it names.

    Raises SealBrokenError when no key fits, the bytes were altered, or `info` is another one.
    """
    for text in private_texts.split():
        key = _private(text)
        if envelope.startswith(key.head):
            return _open_with(key, envelope[HEAD_BYTES:], info)
    raise SealBrokenError("none of the private keys at hand opens this envelope")


def _open_with(key: _Key, body: bytes, info: bytes) -> bytes:
    try:
        padded = key.suite.hpke.decrypt(body, key.key, info)
    except InvalidTag as error:
        raise SealBrokenError("the envelope was altered, or belongs to something else") from error
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


@lru_cache(maxsize=256)
def derive_key(root: str, purpose: str, salt: bytes = b"") -> bytes:
    """A 32-byte key for one purpose from a root secret, by HKDF-SHA256 (RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt or None, purpose.encode()).derive(root.encode())


def digest(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 (RFC 2104) over the parts, each behind its length. 32 bytes."""
    framed = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
    return hmac.digest(key, framed, "sha256")


def wrap(key: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt for a holder of the same 32-byte key: AES-256-GCM, 12-byte random nonce first, `info` as AAD."""
    nonce = os.urandom(_GCM_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, info)


def unwrap(key: bytes, wrapped: bytes, info: bytes) -> bytes:
    """Undo `wrap`. Raises SealBrokenError when key, bytes or `info` differ."""
    try:
        return AESGCM(key).decrypt(wrapped[:_GCM_NONCE_BYTES], wrapped[_GCM_NONCE_BYTES:], info)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("the wrapped bytes were altered, or belong to something else") from error


def new_nonce() -> bytes:
    """16 random bytes: what a link's token is made from, worthless without the link key."""
    return os.urandom(NONCE_BYTES)


def link_token(link_key: str, nonce: bytes) -> str:
    """The secret part of a mailed link: HMAC-SHA256 over the row's nonce, base64url, 43 characters."""
    mac = hmac.digest(derive_key(link_key, "link token"), nonce, "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def token_key(token: str, purpose: str) -> bytes:
    """As `derive_key`, from a link's token: for who holds the link. It is not kept in memory."""
    return bytes(derive_key.__wrapped__(token, purpose))


def token_hash(token: str) -> bytes:
    """What the row keeps of a token: its SHA-256. Reading the rows makes no link."""
    return hashlib.sha256(token.encode()).digest()
