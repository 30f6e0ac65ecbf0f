"""The public log: its entries, and the tree over them (RFC 6962, 2.1) up to the sealed checkpoint (C2SP)."""

import base64
from pathlib import Path

from campaign.exports.checker.notes import BrokenError, open_note, read_text, sha256

TEXT, ADDED, WITHDRAWN, REJECTED = 1, 2, 3, 4  # kinds of entries, the second byte of each; the first six are its head
HEAD_BYTES = 6


def root_of(hashes: list[bytes]) -> bytes:
    """The Merkle Tree Hash over the hashes of the entries."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        hashes = [sha256(b"\x01", left, right) for left, right in zip(hashes[::2], hashes[1::2])] + odd  # noqa: B905
    return hashes[0] if hashes else sha256()


def read_checkpoint(note: str, key: str, what: str) -> tuple[int, bytes]:
    """Size and root of the log that the key is named after. Raises BrokenError."""
    origin, size, root = open_note(note, key, what).splitlines()[:3]
    if origin != key.partition("+")[0]:
        raise BrokenError(f"{what} is a checkpoint of another log: {origin}.")
    return int(size), base64.b64decode(root)


def read_entries(path: Path) -> list[bytes]:
    """The entries of a file, each behind its length in two bytes. Raises BrokenError."""
    raw = path.read_bytes() if path.is_file() else b""
    entries, at = [], 0
    while at < len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        entries.append(raw[at + 2 : end])
        at = end
    if at > len(raw):
        raise BrokenError(f"The log (log/entries) ends in the middle of entry {len(entries) - 1}.")
    return entries


def read_log(folder: Path, key: str) -> tuple[list[bytes], list[str]]:
    """The entries, counted from 0, and a sentence for each that is not what the checkpoint sealed."""
    size, root = read_checkpoint(read_text(folder / "log/checkpoint"), key, "The checkpoint (log/checkpoint)")
    entries = read_entries(folder / "log/entries")
    if len(entries) < size:
        return entries, [f"The log (log/entries) was cut: the checkpoint has {size} entries, here are {len(entries)}."]
    if len(entries) > size:
        return entries, [f"The log (log/entries) has entries that the checkpoint does not know, from entry {size} on."]
    hashes = [sha256(b"\x00", entry) for entry in entries]
    return entries, [] if root_of(hashes) == root else find_altered(folder, hashes, root)


def find_altered(folder: Path, hashes: list[bytes], root: bytes) -> list[str]:
    """Which entries are not those of the checkpoint; the file of hashes tells, where that is whole."""
    raw = (folder / "log/hashes").read_bytes() if (folder / "log/hashes").is_file() else b""
    told = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    if root_of(told) != root:
        return ["The log (log/entries, log/hashes) does not lead to the root in its checkpoint."]
    altered = [place for place, (here, there) in enumerate(zip(hashes, told)) if here != there]  # noqa: B905
    return [f"Entry {place} of the log (log/entries) was altered." for place in altered]


def ends_in(entries: list[bytes]) -> dict[int, int]:
    """Which entries were ended by a later one, and by which."""
    return {
        int.from_bytes(entry[HEAD_BYTES : HEAD_BYTES + 8], "big"): place
        for place, entry in enumerate(entries)
        if entry[1] in (WITHDRAWN, REJECTED)
    }


def count_of(entries: list[bytes]) -> int:
    """The public count: signatures added, less those withdrawn or rejected."""
    return sum(entry[1] == ADDED for entry in entries) - sum(entry[1] in (WITHDRAWN, REJECTED) for entry in entries)
