"""The published log on the disk: a folder for each petition, laid out as it is served under ``/log/`` (docs/log.md).

Whatever is written is there whole or not at all, and on the disk itself before the checkpoint that speaks of it is.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from campaign import crypto
from campaign.merkle import tiles
from campaign.merkle.notes import Checkpoint, NoteBrokenError, Signer, seal
from campaign.models import Petition, PetitionLog

WRITERS = 8  # files that are written at once
CHECKPOINT, KEY = "checkpoint", "key"


def folder_of(log: PetitionLog) -> Path:
    return _folder(log.petition)


def _folder(petition: Petition) -> Path:
    return Path(settings.LOG_DIR) / petition.slug


# --- Keys ------------------------------------------------------------------------------------------------------------
def signers(origin: str) -> list[Signer]:
    """The keys that seal a log's checkpoints, from LOG_KEY: newest first, should it hold several."""
    return [Signer.from_seed(origin, crypto.derive_key(root, "log key")) for root in settings.LOG_KEY.split()]


def sealed(checkpoint: Checkpoint) -> str:
    """A checkpoint as a note, sealed by each of our keys."""
    return seal(checkpoint.text, signers(checkpoint.origin))


def opened(note: str, origin: str) -> Checkpoint:
    """The checkpoint in a note that one of our keys sealed. Raises NoteBrokenError."""
    for signer in signers(origin):
        try:
            return Checkpoint.open(note, signer.verifier)
        except NoteBrokenError as error:
            broken = error
    raise broken


# --- Reading -------------------------------------------------------------------------------------------------------
def read_checkpoint(log: PetitionLog) -> str:
    """The note that is published; empty where there is none yet."""
    try:
        return (folder_of(log) / CHECKPOINT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def is_known(log: PetitionLog) -> bool:
    """Whether the checkpoint that is published is the one the database knows; a restored one knows an older."""
    return read_checkpoint(log) == log.checkpoint


def reader_of(log: PetitionLog) -> Callable[[str], bytes]:
    """What gives a tile by its path. A partial one that is gone is the beginning of the full one.

    It raises FileNotFoundError where there is neither.
    """
    folder = folder_of(log)

    def read(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            full, partial, width = path.partition(".p/")
            if not partial:
                raise
            return tiles.beginning((folder / full).read_bytes(), int(width), is_bundle=tiles.ENTRIES in path)

    return read


# --- Writing -------------------------------------------------------------------------------------------------------
def write(folder: Path, path: str, content: bytes) -> None:
    """Put a file into its place at once, and wait until the disk has it. Raises OSError."""
    place = folder / path
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)


def write_tiles(folder: Path, files: Iterable[tiles.File]) -> None:
    """Write tiles and bundles; once a full one is there its partial forms go. Raises OSError."""

    def write_one(file: tiles.File) -> None:
        path, content = file
        write(folder, path, content)
        if ".p/" not in path:
            shutil.rmtree(folder / f"{path}.p", ignore_errors=True)

    # Each waits for the disk; the disk takes many at once.
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(write_one, files):
            pass


def write_key(petition: Petition, origin: str) -> None:
    """Publish the keys that a log's checkpoints are to be checked with, where they are not yet. Raises OSError."""
    folder = _folder(petition)
    keys = "".join(f"{signer.verifier.text}\n" for signer in signers(origin))
    if not (folder / KEY).exists() or (folder / KEY).read_text(encoding="utf-8") != keys:
        write(folder, KEY, keys.encode())


def write_head(log: PetitionLog, note: str) -> None:
    """Publish a checkpoint, and the keys it is to be checked with. Raises OSError."""
    write_key(log.petition, log.origin)
    write(folder_of(log), CHECKPOINT, note.encode())
