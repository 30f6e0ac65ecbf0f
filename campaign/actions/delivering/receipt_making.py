"""Receipts, as the worker makes them: it alone opens names, and makes the tokens of links."""

from time import monotonic

from django.conf import settings

from campaign import crypto
from campaign.actions.counting import log_files
from campaign.actions.delivering.makings import demand_told
from campaign.actions.delivering.receipts import Stage, is_logged, seal_receipt, stage_of
from campaign.actions.signing import envelopes
from campaign.exports.receipt import Place, Signed, receipt
from campaign.merkle.notes import Checkpoint
from campaign.merkle.tiles import node_from
from campaign.merkle.tree import inclusion_proof
from campaign.models import LogEntry, Notice, PetitionLog, Receipt, Signatory

_AT_ONCE = 100
# What no waiting mends: a name that does not open, an entry or a file that is gone, words that do not fit the log.
_BROKEN = (crypto.SealBrokenError, LogEntry.DoesNotExist, FileNotFoundError, KeyError, ValueError)


def make_receipts() -> int:
    """Delete what has had its hour, and make what was asked for, for about one tick; how many were made."""
    ends_at = monotonic() + settings.TICK_SECONDS
    Receipt.objects.outlived().delete()
    asked = Receipt.objects.to_make().select_related("signatory__petition", "signatory__edition").order_by("asked_at")
    made = 0
    for each in asked[:_AT_ONCE]:
        if monotonic() > ends_at:
            break
        made += _make(each)
    return made


def _make(asked: Receipt) -> bool:
    """Whether it was made: not where she may have none any more, the log has yet to tell of her, or another did it."""
    row = asked.signatory
    if row.identity is None or stage_of(row)[0] in (Stage.NONE, Stage.NAMELESS):
        asked.delete()
        return False
    # What she takes back or corrects meanwhile deletes the row, and nothing is written.
    mine = Receipt.objects.to_make().filter(pk=asked.pk, asked_at=asked.asked_at)
    try:
        text, token = _text(row), _token(row)
    except _BROKEN:
        if mine.update(failed=True):
            Notice.tell("receipt-failed", Notice.Level.ERROR, petition=row.petition.slug)
        return False
    return bool(text and mine.update(sealed=seal_receipt(row, text.encode(), token)))


def _text(row: Signatory) -> str:
    """The receipt; empty while the published log does not tell of her words as they are."""
    log = PetitionLog.objects.filter(pk=row.petition_id).select_related("petition").first()
    if log is None or not is_logged(row) or not (note := log_files.read_checkpoint(log)):
        return ""
    index, checkpoint = row.entry_index or 0, log_files.opened(note, log.origin)
    if index >= checkpoint.size:
        return ""
    return receipt(_signed(row), _place(log, checkpoint, note, index))


def _token(row: Signatory) -> str:
    """Raises ValueError where the row's nonce is not that of the link that was mailed."""
    token = envelopes.link_token_of(row)
    if token is None:
        raise ValueError("the nonce is another one")
    return token


def _signed(row: Signatory) -> Signed:
    held = envelopes.open_identity(row)
    clear = envelopes.clear_words(row.edition, row.country, row.signed_at)
    return Signed(clear | {"name": held["name"]}, bytes.fromhex(held["salt"]), demand_told(row.edition))


def _place(log: PetitionLog, checkpoint: Checkpoint, note: str, index: int) -> Place:
    raw = bytes(LogEntry.objects.get(petition=log.pk, index=index).raw)
    path = inclusion_proof(index, checkpoint.size, node_from(checkpoint.size, log_files.reader_of(log)))
    return Place(index, raw, path, note, log_files.signers(log.origin)[0].verifier.text)
