"""A private key in a file, under a passphrase: how officers keep the delivery key of a high-risk petition.

The file is JSON that says how to open it: scrypt (RFC 7914) makes 32 bytes of the passphrase, AES-256-GCM seals the
key text, the public half is the additional data. The cost is fixed and written down: the same passphrase must open
the file on the officers' next machine, however small, so it is not measured on this one.
"""

import base64
import json
import os
import unicodedata
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from campaign import crypto

KIND = "Undersigned private key under a passphrase, version 1"
PASSPHRASE_MIN_CHARACTERS = 20
_SALT_BYTES = 16


@dataclass(frozen=True)
class Cost:
    """scrypt's parameters: 256 MiB and about a second."""

    n: int = 2**18
    r: int = 8
    p: int = 1


COST = Cost()


class KeyFileError(ValueError):
    """Not a key file, or one that this passphrase does not open. The message is a sentence for officers."""


def lock(private_text: str, passphrase: str, cost: Cost = COST) -> str:
    """The text of a key file. Raises KeyFileError for a passphrase that could be guessed."""
    if len(passphrase) < PASSPHRASE_MIN_CHARACTERS:
        raise KeyFileError(f"The passphrase is shorter than {PASSPHRASE_MIN_CHARACTERS} characters: take six words.")
    salt = os.urandom(_SALT_BYTES)
    public = crypto.public_key_of(private_text)
    sealed = crypto.wrap(_stretch(passphrase, salt, cost), private_text.encode(), public.encode())
    return json.dumps({
        "kind": KIND,
        "public": public,
        "fingerprint": crypto.fingerprint(public),
        "scrypt": {**asdict(cost), "salt": base64.b64encode(salt).decode()},
        "aes-256-gcm": base64.b64encode(sealed).decode(),
    }, indent=2) + "\n"  # fmt: skip


def unlock(text: str, passphrase: str) -> str:
    """The private key out of a key file. Raises KeyFileError."""
    try:
        file = json.loads(text)
        public, scrypt = str(file["public"]), dict(file["scrypt"])
        salt = base64.b64decode(scrypt.pop("salt"))
        key = _stretch(passphrase, salt, Cost(**scrypt))
        sealed = base64.b64decode(file["aes-256-gcm"])
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileError("This is no key file, or it was altered.") from error
    try:
        return crypto.unwrap(key, sealed, public.encode()).decode()
    except crypto.SealBrokenError as error:
        raise KeyFileError("This passphrase does not open this key file.") from error


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # NFC (Unicode Annex 15): two systems may write the same Hangul or accents in different bytes.
    typed = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(typed)
