"""Proof of work: a number is hidden in a signed challenge, and whoever finds it has worked.

The site keeps nothing: the challenge carries its time, its work and its signature, and both the signature and the
number come from one HMAC. Finding takes `work` hashes at most, so that nobody has the bad luck of a long search (as in
ALTCHA's scheme), and half of that on average; checking takes none. The time also says how long the form was open.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from campaign import crypto
from campaign.models.base import uuid7

WORK_BYTES = 4
KEY_BYTES = 16
MAC_BYTES = 13  # with them the token is 44 characters, and token and number fit into one block of SHA-256


@dataclass(frozen=True)
class Challenge:
    """Find the `number` below `work` for which SHA-256 of `token.number` is `target` (hex)."""

    token: str
    target: str
    work: int


def new_challenge(slug: str, work: int) -> Challenge:
    """A challenge for the form of one petition."""
    payload = uuid7().bytes + work.to_bytes(WORK_BYTES, "big")
    mac = _mac(slug, payload)
    token = base64.urlsafe_b64encode(payload + mac[:MAC_BYTES]).decode()
    proof = f"{token}.{_hidden_number(mac, work)}"
    return Challenge(token, hashlib.sha256(proof.encode()).hexdigest(), work)


def read_proof(proof: str, slug: str) -> UUID | None:
    """The key of the challenge that a proof `token.number` solves.

    None where it is broken, of another petition, younger than PROOF_MIN_AGE or older than PROOF_LIFETIME.
    """
    token, _, number = proof.partition(".")
    try:
        raw = base64.urlsafe_b64decode(token)
    except ValueError:
        return None
    payload, signature = raw[: KEY_BYTES + WORK_BYTES], raw[KEY_BYTES + WORK_BYTES :]
    mac = _mac(slug, payload)
    if not hmac.compare_digest(signature, mac[:MAC_BYTES]):
        return None
    work = int.from_bytes(payload[KEY_BYTES:], "big")
    key = UUID(bytes=payload[:KEY_BYTES])
    return key if number == str(_hidden_number(mac, work)) and _is_of_good_age(key) else None


def _mac(slug: str, payload: bytes) -> bytes:
    """Under a key of the process's own SECRET_KEY: who holds another role's secrets cannot make challenges."""
    key = crypto.derive_key(settings.SECRET_KEY, "proof of work")
    return hmac.digest(key, crypto.context("proof of work", slug.encode(), payload), "sha256")


def _hidden_number(mac: bytes, work: int) -> int:
    """Out of the half of the HMAC that is not shown."""
    return int.from_bytes(mac[16:24], "big") % work


def _is_of_good_age(key: UUID) -> bool:
    made_at = (key.int >> 80) / 1000  # a version 7 key begins with its Unix milliseconds (RFC 9562)
    age = timedelta(seconds=timezone.now().timestamp() - made_at)
    return settings.PROOF_MIN_AGE <= age <= settings.PROOF_LIFETIME
