"""The logs at work: bring signatures in, publish, let the count follow; refuse where the published log says otherwise.

A checkpoint is sealed only if its tree begins with the one that is published: the tiles on the disk are taken to the
size of the log by the entries in the database, and every root met on the way must be the one that was told. So a
database that was restored, a tile that was altered and a state that was tampered with are found before they are
published. What a killed worker had written, the next one writes again.
"""

import logging
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from campaign.actions.counting import log_files
from campaign.actions.counting.sequencing import sequence_slice
from campaign.merkle.notes import Checkpoint, NoteBrokenError
from campaign.merkle.tiles import Edge, File, TileBrokenError
from campaign.merkle.tree import EMPTY_ROOT, Frontier
from campaign.models import LogEntry, Notice, Petition, PetitionLog, PublicVersion, Signatory
from campaign.models.petition import DRAFT

logger = logging.getLogger(__name__)
Refusal = PetitionLog.Refusal


class LogRefusedError(Exception):
    """Nothing may be published, and nothing comes into the log; `refusal` says why."""

    def __init__(self, refusal: PetitionLog.Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def tend_logs() -> int:
    """Bring what happened since into the logs and publish it, for about one tick; how many entries that made."""
    ends_at = monotonic() + settings.TICK_SECONDS
    petitions = _with_logs()
    _show_keys([petition for petition in petitions if not hasattr(petition, "log")])
    return sum(_tend(petition, ends_at) for petition in petitions if _is_behind(petition))


def _with_logs() -> list[Petition]:
    """Petitions that have a log, or may come to have one."""
    is_lagging = Exists(Signatory.objects.unlogged().filter(petition=OuterRef("pk")))
    petitions = Petition.objects.annotate(is_lagging=is_lagging).select_related("log")
    return list(petitions.filter(Q(is_lagging=True) | Q(log__isnull=False) | ~Q(state=DRAFT)).order_by("pk"))


def _show_keys(petitions: list[Petition]) -> None:
    """Put the keys of logs that are to come into their places: who notes one before the first signature need not take
    the word of whoever serves it afterwards.
    """
    for petition in petitions:
        try:
            log_files.write_key(petition, origin_of(petition))
        except OSError as error:  # where there are signatures they shall come into their logs all the same
            logger.error("The key of the log %s cannot be written: %s", petition.slug, error.strerror)


def _is_behind(petition: Petition) -> bool:
    """Whether its log does not tell all, is not published, or is published otherwise than we know."""
    is_lagging: bool = petition.is_lagging  # type: ignore[attr-defined] # as _with_logs annotates it
    return is_lagging or (hasattr(petition, "log") and not _is_settled(petition.log))


def _is_settled(log: PetitionLog) -> bool:
    is_published = log.published_size == log.size and not log.refusal
    return is_published and log_files.is_known(log)


def _tend(petition: Petition, ends_at: float) -> int:
    PetitionLog.objects.get_or_create(petition=petition, defaults={"origin": origin_of(petition)})
    made = 0
    if not publish(petition):
        return made
    while (new := _advance(petition)) and (made := made + new) and monotonic() < ends_at:
        pass
    if made:
        publish(petition)
    return made


def origin_of(petition: Petition) -> str:
    """What the log is called for ever, and its key with it: its address without the scheme (C2SP tlog-tiles)."""
    site = urlsplit(settings.SITE_URL)
    return f"{site.netloc}{site.path}/log/{petition.slug}"


def locked(petition: Petition) -> PetitionLog:
    """A petition's log, for this transaction alone. Of two workers the second waits; on SQLite the transaction does."""
    return PetitionLog.objects.select_for_update(of=["self"]).select_related("petition").get(pk=petition.pk)


@transaction.atomic
def _advance(petition: Petition) -> int:
    """One slice. None if the published log is not the one we know: that is for `publish` to look into."""
    log = locked(petition)
    return sequence_slice(log) if log_files.is_known(log) else 0


# --- Publishing ----------------------------------------------------------------------------------------------------
@transaction.atomic
def publish(petition: Petition) -> bool:
    """Publish what the log has and the files do not; the count follows. False where that is refused, which is told."""
    log = locked(petition)
    note = log_files.read_checkpoint(log)
    try:
        if log.refusal or note != log.checkpoint or not _is_published(log):
            _publish(log, note)
    except LogRefusedError as error:
        return _refuse(log, error.refusal)
    except OSError as error:
        logger.error("The log %s cannot be written: %s", log, error.strerror)
        return _refuse(log, Refusal.DISK)
    return True


def _is_published(log: PetitionLog) -> bool:
    """Whether the state in the database is that of the checkpoint in the database; there is none of an empty log."""
    told = told_roots(log) if log.size else [(0, EMPTY_ROOT)]
    return log.published_size == log.size and (log.size, root_of(log)) in told


def _publish(log: PetitionLog, note: str) -> None:
    """Raises LogRefusedError, before anything is written; OSError."""
    edge = _edge(log, opened(log, note))
    files = list(_grow(log, edge))  # before anything is written: a root may be another
    log_files.write_tiles(log_files.folder_of(log), files)
    seal(log, edge)


def seal(log: PetitionLog, edge: Edge) -> None:
    """Publish the checkpoint of a log whose full tiles are all there; the count follows. Raises OSError."""
    log_files.write_tiles(log_files.folder_of(log), edge.partial_files())
    log.checkpoint = log_files.sealed(Checkpoint(log.origin, log.size, edge.root))
    log_files.write_head(log, log.checkpoint)
    log.published_size, log.refusal = log.size, ""
    log.save(update_fields=["checkpoint", "published_size", "refusal"])
    Petition.objects.filter(pk=log.pk).update(signature_count=log.count, counted_until=log.petition.counted_before)
    PublicVersion.bump()


def opened(log: PetitionLog, note: str) -> Checkpoint:
    """What is published. Raises LogRefusedError when it is not ours, or is ahead of us."""
    try:
        published = log_files.opened(note, log.origin) if note else Checkpoint(log.origin, 0, EMPTY_ROOT)
    except NoteBrokenError as error:
        raise LogRefusedError(Refusal.SEAL) from error
    if published.size > log.size:
        raise LogRefusedError(Refusal.BEHIND)
    return published


def _edge(log: PetitionLog, published: Checkpoint) -> Edge:
    """The right edge of what is published, from its tiles. Raises LogRefusedError when they do not fit its root."""
    if log.checkpoint and not published.size:
        raise LogRefusedError(Refusal.FILES)
    try:
        edge = Edge.read(published.size, log_files.reader_of(log))
    except (TileBrokenError, FileNotFoundError) as error:
        raise LogRefusedError(Refusal.FILES) from error
    if edge.root != published.root:
        raise LogRefusedError(Refusal.FILES)
    return edge


def _grow(log: PetitionLog, edge: Edge) -> Iterator[File]:
    """The tiles that the edge gains on its way to the log's size. Raises LogRefusedError at a root that is another."""
    for size, root in [*told_roots(log), (log.size, root_of(log))]:
        if size >= edge.size:
            yield from edge.extend(entries_of(log, edge.size, size))
            if (edge.size, edge.root) != (size, root):
                raise LogRefusedError(Refusal.DIFFERS)


def told_roots(log: PetitionLog) -> list[tuple[int, bytes]]:
    """Size and root of the checkpoint that the database remembers. Raises LogRefusedError when it is not ours."""
    try:
        told = log_files.opened(log.checkpoint, log.origin) if log.checkpoint else None
    except NoteBrokenError as error:
        raise LogRefusedError(Refusal.SEAL) from error
    return [(told.size, told.root)] if told else []


def root_of(log: PetitionLog) -> bytes:
    """The root by the state in the database. Raises LogRefusedError when it is no state of that size."""
    try:
        return Frontier(log.size, bytes(log.frontier)).root
    except ValueError as error:
        raise LogRefusedError(Refusal.DIFFERS) from error


def entries_of(log: PetitionLog, start: int, end: int) -> Iterator[bytes]:
    """The entries from one index up to, not with, another, as the database has them."""
    rows = LogEntry.objects.filter(petition=log.pk, index__gte=start, index__lt=end).order_by("index")
    return map(bytes, rows.values_list("raw", flat=True).iterator(chunk_size=10_000))


def _refuse(log: PetitionLog, refusal: PetitionLog.Refusal) -> bool:
    """Stop the log, and tell staff once. What was found is looked at again with each tick."""
    if log.refusal != refusal:
        PetitionLog.objects.filter(pk=log.pk).update(refusal=refusal)
        Notice.tell("log-refused", Notice.Level.ERROR, petition=log.petition.slug, why=refusal.value)
        logger.error("The log %s is refused: %s. See docs/operations.md.", log, refusal.value)
    return False
