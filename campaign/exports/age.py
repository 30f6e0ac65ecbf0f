"""Files encrypted for one reader in the format of age (C2SP, age-encryption.org/v1): to a key, or to a passphrase.

Written front to back and in flat memory, whatever the size; pyrage does so for keys only, and into a file of its own.
Any age program opens it; the tests let pyrage do so.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16
_VERSION = b"age-encryption.org/v1"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# 2^15 takes 32 MB. Our passphrases have 120 bits of chance: more work at opening would not make them harder to guess.
_LOG_WORK = 15
_GROUPS, _LETTERS_IN_GROUP = 6, 4
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32, without l and o, which look like digits


class KeyUnusableError(ValueError):
    """A text that is no public key of age's X25519 kind."""


@dataclass(frozen=True)
class Outer:
    """One encryption, of one file: its header, and the key of what follows."""

    header: bytes
    payload_key: bytes

    def encrypt(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """The encrypted file, of parts of any size: header, then chunks numbered under the key (STREAM)."""
        yield self.header
        cipher = ChaCha20Poly1305(self.payload_key)
        number, waiting = 0, bytearray()
        for part in parts:
            waiting += part
            while len(waiting) > CHUNK_BYTES:  # not at just a chunk: the last one is marked, and may be whole
                yield cipher.encrypt(_nonce(number), bytes(waiting[:CHUNK_BYTES]), None)
                del waiting[:CHUNK_BYTES]
                number += 1
        yield cipher.encrypt(_nonce(number, is_last=True), bytes(waiting), None)

    def size(self, plain: int) -> int:
        """How many bytes `encrypt` gives for that many."""
        return len(self.header) + plain + _TAG_BYTES * max(1, -(-plain // CHUNK_BYTES))


def for_key(recipient: str) -> Outer:
    """An encryption to a public key ``age1…``. Raises KeyUnusableError."""
    public_raw = decode_recipient(recipient)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_raw))
    except ValueError as error:  # a point that gives everybody the same secret
        raise KeyUnusableError("This age key opens for anybody.") from error
    return _outer(_derive(shared, share + public_raw, _VERSION + b"/X25519"), b"X25519 " + _base64(share))


def for_passphrase(passphrase: str) -> Outer:
    """An encryption to a passphrase, from `new_passphrase`."""
    salt = os.urandom(16)
    key = hashlib.scrypt(
        passphrase.encode(), salt=_VERSION + b"/scrypt" + salt, n=1 << _LOG_WORK, r=8, p=1, maxmem=1 << 26, dklen=32
    )
    return _outer(key, b"scrypt %s %d" % (_base64(salt), _LOG_WORK))


def new_passphrase() -> str:
    """120 bits from the operating system's randomness, in six groups that can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_IN_GROUP)) for _ in range(_GROUPS))


def _outer(wrap_key: bytes, arguments: bytes) -> Outer:
    file_key, nonce = os.urandom(16), os.urandom(16)
    wrapped = ChaCha20Poly1305(wrap_key).encrypt(bytes(12), file_key, None)
    head = _VERSION + b"\n-> " + arguments + b"\n" + _base64(wrapped) + b"\n---"
    mac = hmac.digest(_derive(file_key, b"", b"header"), head, "sha256")
    return Outer(head + b" " + _base64(mac) + b"\n" + nonce, _derive(file_key, nonce, b"payload"))


def _derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def _nonce(number: int, *, is_last: bool = False) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _base64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


# --- Bech32 (BIP 173), in which public keys are written --------------------------------------------------------------
def decode_recipient(text: str) -> bytes:
    """The 32 bytes of a public key ``age1…``. Raises KeyUnusableError."""
    word = text.strip().lower()
    values = [_ALPHABET.find(letter) for letter in word.removeprefix("age1")]
    if not word.startswith("age1") or -1 in values or _checksum([3, 3, 3, 0, 1, 7, 5, *values]) != 1:
        raise KeyUnusableError("This is no age key: it starts with age1 and has 62 characters; copy it whole.")
    bits = "".join(f"{value:05b}" for value in values[:-6])
    raw = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits) - 7, 8))
    if len(raw) != 32 or "1" in bits[256:]:
        raise KeyUnusableError("This age key is of another kind: give one that starts with age1 and has 62 characters.")
    return raw


def _checksum(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate(_GENERATOR):
            check ^= term if top >> place & 1 else 0
    return check
