"""The journal of erasures: a file outside the database, so that a restored backup brings nobody back.

A line is a time (UTC), a row's key and the state it was left in; it tells nothing of whom. The database remembers how
far the file went, and how it ended there. A restored one remembers an earlier end, and what the file says beyond it is
held against the rows. While somebody stands there whom the journal says erased, or the file lacks what the database has
seen in it, the site is closed: no page, no mail, no count. `replay` erases again, and opens it.
"""

import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from campaign.actions.mailing.updates import cancel_restored_mailings
from campaign.models import ErasureJournal, Notice, OutgoingMail, PublicVersion, Signatory
from campaign.models.journal import TAIL_BYTES
from campaign.models.signatory import CONFIRMED, EXPIRED, REJECTED, WITHDRAWN

logger = logging.getLogger(__name__)
SLICE = 1_000  # lines
# The move that brings a row to the state in which the journal says it was left.
_MOVES = {WITHDRAWN: "withdraw", EXPIRED: "expire", REJECTED: "reject", CONFIRMED: "confirm"}
_LINE = re.compile(rf"\S+ ([0-9a-f-]{{36}}) ({'|'.join(_MOVES)})\n".encode())
Row = tuple[UUID, str, datetime | None]


class JournalIncompleteError(Exception):
    """The file lacks what the database has seen in it: it is not the newest one, or it is lost."""


def is_open() -> bool:
    """Whether the site may work. Where this process has the file, it looks, and closes the site if it must."""
    journal = ErasureJournal.load()
    if journal.closed_since is None and settings.HAS_JOURNAL and (reason := _what_is_wrong(journal)):
        _close(reason)
        return False
    return journal.closed_since is None


def keep_journal() -> int:
    """Write into the journal who was erased since; how many lines.

    Of several workers one writes. One that is killed between file and database leaves lines that the next one writes
    again: they harm nobody.
    """
    try:
        with _held(waits=False) as file:
            return _write_down(file) if is_open() else 0
    except BlockingIOError:  # another one is at it
        return 0


def _write_down(file: BinaryIO) -> int:
    rows = Signatory.objects.unjournaled().order_by("pk").values_list("pk", "state", "erased_at")
    written = list(rows[:SLICE])
    _append(file, written)
    if _size(file) != ErasureJournal.load().size:
        _remember(file, written)
    return len(written)


def replay(*, takes_incomplete: bool = False) -> int:
    """Erase again whom the journal says erased, then open the site; how many it were.

    Raises JournalIncompleteError unless told to take the journal as it is: then all who are erased here are written
    into it anew.
    """
    with _held() as file:
        is_complete = _beyond(ErasureJournal.load()) is not None
        if not (is_complete or takes_incomplete):
            raise JournalIncompleteError
        erased = sum(map(_erase_again, _whole_journal()))
        if not is_complete:
            Signatory.objects.filter(journaled=True).update(journaled=False)
        if ErasureJournal.load().closed_since is not None:
            cancel_restored_mailings()
        _remember(file, [], closed_since=None, reason="")
        PublicVersion.bump()
        return erased


def count_to_replay() -> int:
    """How many stand in the database whom the journal says erased; changes nothing."""
    return sum(_standing(keys).count() for states in _whole_journal() for keys in states.values())


def oldest_unwritten_seconds() -> float:
    """How long the oldest erasure has waited to be written into the journal; 0 when all are."""
    oldest = Signatory.objects.unjournaled().aggregate(at=Min("erased_at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


# --- Does the file fit the database? -------------------------------------------------------------------------------
def _what_is_wrong(journal: ErasureJournal) -> str:
    beyond = _beyond(journal)
    if beyond is None:
        return ErasureJournal.Reason.INCOMPLETE
    keys = iter([line[1].decode() for line in _LINE.finditer(beyond)])
    while some := list(islice(keys, SLICE)):
        if _standing(some).exists():
            return ErasureJournal.Reason.BEHIND
    return ""


def _beyond(journal: ErasureJournal) -> bytes | None:
    """What the file says beyond what the database has seen of it; None where it lacks that."""
    tail = bytes(journal.tail)
    try:
        with _path().open("rb") as file:
            file.seek(journal.size - len(tail))
            found = file.read()
    except FileNotFoundError:
        found = b""
    return found[len(tail) :] if found.startswith(tail) else None


def _standing(keys: Iterable[str]) -> Any:
    return Signatory.objects.unerased().filter(pk__in=list(keys))


@transaction.atomic
def _close(reason: str) -> None:
    """Close the site, and tell staff once, however many processes notice."""
    still_open = ErasureJournal.objects.filter(closed_since__isnull=True)
    if still_open.update(closed_since=timezone.now(), reason=reason):
        PublicVersion.bump()
        Notice.tell(f"journal-{reason}", Notice.Level.ERROR)
        logger.error("The site is closed: %s. See docs/operations.md on restoring.", reason)


# --- The file ------------------------------------------------------------------------------------------------------
def _path() -> Path:
    return Path(settings.JOURNAL_DIR) / "erasures"


@contextmanager
def _held(*, waits: bool = True) -> Iterator[BinaryIO]:
    """The journal, to append to, and nobody else's meanwhile. Raises BlockingIOError if it is and we do not wait."""
    _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _append(file: BinaryIO, rows: list[Row]) -> None:
    """Write the rows' lines, and wait until the disk has them."""
    if not rows:
        return
    lines = "".join(f"{erased_at:%Y-%m-%dT%H:%M:%SZ} {pk} {state}\n" for pk, state, erased_at in rows)
    is_torn = _tail(_size(file))[-1:] not in (b"", b"\n")  # the disk was full, or the power went
    file.write(b"\n" * is_torn + lines.encode())
    file.flush()
    os.fsync(file.fileno())


def _tail(size: int) -> bytes:
    with _path().open("rb") as file:
        file.seek(max(0, size - TAIL_BYTES))
        return file.read(TAIL_BYTES)


@transaction.atomic
def _remember(file: BinaryIO, written: list[Row], **values: Any) -> None:
    """Note in the database how far the file has come, and who stands in it."""
    Signatory.objects.filter(pk__in=[pk for pk, *_rest in written]).update(journaled=True)
    size = _size(file)
    ErasureJournal.objects.filter(pk=1).update(size=size, tail=_tail(size), **values)


def _whole_journal() -> Iterator[dict[str, list[str]]]:
    """All that the journal says, a slice at a time: keys by the state they were left in."""
    if not _path().exists():
        return
    with _path().open("rb") as file:
        while lines := list(islice(file, SLICE)):
            states: dict[str, list[str]] = {state: [] for state in _MOVES}
            for line in filter(None, map(_LINE.fullmatch, lines)):
                states[line[2].decode()].append(line[1].decode())
            yield states


@transaction.atomic
def _erase_again(states: dict[str, list[str]]) -> int:
    erased = 0
    for state, keys in states.items():
        OutgoingMail.objects.owed().filter(signatory_id__in=keys).drop()
        if state == REJECTED:  # from a backup of before she confirmed, there is no way but this one
            _standing(keys).move("confirm", words_digest=None)
        erased += _standing(keys).erase(_MOVES[state]) + _standing(keys).erase_in_place()
        rows = Signatory.objects.filter(pk__in=keys)
        rows.update(journaled=True, **({"token_hash": None} if state == CONFIRMED else {}))  # nosec B105 # no password
    return erased
