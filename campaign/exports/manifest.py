"""The manifest of a bundle: what it is, each file with its SHA-256, and the seal of the log's key over all of it.

The seal is a signed note (C2SP) of the manifest's digest. Its first line keeps it apart from the log's checkpoints,
which the same key seals and which begin with the log's name. A machine that does not hold the log's key seals with a
key of its own, which the log's key has named for this one delivery.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from campaign.exports.checker.manifest import FORMAT, NAMED, SEALED
from campaign.exports.zips import Entry
from campaign.merkle.notes import Signer

MANIFEST, SEAL, KEY = "manifest.json", "manifest.seal", "manifest.key"


def manifest(facts: Mapping[str, Any], files: Iterable[Entry]) -> bytes:
    """The manifest's text: the facts, and the measure of each file, in the order of their names."""
    measured = {
        entry.name: {"size": entry.measure.size, "sha256": entry.measure.sha256}
        for entry in sorted(files, key=lambda entry: entry.name)
    }
    return (json.dumps({"format": FORMAT, **facts, "files": measured}, ensure_ascii=False, indent=1) + "\n").encode()


def seal(raw: bytes, signer: Signer, *, petition: str, delivery: int) -> str:
    """The note that seals a manifest."""
    return signer.seal(f"{SEALED}\n{petition}\n{delivery}\n{sha256(raw).hexdigest()}\n")


def name_key(verifier_text: str, signer: Signer, *, petition: str, delivery: int) -> str:
    """The note in which the log's key names another, as `name+id+base64`, for one delivery."""
    return signer.seal(f"{NAMED}\n{petition}\n{delivery}\n{verifier_text}\n")
