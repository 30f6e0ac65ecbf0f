"""Pieces of several files in one chunk of bytes: a line of JSON that names them and their sizes, then their bytes.

The building of a delivery appends a chunk a slice; a file of the bundle is its pieces from all chunks in a row.
"""

import json
from collections.abc import Iterable, Iterator, Mapping


def pack(pieces: Mapping[str, bytes]) -> bytes:
    """One chunk of pieces, each under the name of its file."""
    head = json.dumps({name: len(content) for name, content in pieces.items()}, ensure_ascii=False)
    return b"".join([head.encode(), b"\n", *pieces.values()])


def unpack(chunk: bytes) -> dict[str, bytes]:
    """Undo `pack`."""
    head, _, rest = chunk.partition(b"\n")
    pieces, at = {}, 0
    for name, size in json.loads(head).items():
        pieces[name] = rest[at : at + size]
        at += size
    return pieces


def named(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The pieces of one file, from chunks in their order."""
    return (pieces[name] for pieces in map(unpack, chunks) if name in pieces)
