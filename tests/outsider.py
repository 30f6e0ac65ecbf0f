"""The public log as an outsider reads it: from its files alone, with the key that lies beside them."""

from pathlib import Path

from django.conf import settings

from campaign.merkle import tiles
from campaign.merkle.entries import ADDED, REJECTED, WITHDRAWN, Entry
from campaign.merkle.notes import Checkpoint, Verifier
from campaign.merkle.tree import leaf_hashes, root_of


def folder_of(petition) -> Path:
    return Path(settings.LOG_DIR) / petition.slug


def checkpoint_of(petition) -> Checkpoint:
    """The published checkpoint, its seal checked."""
    folder = folder_of(petition)
    verifier = Verifier.parse((folder / "key").read_text().splitlines()[0])
    return Checkpoint.open((folder / "checkpoint").read_text(), verifier)


def published(petition) -> list[Entry]:
    """All published entries, once every tile and the root were found to follow from them."""
    folder, checkpoint = folder_of(petition), checkpoint_of(petition)
    raw = []
    for index in range((checkpoint.size + 255) // 256):
        width = min(256, checkpoint.size - 256 * index)
        bundle = tiles.from_bundle((folder / tiles.tile_path("entries", index, width)).read_bytes())
        assert len(bundle) == width
        raw += bundle
    assert root_of(leaf_hashes(raw)) == checkpoint.root
    edge = tiles.Edge()
    for path, tile in [*edge.extend(raw), *edge.partial_files()]:
        assert (folder / path).read_bytes() == tile
    return [Entry.parse(each) for each in raw]


def count_of(entries: list[Entry]) -> int:
    """What anybody counts from the entries; each is ended once at most, and only what was added."""
    added = {index for index, entry in enumerate(entries) if entry.kind == ADDED}
    ended = [entry.ends for entry in entries if entry.kind in (WITHDRAWN, REJECTED)]
    assert len(ended) == len(set(ended))
    assert set(ended) <= added
    return len(added) - len(ended)
