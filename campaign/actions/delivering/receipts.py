"""Receipts, as a signatory asks for hers on her own page and takes it there; `receipt_making` is the worker's part.

What lies in the database is encrypted under a key made from the token of her link. The public process has the token
only while she is there, so it opens for her alone.
"""

from datetime import datetime
from enum import StrEnum

from campaign import crypto
from campaign.models import Receipt, Signatory
from campaign.models.signatory import CONFIRMED, key_context

PADDED_TO_BYTES = 1_024  # so that its length does not tell that of a name
_LENGTH_BYTES = 4


class Stage(StrEnum):
    """How far a receipt is. Empty where there can be none."""

    NONE = ""
    NAMELESS = "nameless"  # only counted: nothing of her is committed to
    UNLOGGED = "unlogged"  # the log does not have it, or has older words
    OFFERED = "offered"
    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"


def stage_of(signatory: Signatory) -> tuple[Stage, datetime | None]:
    """How far her receipt is, and until when it lies here."""
    if signatory.state != CONFIRMED or signatory.erased_at or not signatory.petition.gives_receipts:
        return Stage.NONE, None
    if signatory.visibility == Signatory.Visibility.COUNTED:
        return Stage.NAMELESS, None
    if not is_logged(signatory):
        return Stage.UNLOGGED, None
    found = Receipt.objects.standing().filter(pk=signatory.pk).first()
    if found is None:
        return Stage.OFFERED, None
    stage = Stage.FAILED if found.failed else Stage.READY if found.sealed is not None else Stage.ASKED
    return stage, found.ends_at


def is_logged(signatory: Signatory) -> bool:
    """Whether the log has her signature, as it is now."""
    return signatory.entry_index is not None and signatory.amended_at is None


def ask_for_receipt(signatory: Signatory) -> None:
    """Owe her a receipt. Within an hour there is one only, however often she asks: a flood makes no work."""
    if stage_of(signatory)[0] == Stage.OFFERED:
        # One statement, whoever asks at the same time. An outlived one that lies there still goes with the next tick.
        Receipt.objects.bulk_create([Receipt(signatory=signatory)], ignore_conflicts=True)


def open_receipt(signatory: Signatory, token: str) -> bytes | None:
    """The file, by the token of her link; None where there is none (any more), or another link has taken its place."""
    if stage_of(signatory)[0] != Stage.READY:
        return None
    found = Receipt.objects.standing().filter(pk=signatory.pk, sealed__isnull=False).first()
    if found is None:
        return None
    try:
        framed = crypto.unwrap(_key(token), bytes(found.sealed or b""), key_context(signatory.pk))
    except crypto.SealBrokenError:
        return None
    end = _LENGTH_BYTES + int.from_bytes(framed[:_LENGTH_BYTES], "big")
    return framed[_LENGTH_BYTES:end]


def seal_receipt(signatory: Signatory, text: bytes, token: str) -> bytes:
    """The file as it lies here: padded, and for the holder of that token alone."""
    framed = len(text).to_bytes(_LENGTH_BYTES, "big") + text
    padded = framed + bytes(-len(framed) % PADDED_TO_BYTES)
    return crypto.wrap(_key(token), padded, key_context(signatory.pk))


def _key(token: str) -> bytes:
    return crypto.token_key(token, "receipt")
