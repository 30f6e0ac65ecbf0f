"""The public log: its entries, and the tree over them (RFC 6962, 2.1) up to the sealed checkpoint (C2SP)."""

import base64
from collections.abc import Iterator
from pathlib import Path

from campaign.exports.checker.notes import BrokenError, open_note, read_text, sha256

# Kinds of entries, the second byte of each; the first six are its head.
TEXT, ADDED, WITHDRAWN, REJECTED, DELIVERED = 1, 2, 3, 4, 5
HEAD_BYTES = 6
ENDINGS, BY_SIGNATORY = (WITHDRAWN, REJECTED), 1  # the second is the last byte of an entry whose owner withdrew
VERSION, SIZES = b"\x01", {TEXT: 38, ADDED: 38, WITHDRAWN: 15, REJECTED: 15, DELIVERED: 54}  # in bytes, the head too


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


def kept_faults(path: Path, key: str, entries: list[bytes]) -> Iterator[str]:
    """Whether these entries go on from a checkpoint that somebody kept: then the log only grew since.

    Raises BrokenError.
    """
    what = f"The checkpoint that was kept ({path.name})"
    size, root = read_checkpoint(read_text(path), key, what)
    if size > len(entries):
        yield f"{what} has {size} entries and this bundle {len(entries)}: only a later delivery can be held against it."
    elif root_of([sha256(b"\x00", entry) for entry in entries[:size]]) != root:
        yield f"{what} is of another log: its {size} entries are not the first {size} in this bundle."


def find_altered(folder: Path, hashes: list[bytes], root: bytes) -> list[str]:
    """Which entries are not those of the checkpoint; the file of hashes tells, where that is whole."""
    raw = (folder / "log/hashes").read_bytes() if (folder / "log/hashes").is_file() else b""
    told = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    if root_of(told) != root:
        return ["The log (log/entries, log/hashes) does not lead to the root in its checkpoint."]
    altered = [place for place, (here, there) in enumerate(zip(hashes, told)) if here != there]  # noqa: B905
    return [f"Entry {place} of the log (log/entries) was altered." for place in altered]


def ends_in(entries: list[bytes]) -> dict[int, int]:
    """Which entries were ended by a later one, and by which: the first that does."""
    ends: dict[int, int] = {}
    for place, entry in enumerate(entries):
        if entry[1] in ENDINGS:
            ends.setdefault(number_in(entry), place)
    return ends


def number_in(entry: bytes) -> int:
    """What stands first behind an entry's head: the index that it ends, or the beginning of a commitment."""
    return int.from_bytes(entry[HEAD_BYTES : HEAD_BYTES + 8], "big")


def shape_faults(entries: list[bytes]) -> Iterator[str]:
    """A sentence for each entry that cannot be read."""
    for place, entry in enumerate(entries):
        if entry[:1] != VERSION or SIZES.get(int.from_bytes(entry[1:2], "big")) != len(entry):
            yield f"Entry {place} of the log (log/entries) has a version, a kind or a length that no entry has."


def sense_faults(entries: list[bytes], ends: dict[int, int]) -> Iterator[str]:
    """A sentence for each entry that a log may not have, sealed though it is."""
    for place, entry in enumerate(entries):
        if entry[1] in ENDINGS:
            ended = number_in(entry)
            if ended >= place or entries[ended][1] != ADDED:
                yield f"Entry {place} of the log (log/entries) ends entry {ended}, which is no signature before it."
            elif ends[ended] != place:
                yield f"Entry {place} of the log (log/entries) ends entry {ended}, which entry {ends[ended]} had ended."
    for earlier, later in repeated(entries):
        end = ends.get(earlier, later)
        if end >= later:
            yield f"Entry {later} of the log (log/entries) enters the signature of entry {earlier} once more."
        elif entries[end][1] == WITHDRAWN and entries[end][-1] == BY_SIGNATORY:
            yield f"Entry {later} of the log (log/entries) enters the signature that entry {end} withdrew once more."


def repeated(entries: list[bytes]) -> Iterator[tuple[int, int]]:
    """Each entry that adds what an earlier one did, behind that: where it was set aside and restored, or corrected.

    At first only eight bytes of each are compared, as numbers in order: a set of a million takes three times as much.
    """
    heads = sorted([number_in(entry) for entry in entries if entry[1] == ADDED])
    alike = {head for place, head in enumerate(heads[1:]) if heads[place] == head}
    del heads
    seen: dict[bytes, int] = {}
    for place, entry in enumerate(entries) if alike else ():
        if entry[1] == ADDED and number_in(entry) in alike:
            body = entry[HEAD_BYTES:]
            if body in seen:
                yield seen[body], place
            seen[body] = place


def count_of(entries: list[bytes]) -> int:
    """The public count: signatures added, less those withdrawn or rejected."""
    return sum(entry[1] == ADDED for entry in entries) - sum(entry[1] in ENDINGS for entry in entries)
