"""What stands in the log: five kinds of entries, and the commitment that a signature's entry is.

An entry is ``version (1 byte) | kind (1) | day (4) | body``; numbers are big-endian, the day is counted from 1970-01-01
in UTC. A commitment says nothing to whoever lacks the salt, and opens field by field to whoever has it: so a delivery
may leave a column out and prove the others. docs/log.md has both, byte by byte.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

VERSION = 1
TEXT, ADDED, WITHDRAWN, REJECTED, DELIVERED = 1, 2, 3, 4, 5
BY_SIGNATORY, CORRECTED, LOST = 1, 2, 3  # why an entry was withdrawn
DIGEST_BYTES = 32
SALT_BYTES = 16
FIELDS = ("text", "name", "country", "language", "signed_on")
CLEAR_FIELDS = ("text", "country", "language", "signed_on")  # what the site knows without opening an envelope
_EPOCH = date(1970, 1, 1).toordinal()
_HEAD = struct.Struct(">BBI")
_END = struct.Struct(">QB")
_DELIVERY = struct.Struct(">QQ")


class EntryBrokenError(ValueError):
    """Bytes that are no entry of a version known here."""


# --- Entries -------------------------------------------------------------------------------------------------------
def day_number(day: date) -> int:
    """A day as entries tell it."""
    return day.toordinal() - _EPOCH


def text(day: int, digest: bytes) -> bytes:
    """A demand's exact text may be signed: SHA-256 over the edition."""
    return _HEAD.pack(VERSION, TEXT, day) + digest


def added(day: int, commitment: bytes) -> bytes:
    """A signature counts from here on."""
    return _HEAD.pack(VERSION, ADDED, day) + commitment


def withdrawn(day: int, ends: int, reason: int) -> bytes:
    """The signature added at the index `ends` counts no more: its owner's doing, or see `reason`."""
    return _HEAD.pack(VERSION, WITHDRAWN, day) + _END.pack(ends, reason)


def rejected(day: int, ends: int, reason: int) -> bytes:
    """The signature added at the index `ends` was set aside by a moderator, for a reason of that class."""
    return _HEAD.pack(VERSION, REJECTED, day) + _END.pack(ends, reason)


def delivered(day: int, manifest: bytes, *, size: int, rows: int) -> bytes:
    """`rows` signatures, as the log had them at `size`, were made into the delivery with this manifest (SHA-256)."""
    return _HEAD.pack(VERSION, DELIVERED, day) + _DELIVERY.pack(size, rows) + manifest


@dataclass(frozen=True)
class Entry:
    """An entry read: `digest` is that of a text or a manifest, or a commitment; `ends` is an index."""

    kind: int
    day: date
    digest: bytes = b""
    ends: int | None = None
    reason: int = 0
    size: int = 0
    rows: int = 0

    @classmethod
    def parse(cls, raw: bytes) -> "Entry":
        """The entry in these bytes. Raises EntryBrokenError."""
        try:
            version, kind, day = _HEAD.unpack_from(raw)
            if version != VERSION:
                raise EntryBrokenError(f"an entry of version {version}")
            return _parse(kind, date.fromordinal(day + _EPOCH), raw[_HEAD.size :])
        except (struct.error, OverflowError, ValueError) as error:
            raise EntryBrokenError("bytes that are no entry") from error


def _parse(kind: int, day: date, body: bytes) -> Entry:
    if kind in (WITHDRAWN, REJECTED):
        ends, reason = _END.unpack(body)
        return Entry(kind, day, ends=ends, reason=reason)
    size, rows = _DELIVERY.unpack_from(body) if kind == DELIVERED else (0, 0)
    digest = body[_DELIVERY.size :] if kind == DELIVERED else body
    if kind not in (TEXT, ADDED, DELIVERED) or len(digest) != DIGEST_BYTES:
        raise EntryBrokenError(f"an entry of kind {kind}, {len(body)} bytes long")
    return Entry(kind, day, digest, size=size, rows=rows)


# --- Commitments ---------------------------------------------------------------------------------------------------
def _key(label: str, secret: bytes) -> bytes:
    return sha256(b"undersigned/1 key " + label.encode() + b"\x00" + secret).digest()


def leaf(field: str, key: bytes, value: str) -> bytes:
    """One field of a signature, closed under its key."""
    return sha256(b"undersigned/1 field " + field.encode() + b"\x00" + key + value.encode()).digest()


def join(leaves: Sequence[bytes]) -> bytes:
    """The commitment: over one leaf for each of FIELDS, in that order."""
    return sha256(b"undersigned/1 signature\x00" + b"".join(leaves)).digest()


def field_keys(salt: bytes) -> dict[str, bytes]:
    """The key of each field, all from the one salt; none tells of another, or of the salt."""
    clear = _key("clear", salt)
    return {"name": _key("name", salt)} | {field: _key(field, clear) for field in CLEAR_FIELDS}


def stub(salt: bytes, name: str) -> bytes:
    """What the site keeps beside the envelope, so that a changed country can be committed to without the name.

    It is the name's leaf and the key that the other fields' keys come from: without the salt it tests no name.
    """
    return leaf("name", _key("name", salt), name) + _key("clear", salt)


def commit(kept: bytes, clear: Mapping[str, str]) -> bytes:
    """The commitment to the name in a `stub` and to these values of CLEAR_FIELDS."""
    name, secret = kept[:DIGEST_BYTES], kept[DIGEST_BYTES:]
    leaves = {field: leaf(field, _key(field, secret), clear[field]) for field in CLEAR_FIELDS}
    return join([name if field == "name" else leaves[field] for field in FIELDS])


def commit_all(salt: bytes, values: Mapping[str, str]) -> bytes:
    """The commitment to all of FIELDS: what its owner, or an addressee who was told the salt, checks."""
    keys = field_keys(salt)
    return join([leaf(field, keys[field], values[field]) for field in FIELDS])
