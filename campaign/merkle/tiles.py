"""The log as static files (C2SP tlog-tiles): hashes in tiles of 256, entries in bundles of 256, the last ones partial.

Paths are those below the log's own address, such as ``tile/0/x001/234.p/17``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from campaign.merkle.tree import HASH_BYTES, Node, leaf_hashes, parents, root_of

WIDTH = 256  # hashes in a full tile, entries in a full bundle
_BITS = 8  # levels of the tree in a tile: 2**8 = WIDTH
_LENGTH_BYTES = 2
ENTRIES = "entries"
File = tuple[str, bytes]


class TileBrokenError(ValueError):
    """A tile or a bundle that does not have the form it must have."""


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Where a tile lies: `level` is a number, or ENTRIES for a bundle; below WIDTH it is a partial one."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def widths(size: int) -> list[int]:
    """The width of the partial tile of each level at the right edge of a tree; 0 where there is none."""
    found = []
    while size:
        found.append(size % WIDTH)
        size //= WIDTH
    return found


def edge_paths(size: int) -> list[str]:
    """The partial tiles of a tree, and its partial bundle last: all that it takes to let it grow."""
    tiles = [tile_path(level, size >> _BITS * (level + 1), width) for level, width in enumerate(widths(size)) if width]
    return [*tiles, tile_path(ENTRIES, size // WIDTH, size % WIDTH)] if size % WIDTH else tiles


# --- Bundles -------------------------------------------------------------------------------------------------------
def to_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one bundle: before each its length, two bytes, big-endian."""
    return b"".join([len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries])


def from_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises TileBrokenError when it ends within one."""
    entries, at = [], 0
    while at < len(bundle):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle) or start > len(bundle):
            raise TileBrokenError("a bundle ends within an entry")
        entries.append(bundle[start:at])
    return entries


def beginning(file: bytes, width: int, *, is_bundle: bool) -> bytes:
    """What the partial form of a tile or bundle held, from the full one."""
    return to_bundle(from_bundle(file)[:width]) if is_bundle else file[: width * HASH_BYTES]


def from_tile(tile: bytes, width: int) -> list[bytes]:
    """The hashes of a tile. Raises TileBrokenError when there are not `width` of them."""
    if len(tile) != width * HASH_BYTES:
        raise TileBrokenError(f"a tile of {width} hashes has {len(tile)} bytes")
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


# --- Writing -------------------------------------------------------------------------------------------------------
class Edge:
    """The right edge of a growing log's tiles: the hashes of each level's last tile, the entries of the last bundle.

    It takes up to 8 KB a level; `Frontier` is the smaller form, from which no tile can be made.
    """

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = (), entries: Iterable[bytes] = ()) -> None:
        self.size = size
        self._levels = [list(each) for each in levels]
        self._entries = list(entries)

    @classmethod
    def read(cls, size: int, read: Callable[[str], bytes]) -> "Edge":
        """The edge of a log of that size; `read` gives a file by its path. Raises TileBrokenError."""
        if not size:
            return cls()
        levels = [
            from_tile(read(tile_path(level, size >> _BITS * (level + 1), width)), width) if width else []
            for level, width in enumerate(widths(size))
        ]
        last = from_bundle(read(tile_path(ENTRIES, size // WIDTH, size % WIDTH))) if size % WIDTH else []
        if leaf_hashes(last) != levels[0]:
            raise TileBrokenError("the last bundle holds other entries than the last tile has hashes of")
        return cls(size, levels, last)

    def extend(self, entries: Iterable[bytes]) -> Iterator[File]:
        """Let the log grow; the tiles and bundles that become full by it, each with its path, as they do."""
        coming = iter(entries)
        while block := list(islice(coming, WIDTH - len(self._entries))):
            self.size += len(block)
            self._entries += block
            yield from self._push(0, leaf_hashes(block))
            if len(self._entries) == WIDTH:
                yield tile_path(ENTRIES, self.size // WIDTH - 1), to_bundle(self._entries)
                self._entries = []

    def _push(self, level: int, hashes: list[bytes]) -> Iterator[File]:
        """Put hashes into a level's last tile, which they fill at most to its end."""
        if level == len(self._levels):
            self._levels.append([])
        tile = self._levels[level]
        tile += hashes
        if len(tile) == WIDTH:
            self._levels[level] = []
            yield tile_path(level, (self.size >> _BITS * (level + 1)) - 1), b"".join(tile)
            yield from self._push(level + 1, [root_of(tile)])

    def partial_files(self) -> Iterator[File]:
        """The partial tiles and the partial bundle, each with its path."""
        for level, tile in enumerate(self._levels):
            if tile:
                yield tile_path(level, self.size >> _BITS * (level + 1), len(tile)), b"".join(tile)
        if self._entries:
            yield tile_path(ENTRIES, self.size // WIDTH, len(self._entries)), to_bundle(self._entries)

    @property
    def root(self) -> bytes:
        """The Merkle Tree Hash of all entries, from the tiles alone."""
        rest: list[bytes] = []
        for tile in self._levels:
            rest = [root_of([*tile, *rest])] if tile or rest else []
        return rest[0] if rest else root_of([])


# --- Reading -------------------------------------------------------------------------------------------------------
def node_from(size: int, read: Callable[[str], bytes]) -> Node:
    """What proofs about a tree of `size` ask: a hash by its place, from the tiles. Each tile is read and hashed once.

    Raises TileBrokenError as it is asked.
    """
    known: dict[tuple[int, int], list[list[bytes]]] = {}

    def rows_of(level: int, index: int) -> list[list[bytes]]:
        """A tile's hashes, and the levels of the tree above them up to the next tile."""
        if (level, index) not in known:
            width = min(WIDTH, (size >> _BITS * level) - index * WIDTH)
            rows = [from_tile(read(tile_path(level, index, width)), width)]
            for _ in range(_BITS - 1):
                rows.append(parents(rows[-1]))
            known[level, index] = rows
        return known[level, index]

    def node(level: int, index: int) -> bytes:
        tile_level, row = divmod(level, _BITS)
        per_tile = WIDTH >> row
        return rows_of(tile_level, index // per_tile)[row][index % per_tile]

    return node
