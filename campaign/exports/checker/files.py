"""The files of a bundle: which there are to be, and each against its SHA-256 in the manifest."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from campaign.exports.checker.manifest import Manifest

ALWAYS = (
    "README.txt", "demands.json", "log/checkpoint", "log/entries", "log/hashes", "log/key", "openings.csv",
    "signatures.csv", "signatures.xlsx", "verify.py",
)  # fmt: skip
PAPERS = ("letter-{}.pdf", "statement-{}.pdf", "statistics-{}.pdf")  # in each language
PART = "paper/signatures-{:04d}.pdf"
LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
PART_ROWS_MAX = 1_000
UNLISTED = ("manifest.json", "manifest.seal", "manifest.key")


def list_faults(manifest: Manifest) -> Iterator[str]:
    """A sentence for each file that a delivery of this kind has and the manifest does not list, or the other way."""
    listed, parts = manifest["files"], -(-manifest["rows"] // PART_ROWS_MAX) if manifest["papers"] else 0
    parts = min(max(parts, manifest["parts"]), len(listed) + 1)
    written = [paper.format(language) for language in manifest["papers"] for paper in PAPERS]
    expected = [*ALWAYS, *written, *(PART.format(number) for number in range(1, parts + 1))]
    yield from (f"The manifest (manifest.json) leaves out the file {name}." for name in expected if name not in listed)
    strange = sorted({*listed} - {*expected})
    yield from (f"The manifest (manifest.json) lists the file {name}, which no delivery has." for name in strange)


def file_faults(folder: Path, files: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A sentence for each file that is missing, altered, or not the manifest's."""
    for name, told in files.items():
        if not (folder / name).is_file():
            yield f"The file {name} is missing."
        elif sha256_of(folder / name) != told["sha256"]:
            yield f"The file {name} was altered."
    known = {*files, *UNLISTED}
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    strange = (name for name in found if name not in known and not is_of_this_computer(name))
    yield from (f"The file {name} does not belong to the bundle." for name in strange)


def is_of_this_computer(name: str) -> bool:
    """Whether the addressee's own system lays such a file into each folder that is looked at."""
    *folders, last = name.split("/")
    return last in LEFT_BY_SYSTEMS or last.startswith("._") or "__pycache__" in folders


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
