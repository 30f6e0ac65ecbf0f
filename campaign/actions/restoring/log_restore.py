"""After a restore to an older database: what was published since comes back into it, and is done again.

The log is what the site has promised in public, so the rows follow it: who withdrew since is erased again, who was
rejected is rejected, and whose confirmation the restore undid is confirmed, for there is an entry with just her
commitment. An entry whose row did not come back is ended as lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from campaign.actions.counting import log_files
from campaign.actions.counting.log import LogRefusedError, locked, root_of
from campaign.actions.counting.sequencing import NewEntry, append, today
from campaign.actions.mailing.updates import cancel_restored_mailings
from campaign.merkle import entries, tiles
from campaign.merkle.entries import Entry
from campaign.merkle.notes import Checkpoint, NoteBrokenError
from campaign.merkle.tree import Frontier, leaf_hashes
from campaign.models import Delivery, Petition, PetitionLog, PublicVersion, Signatory
from campaign.models.signatory import PENDING, REJECTED, SignatoryQuerySet
from campaign.models.signatory_rules import UNSHOWN

Refusal = PetitionLog.Refusal
_CORRECTED = entries.CORRECTED  # ends words, and nobody
_CONFIRMED = {"words_digest": None, "words_differ": False}
_AT_ONCE = 5_000  # SQLite takes some 30,000 values in one statement


@dataclass
class Fates:
    """What the entries that came back tell of the rows: who stands where, and who was ended and how."""

    standing: dict[UUID, int] = field(default_factory=dict)
    ended: dict[UUID, Entry] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)


@transaction.atomic
def bring_back(petition: Petition) -> dict[str, int]:
    """Read the published entries that the database lacks into it; how many of each kind of thing that did.

    Raises LogRefusedError where they are not sealed by our key, or the database is not where they go on from.
    """
    log = locked(petition)
    raw = _missing(log)
    found = [Entry.parse(each) for each in raw]
    first = append(log, [NewEntry(entry.kind, each, entry.ends) for entry, each in zip(found, raw, strict=True)])
    fates = _fates(log, found, first)
    done = {"entries": len(raw), "lost": len(fates.lost)} | _follow(fates)
    told = {entry.digest: at for at, entry in enumerate(found, first) if entry.kind == entries.DELIVERED}
    done["deliveries"] = _announced(log, told)
    if raw:
        cancel_restored_mailings(petition)
    append(log, [NewEntry(entries.WITHDRAWN, entries.withdrawn(today(), at, entries.LOST), at) for at in fates.lost])
    PublicVersion.bump()
    return done


# --- From the files ------------------------------------------------------------------------------------------------
def _missing(log: PetitionLog) -> list[bytes]:
    """The published entries from the log's size on, once it is sure that they follow."""
    try:
        published = log_files.opened(log_files.read_checkpoint(log), log.origin)
        raw = _read(log, published.size)
    except NoteBrokenError as error:
        raise LogRefusedError(Refusal.SEAL) from error
    except (tiles.TileBrokenError, FileNotFoundError) as error:
        raise LogRefusedError(Refusal.FILES) from error
    _check_they_follow(log, raw, published)
    return raw


def _read(log: PetitionLog, size: int) -> list[bytes]:
    read = log_files.reader_of(log)
    start, found = log.size // tiles.WIDTH, []
    for index in range(start, -(-size // tiles.WIDTH)):
        width = min(tiles.WIDTH, size - index * tiles.WIDTH)
        found += tiles.from_bundle(read(tiles.tile_path(tiles.ENTRIES, index, width)))
    return found[log.size - start * tiles.WIDTH :]


def _check_they_follow(log: PetitionLog, raw: Sequence[bytes], published: Checkpoint) -> None:
    root_of(log)
    frontier = Frontier(log.size, bytes(log.frontier))
    frontier.extend(leaf_hashes(raw))
    if (frontier.size, frontier.root) != (published.size, published.root):
        raise LogRefusedError(Refusal.DIFFERS)


# --- To the rows ---------------------------------------------------------------------------------------------------
def _fates(log: PetitionLog, found: Sequence[Entry], first: int) -> Fates:
    """Go through the petition's rows once, and find those that the entries speak of."""
    endings = {entry.ends: entry for entry in found if entry.ends is not None}
    added = {entry.digest: at for at, entry in enumerate(found, first) if entry.kind == entries.ADDED}
    alive = {digest: at for digest, at in added.items() if at not in endings}
    fates = Fates()
    rows = Signatory.objects.filter(Q(entry_index__isnull=False) | Q(commitment__isnull=False), petition=log.pk)
    for pk, index, commitment in rows.values_list("pk", "entry_index", "commitment").iterator(chunk_size=10_000):
        if commitment is not None and bytes(commitment) in alive:
            fates.standing[pk] = alive.pop(bytes(commitment))
        elif index in endings:
            fates.ended[pk] = endings[index]
    fates.lost = sorted(alive.values())
    return fates


def _announced(log: PetitionLog, told: dict[bytes, int]) -> int:
    """Let the deliveries that the log tells of, by their manifests, know where; how many. Else they were told twice."""
    forgotten = Delivery.objects.unannounced().filter(petition=log.pk)
    places = [Delivery(pk=pk, entry_index=told.get(bytes.fromhex(digest)))
              for pk, digest in forgotten.values_list("pk", "manifest_digest")]  # fmt: skip
    return Delivery.objects.bulk_update([each for each in places if each.entry_index is not None], ["entry_index"])


def _follow(fates: Fates) -> dict[str, int]:
    """Bring the rows to where the log has them."""
    again = list(fates.standing)
    confirmed = _each(again, lambda rows: rows.filter(state=PENDING).move("confirm", **_CONFIRMED))
    restored = _each(again, lambda rows: rows.filter(state=REJECTED).move("restore", ended_at=None))
    places = [Signatory(pk=pk, entry_index=at, amended_at=None) for pk, at in fates.standing.items()]
    Signatory.objects.bulk_update(places, ["entry_index", "amended_at"], batch_size=500)
    _each(list(fates.ended), lambda rows: rows.update(entry_index=None))
    gone = [pk for pk, entry in fates.ended.items() if entry.kind == entries.WITHDRAWN and entry.reason != _CORRECTED]
    aside = [pk for pk, entry in fates.ended.items() if entry.kind == entries.REJECTED]
    withdrawn = _each(gone, lambda rows: rows.erase("withdraw"))
    rejected = _each(aside, lambda rows: rows.move("reject", **UNSHOWN))
    return {"confirmed": confirmed, "restored": restored, "withdrawn": withdrawn, "rejected": rejected}


def _each(ids: Sequence[UUID], act: Callable[[SignatoryQuerySet], int]) -> int:
    """Do it to the rows with these keys, as many at once as one statement can name; to how many it was done."""
    parts = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
    return sum(act(Signatory.objects.filter(pk__in=part)) for part in parts)
