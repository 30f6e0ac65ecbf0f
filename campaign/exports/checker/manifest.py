"""The manifest: that the log's key sealed it, and that what it tells is what the log says."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from campaign.exports.checker.log import count_of
from campaign.exports.checker.notes import BrokenError, open_note, read_json, read_text

SEALED = "undersigned bundle 1"  # first line of the note that seals a manifest
NAMED = "undersigned bundle key 1"  # first line of the note in which the log's key names another for one delivery
FORMAT = "undersigned bundle 1"
COLUMNS = ["name", "country", "language", "signed_on"]
WORDS, NUMBERS, LISTS = ("petition", "site"), ("delivery", "rows", "count", "log_size", "parts"), ("columns", "papers")
Manifest = dict[str, Any]


def read_manifest(folder: Path) -> Manifest:
    """What manifest.json tells. Raises BrokenError."""
    manifest = read_json(folder / "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BrokenError(f"The manifest (manifest.json) is none of the format {FORMAT}.")
    for name in (*WORDS, *NUMBERS, *LISTS, "files"):
        if not is_of_its_kind(name, manifest.get(name)):
            raise BrokenError(f"The manifest (manifest.json) tells no {name}, or one of another kind.")
    if manifest["columns"] != [column for column in COLUMNS if column in manifest["columns"]]:
        raise BrokenError("The manifest (manifest.json) names columns that no delivery has, or not in their order.")
    if "name" not in manifest["columns"]:
        raise BrokenError("The manifest (manifest.json) leaves out the names, which every delivery has.")
    return manifest


def is_of_its_kind(name: str, value: Any) -> bool:
    if name in NUMBERS:
        return type(value) is int and value >= 0
    if name in LISTS:
        return type(value) is list and all(type(each) is str for each in value) and len(value) == len({*value})
    if name in WORDS:
        return type(value) is str
    return type(value) is dict and all(
        type(told) is dict and type(told.get("sha256")) is str for told in value.values()
    )


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


def fact_faults(manifest: Manifest, key: str, entries: list[bytes]) -> Iterator[str]:
    """A sentence for each fact of the manifest that the log says otherwise; the key's name is that of the log."""
    site, _, slug = key.partition("+")[0].rpartition("/log/")
    for name, value in (("petition", slug), ("count", count_of(entries)), ("log_size", len(entries))):
        if manifest[name] != value:
            yield f"The manifest (manifest.json) says {name} {manifest[name]}, and the log {value}."
    if not re.fullmatch(rf"https?://{re.escape(site)}/([\w-]+/)*{re.escape(slug)}/", manifest["site"]):
        yield f"The manifest (manifest.json) is of the site {manifest['site']}, and the log of {site}."
