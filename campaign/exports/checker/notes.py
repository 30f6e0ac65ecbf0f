"""Signed notes and the keys that seal them (C2SP signed-note), and the fingerprint that people compare."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from campaign.exports.checker.ed25519 import is_sealed_by


class BrokenError(ValueError):
    """Something that cannot even be read; the message is a sentence."""


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def read_text(path: Path) -> str:
    """The text of a file. Raises BrokenError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenError(f"The file {path.name} is missing, or is no text.") from error


def read_json(path: Path) -> Any:
    """What a file of JSON tells; no name in it comes twice, else readers would differ. Raises BrokenError."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for name, value in pairs:
            if name in told:
                raise BrokenError(f"The file {path.name} tells “{name}” twice.")
            told[name] = value
        return told

    try:
        return json.loads(read_text(path), object_pairs_hook=unique)
    except BrokenError:
        raise
    except (ValueError, RecursionError) as error:
        raise BrokenError(f"The file {path.name} cannot be read as JSON.") from error


def fingerprint(key: str) -> str:
    """SHA-256 over a key's text (``name+id+base64``), in groups of four letters."""
    word = hashlib.sha256(key.encode()).hexdigest()
    return " ".join(word[place : place + 4] for place in range(0, len(word), 4))


def is_fingerprint_of(words: str, key: str) -> bool:
    """Whether `words` are the key's fingerprint, however they are grouped, or the key's text itself."""
    letters = "".join(words.lower().replace(":", " ").replace("-", " ").split())
    return words.strip() == key or letters == fingerprint(key).replace(" ", "")


def open_note(note: str, key: str, what: str) -> str:
    """The text of a note, once it is sure that this key sealed it. Raises BrokenError."""
    name, _, rest = key.partition("+")
    text, _, seals = note.rpartition("\n\n")
    try:
        public = base64.b64decode(rest.partition("+")[2], validate=True)[1:]
        for line in seals.splitlines():
            dash, signer, word = line.split(" ")
            seal = base64.b64decode(word, validate=True)[4:]
            if (dash, signer) == ("—", name) and is_sealed_by(public, (text + "\n").encode(), seal):
                return text + "\n"
    except ValueError:  # what cannot be read is not sealed either
        pass
    raise BrokenError(f"{what} is not sealed by the key of {name}: it was altered, or comes from somebody else.")
