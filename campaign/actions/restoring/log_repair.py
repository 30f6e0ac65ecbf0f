"""The published files of a log, held against the database, and written anew from it by somebody's command."""

from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from campaign.actions.counting import log_files
from campaign.actions.counting.log import LogRefusedError, entries_of, locked, opened, seal, told_roots
from campaign.merkle.tiles import Edge, File
from campaign.merkle.tree import Frontier, leaf_hashes
from campaign.models import Petition, PetitionLog

_FILES_AT_ONCE = 512


def differing_files(petition: Petition) -> Iterator[str]:
    """The paths of published files that are not what the database makes of them, as they are come upon."""
    log = PetitionLog.objects.select_related("petition").get(pk=petition.pk)
    folder, edge = log_files.folder_of(log), Edge()
    for path, tile in _tiles(log, edge):
        if not (folder / path).is_file() or (folder / path).read_bytes() != tile:
            yield path
    told = told_roots(log)
    if log_files.read_checkpoint(log) != log.checkpoint or (told and told != [(edge.size, edge.root)]):
        yield log_files.CHECKPOINT


def _tiles(log: PetitionLog, edge: Edge) -> Iterator[File]:
    """Every file below ``tile/`` that a log of the published size has."""
    yield from edge.extend(entries_of(log, 0, log.published_size))
    yield from edge.partial_files()


@transaction.atomic
def mend(petition: Petition) -> None:
    """Write the published log anew from the database, its state with it. Raises LogRefusedError, OSError.

    It is refused where the entries do not lead to what was published: nobody has a right to publish another log.
    """
    log = locked(petition)
    note = log_files.read_checkpoint(log)
    published = opened(log, note)
    known = [(published.size, published.root)] if note else told_roots(log)
    log.frontier = _frontier(log, known).to_bytes()
    log.save(update_fields=["frontier"])
    edge, folder = Edge(), log_files.folder_of(log)
    files = edge.extend(entries_of(log, 0, log.size))
    while some := list(islice(files, _FILES_AT_ONCE)):
        log_files.write_tiles(folder, some)
    seal(log, edge)


def _frontier(log: PetitionLog, known: list[tuple[int, bytes]]) -> Frontier:
    """The state that the entries make. Raises LogRefusedError where they do not lead to the known size and root."""
    frontier = Frontier()
    for size, root in known:
        frontier.extend(leaf_hashes(entries_of(log, 0, size)))
        if (frontier.size, frontier.root) != (size, root):
            raise LogRefusedError(PetitionLog.Refusal.DIFFERS)
    frontier.extend(leaf_hashes(entries_of(log, frontier.size, log.size)))
    if frontier.size != log.size:
        raise LogRefusedError(PetitionLog.Refusal.DIFFERS)
    return frontier
