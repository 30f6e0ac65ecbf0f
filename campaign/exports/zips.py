"""ZIP archives (PKWARE APPNOTE 6.3.10) written front to back from parts whose measures are known beforehand.

`zipfile` of the standard library must go back in its output, or leaves the sizes to the end of each entry, which some
programs refuse for stored entries. Here every header is right at once, so an archive can be sent while it is made.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

STORED, DEFLATED = 0, 8
_UTF8_NAMES = 0x800
_VERSION, _VERSION_64 = 20, 45
_LIMIT = 0xFFFFFFFF
_MIDNIGHT_OF_1980 = 0x21 << 16  # the archive tells no time: the manifest does
_END_OF_DEFLATE = b"\x03\x00"  # an empty last block (RFC 1951, 3.2.3)
Parts = Callable[[], Iterable[bytes]]


class Measure:
    """What is known of a file without keeping it: its size in bytes, its CRC-32, its SHA-256 in hex."""

    def __init__(self, size: int = 0, crc: int = 0, sha256: str = "") -> None:
        """A measure that was taken before; without arguments one that is about to be."""
        self.size, self.crc = size, crc
        self._sha256, self._digest = sha256, hashlib.sha256()

    @classmethod
    def of(cls, parts: Iterable[bytes]) -> "Measure":
        measure = cls()
        for part in parts:
            measure.add(part)
        return measure

    def add(self, part: bytes) -> None:
        self.size += len(part)
        self.crc = zlib.crc32(part, self.crc)
        self._digest.update(part)

    @property
    def sha256(self) -> str:
        return self._sha256 or self._digest.hexdigest()


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its name, the measure of its content, and its bytes as they stand in the archive."""

    name: str
    measure: Measure
    parts: Parts
    method: int = STORED
    packed_size: int | None = None  # where it is deflated

    @property
    def bytes_in_archive(self) -> int:
        return self.measure.size if self.packed_size is None else self.packed_size

    def record(self, offset: int | None = None) -> bytes:
        """The header before the bytes; with `offset`, the one in the directory at the end."""
        name = self.name.encode()
        sizes = (self.bytes_in_archive, self.measure.size)
        wide = [size for size in (*reversed(sizes), *([] if offset is None else [offset])) if size >= _LIMIT]
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = _VERSION_64 if wide else _VERSION
        common = struct.pack(
            "<HHHIIIIHH", version, _UTF8_NAMES, self.method, _MIDNIGHT_OF_1980, self.measure.crc,
            *(min(size, _LIMIT) for size in sizes), len(name), len(extra),
        )  # fmt: skip
        if offset is None:
            return b"PK\x03\x04" + common + name + extra
        tail = struct.pack("<HHHII", 0, 0, 0, 0, min(offset, _LIMIT))
        return b"PK\x01\x02" + struct.pack("<H", version) + common + tail + name + extra


def entry_of(name: str, content: bytes) -> Entry:
    """A small file whose bytes are at hand."""
    return Entry(name, Measure.of([content]), lambda: [content])


def archive(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The bytes of an archive of the entries, in their order."""
    offset, directory, count = 0, b"", 0
    for entry in entries:
        header = entry.record()
        directory += entry.record(offset)
        yield header
        yield from entry.parts()
        offset += len(header) + entry.bytes_in_archive
        count += 1
    yield directory + _end(count, len(directory), offset)


def archive_size(entries: Iterable[Entry]) -> int:
    """How many bytes `archive` gives."""
    offset, directory, count = 0, 0, 0
    for entry in entries:
        directory += len(entry.record(offset))
        offset += len(entry.record()) + entry.bytes_in_archive
        count += 1
    return offset + directory + len(_end(count, directory, offset))


def _end(count: int, size: int, offset: int) -> bytes:
    """The end of the central directory; before it the wide one where numbers do not fit (APPNOTE 4.3.14 to 4.3.16)."""
    counts, places = [min(count, 0xFFFF)] * 2, [min(size, _LIMIT), min(offset, _LIMIT)]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *counts, *places, 0)
    if count < 0xFFFF and offset < _LIMIT:
        return end
    wide = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, _VERSION_64, _VERSION_64, 0, 0, count, count, size, offset
    )  # fmt: skip
    return wide + struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1) + end


# --- Deflating in fragments that are joined later ------------------------------------------------------------------
def deflate(raw: bytes) -> bytes:
    """A fragment of a deflated stream: fragments in a row, then `_END_OF_DEFLATE`, are one stream (RFC 1951)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH)


def deflated_entry(name: str, fragments: Parts) -> Entry:
    """A file given as fragments that `deflate` made. They are read twice: now, to be measured, and when written."""
    measure = Measure.of(_inflate(fragments()))
    packed_size = sum(map(len, fragments())) + len(_END_OF_DEFLATE)
    return Entry(name, measure, lambda: (*fragments(), _END_OF_DEFLATE), DEFLATED, packed_size)


def _inflate(fragments: Iterable[bytes]) -> Iterator[bytes]:
    for fragment in fragments:
        yield zlib.decompressobj(-zlib.MAX_WBITS).decompress(fragment)
