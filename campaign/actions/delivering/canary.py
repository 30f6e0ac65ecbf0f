"""Proof that officers can open what is sealed for them: a canary, sealed as a signatory's name is.

The server seals a code to the petition's public key. Officers open it on their machine and type the code back: whoever
can do that holds the private half and its passphrase. Until then the petition does not open.
"""

import hmac
import json
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from campaign import crypto
from campaign.actions.signing.envelopes import seal_identity
from campaign.actions.staff.access import require
from campaign.models import Petition
from campaign.models.petition import DRAFT
from campaign.models.signatory import envelope_context

PROVE = "campaign.request_delivery"  # those who will open the names are those who show that they can
KIND = "Undersigned canary, version 1"
_DIGEST = b"canary".ljust(32, b"\0")  # where a signatory's row has the digest of her address


class CanaryBrokenError(Exception):
    """A canary that this key does not open, or that is none. The message is a sentence for officers."""


def make_canary(petition: Petition) -> str:
    """The canary of a petition as JSON: sealed anew each time, its code the same as long as the key is."""
    identity, _stub = seal_identity(petition, _DIGEST, _code_of(petition))
    row = {
        "kind": KIND,
        "petition": petition.pk,
        "slug": petition.slug,
        "fingerprint": petition.key_fingerprint,
        "identity": identity.hex(),
    }
    return json.dumps(row, indent=2) + "\n"


def open_canary(text: str, private_text: str) -> str:
    """The code in a canary. Needs no database and no server's key. Raises CanaryBrokenError."""
    row = _read(text)
    own = crypto.fingerprint(crypto.public_key_of(private_text))
    if row["fingerprint"] != own:
        raise CanaryBrokenError(f"The canary is sealed to the key {row['fingerprint']}; the key file holds {own}.")
    try:
        opened = crypto.open_sealed(
            private_text, row["identity"], envelope_context("identity", row["petition"], _DIGEST)
        )
    except crypto.SealBrokenError as error:
        raise CanaryBrokenError("The canary does not open: it was altered, or belongs to something else.") from error
    return str(json.loads(opened)["name"])


def _read(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
        identity = bytes.fromhex(row["identity"])
        return {"petition": int(row["petition"]), "fingerprint": row["fingerprint"], "identity": identity}
    except (ValueError, KeyError, TypeError) as error:
        raise CanaryBrokenError("This is no canary as the admin gives it out.") from error


def prove_key(petition: Petition, code: str, *, by: User) -> bool:
    """Take the code out of the canary as proof for the key that stands here. Whether it is the right one.

    Raises PermissionDenied.
    """
    require(by, PROVE)
    if not hmac.compare_digest("".join(code.split()).encode(), "".join(_code_of(petition).split()).encode()):
        return False
    key = {"delivery_public_key": petition.delivery_public_key}
    proven = Petition.objects.filter(pk=petition.pk, state=DRAFT, **key)
    return bool(proven.update(proven_fingerprint=petition.key_fingerprint))


def _code_of(petition: Petition) -> str:
    """Twelve digits in groups of four, known to who holds CAMPAIGN_KEY or opens a canary; another for another key."""
    root = crypto.derive_key(settings.CAMPAIGN_KEY, "canary")
    number = int.from_bytes(crypto.digest(root, str(petition.pk), petition.delivery_public_key), "big") % 10**12
    return " ".join(f"{number:012d}"[place : place + 4] for place in range(0, 12, 4))
