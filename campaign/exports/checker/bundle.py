"""The bundle as a whole: the seal of its manifest, each file against the manifest, the log, the rows, the texts."""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from campaign.exports.checker.log import count_of, read_log
from campaign.exports.checker.notes import BrokenError, open_note, read_text
from campaign.exports.checker.rows import check_rows
from campaign.exports.checker.sheets import sheet_faults

SEALED = "undersigned bundle 1"  # first line of the note that seals a manifest
NAMED = "undersigned bundle key 1"  # first line of the note in which the log's key names another for one delivery
UNLISTED = ("manifest.json", "manifest.seal", "manifest.key")
Manifest = dict[str, Any]


def check_bundle(folder: Path, key: str) -> tuple[list[str], list[str]]:
    """What holds and what is wrong with an unpacked bundle, each as sentences. `key` is the log's, as text."""
    held: list[str] = []
    wrong: list[str] = []
    try:
        manifest = json.loads(read_text(folder / "manifest.json"))
        wrong += sealing_faults(folder, manifest, key)
        wrong += file_faults(folder, manifest["files"])
        entries, faults = read_log(folder, key)
        wrong += faults
        if not faults:
            held.append(f"The log has {len(entries)} entries; its count at this checkpoint is {count_of(entries)}.")
        before = len(wrong)
        wrong += check_rows(folder, entries, manifest["columns"], manifest["rows"])
        if len(wrong) == before and "signatures.xlsx" in manifest["files"]:
            wrong += sheet_faults(folder, manifest["columns"])
        if not wrong:
            held.append(f"{manifest['rows']} rows: each is in the log, says just what was signed, and is there once.")
    except BrokenError as error:
        wrong.append(str(error))
    except (ValueError, LookupError, TypeError, OSError, RecursionError, csv.Error) as error:
        wrong.append(f"The bundle is not of the form that this program knows ({type(error).__name__}: {error}).")
    return held, wrong


def sealing_faults(folder: Path, manifest: Manifest, key: str) -> Iterator[str]:
    """Whether the log's key, or one that it named for this delivery, sealed this very manifest."""
    which = [manifest["petition"], str(manifest["delivery"])]
    try:
        if (folder / "manifest.key").is_file():
            named = open_note(read_text(folder / "manifest.key"), key, "The key of the manifest (manifest.key)")
            *head, key = named.splitlines()
            if head != [NAMED, *which]:
                yield "The key of the manifest (manifest.key) was named for another delivery."
        digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        sealed = open_note(read_text(folder / "manifest.seal"), key, "The manifest (manifest.seal)")
        if sealed.splitlines() != [SEALED, *which, digest]:
            yield "The manifest (manifest.json) is not the one that was sealed: it was altered."
    except BrokenError as error:
        yield str(error)


def file_faults(folder: Path, files: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A sentence for each file that is missing, altered, or not the manifest's."""
    for name, told in files.items():
        if not (folder / name).is_file():
            yield f"The file {name} is missing."
        elif sha256_of(folder / name) != told["sha256"]:
            yield f"The file {name} was altered."
    known = {*files, *UNLISTED}
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    yield from (f"The file {name} does not belong to the bundle." for name in found if name not in known)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
