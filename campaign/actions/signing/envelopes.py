"""What of a signatory is sealed, under which key and context, and the digests that compare without reading."""

import hmac
import json
import os
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.conf import settings

from campaign import crypto
from campaign.actions.signing.addresses import Address, parse_address, read_mailed
from campaign.merkle import entries
from campaign.models import OutgoingMail, Petition, PetitionEdition, Signatory
from campaign.models.signatory import envelope_context, key_context


def email_digest(petition: Petition, address: str | Address) -> bytes:
    """Which mailbox, as this petition knows it: HMAC of the canonical address under the petition's salted key.

    Random once the petition's salt is destroyed. Raises AddressUnusableError for a text that is no address.
    """
    if petition.digest_salt is None:
        return os.urandom(32)
    parsed = parse_address(address)
    key = crypto.derive_key(settings.CAMPAIGN_KEY, "email digest", bytes(petition.digest_salt))
    return crypto.digest(key, parsed.canonical)


def gate_digest(address: Address) -> bytes:
    """Which mailbox, as the whole site knows it: the key of its MailGate."""
    return crypto.digest(crypto.derive_key(settings.CAMPAIGN_KEY, "mail gate"), address.canonical)


def words_digest(petition: Petition, mailbox_digest: bytes, name: str) -> bytes:
    """Which words, so that a further form with others is noticed. Kept only while the signature is pending."""
    key = crypto.derive_key(settings.CAMPAIGN_KEY, "words", bytes(petition.digest_salt or b""))
    return crypto.digest(key, mailbox_digest.hex(), name)


def wrap_gate(signatory_id: UUID, digest: bytes) -> bytes:
    """The gate's key, readable for one row only: rows of one person on two petitions do not show it."""
    key = crypto.derive_key(settings.CAMPAIGN_KEY, "gate link")
    return crypto.wrap(key, digest, key_context(signatory_id))


def unwrap_gate(signatory: Signatory) -> bytes | None:
    """The key of the MailGate of this signatory's address, or None once it is erased."""
    if signatory.gate_link is None:
        return None
    key = crypto.derive_key(settings.CAMPAIGN_KEY, "gate link")
    return crypto.unwrap(key, bytes(signatory.gate_link), key_context(signatory.pk))


def link_token_of(signatory: Signatory) -> str | None:
    """The token of the link that was mailed, made anew; None where the row's nonce or hash is of another one.

    The public process may write a nonce, so the worker goes by the hash, which only it writes.
    """
    if signatory.nonce is None or signatory.token_hash is None:
        return None
    token = crypto.link_token(settings.LINK_KEY, bytes(signatory.nonce))
    return token if compare_digest(crypto.token_hash(token), bytes(signatory.token_hash)) else None


def seal_identity(petition: Petition, mailbox_digest: bytes, name: str) -> tuple[bytes, bytes]:
    """Seal the name, with a random salt that nothing else keeps, to the petition's delivery key.

    Returns the envelope, and the stub that commitments to this name are made from (docs/log.md).
    """
    salt = os.urandom(entries.SALT_BYTES)
    plaintext = json.dumps({"name": name, "salt": salt.hex()}, ensure_ascii=False).encode()
    info = envelope_context("identity", petition.pk, mailbox_digest)
    return crypto.seal(petition.delivery_key, plaintext, info), entries.stub(salt, name)


def commit(stub: bytes | memoryview | None, clear: dict[str, str]) -> bytes:
    """What the log's entry of a signature commits to; random where there is no name, since none is delivered."""
    return entries.commit(bytes(stub), clear) if stub else os.urandom(entries.DIGEST_BYTES)


def clear_words(edition: PetitionEdition, country: str, signed_at: datetime) -> dict[str, str]:
    """What is delivered of a signature beside the name, as the log commits to it."""
    signed_on = signed_at.date().isoformat()
    return {"text": edition.digest, "country": country, "language": edition.language, "signed_on": signed_on}


def open_identity(signatory: Signatory) -> dict[str, Any]:
    """What the signatory's identity envelope holds; empty when there is none.

    Raises crypto.SealBrokenError, as where the private half is not the server's to hold.
    """
    if signatory.identity is None:
        return {}
    plaintext = crypto.open_sealed(
        settings.DELIVERY_PRIVATE_KEY, bytes(signatory.identity), signatory.context("identity")
    )
    return dict(json.loads(plaintext))


def seal_mailbox(petition: Petition, mailbox_digest: bytes, address: Address) -> bytes:
    """Seal an email address to the post key."""
    info = envelope_context("mailbox", petition.pk, mailbox_digest)
    return crypto.seal(settings.POST_PUBLIC_KEY, address.mailed.encode(), info)


def open_mailbox(mail: OutgoingMail) -> Address:
    """Where a mail goes: its signatory's own mailbox.

    Raises crypto.SealBrokenError when the post key does not open it, and when it holds another address: the public
    process can seal what it likes, and must not have a link mailed to whom it likes.
    """
    row = mail.signatory
    if mail.mailbox is None or row is None:
        raise crypto.SealBrokenError("the mail carries no envelope")
    plaintext = crypto.open_sealed(settings.POST_PRIVATE_KEY, bytes(mail.mailbox), row.context("mailbox"))
    try:
        address = read_mailed(plaintext.decode())
    except ValueError as error:
        raise crypto.SealBrokenError("the envelope holds no address") from error
    if not hmac.compare_digest(email_digest(row.petition, address), bytes(row.email_digest or b"")):
        raise crypto.SealBrokenError("the envelope holds the address of somebody else")
    return address
