"""The Merkle tree of RFC 6962, section 2.1, over SHA-256: roots, proofs that an entry is in it, that it only grew.

Nobody keeps the tree. A `Frontier` is enough to let it grow; a proof asks for the few hashes it needs by their place:
`node(level, index)` is the hash over the entries from ``index * 2**level`` up to, not with, ``(index + 1) * 2**level``.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
Node = Callable[[int, int], bytes]


class ProofBrokenError(ValueError):
    """A proof that does not prove what it is held against."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many entries, in their order."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees beside each other."""
    return sha256(b"\x01" + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The level above: one hash for each pair. An odd last one is left out."""
    pair = iter(hashes)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(pair, pair, strict=False)]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees of one size beside each other, of which the last may be smaller."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        level = parents(level) + level[len(level) & ~1 :]
    return level[0]


class Frontier:
    """The right edge of a growing tree: for each bit of its size the root of one full subtree. At most 64 hashes."""

    def __init__(self, size: int = 0, hashes: bytes = b"") -> None:
        """A tree of that size; its subtrees' roots, smallest first. Raises ValueError when they do not fit."""
        if len(hashes) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a tree of {size} entries has {size.bit_count()} hashes at its edge")
        self.size = size
        self._levels: list[bytes] = []  # the root of the full subtree of 2**level entries, empty where there is none
        for level in range(size.bit_length()):
            width = HASH_BYTES * (size >> level & 1)
            self._levels.append(hashes[:width])
            hashes = hashes[width:]

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Let the tree grow by the hashes of new entries."""
        self.size += len(leaves)
        level, carried = 0, list(leaves)
        while carried:
            if level == len(self._levels):
                self._levels.append(b"")
            row = [self._levels[level], *carried] if self._levels[level] else carried
            self._levels[level] = row[-1] if len(row) % 2 else b""
            level, carried = level + 1, parents(row)

    @property
    def root(self) -> bytes:
        """The Merkle Tree Hash of all entries."""
        standing = [each for each in self._levels if each]
        root = standing[0] if standing else EMPTY_ROOT
        for larger in standing[1:]:
            root = node_hash(larger, root)
        return root

    def to_bytes(self) -> bytes:
        """The hashes alone, smallest subtree first: what `Frontier(size, hashes)` takes."""
        return b"".join(self._levels)


def range_root(start: int, end: int, node: Node) -> bytes:
    """The root over the entries from `start` up to, not with, `end`: a range that RFC 6962's splitting leads to."""
    length = end - start
    if length & (length - 1) == 0:
        level = length.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(length)
    return node_hash(range_root(start, middle, node), range_root(middle, end, node))


def _split(length: int) -> int:
    """The largest power of two below `length`."""
    return 1 << (length - 1).bit_length() - 1


# --- Proofs --------------------------------------------------------------------------------------------------------
def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The path of RFC 6962, 2.1.1, from the entry's sibling up to the root's child. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """That the tree of `size` begins with the tree of `old` (RFC 6962, 2.1.2). Raises ValueError."""
    if not 0 < old <= size:
        raise ValueError(f"no tree of {size} grew out of one of {old}")
    path: list[bytes] = []
    start, end = 0, size
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    if start:  # else the old root itself, which whoever checks has already
        path.append(range_root(start, end, node))
    return path[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a path leads to (RFC 9162, 2.1.3.2). Raises ProofBrokenError when it has the wrong length."""
    if not 0 <= index < size:
        raise ProofBrokenError(f"entry {index} is not in a tree of {size}")
    at, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofBrokenError("the path is too long")
        if at & 1 or at == last:
            root = node_hash(sibling, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofBrokenError("the path is too short")
    return root


def check_inclusion(leaf: bytes, index: int, size: int, *, path: Sequence[bytes], root: bytes) -> None:
    """Raise ProofBrokenError unless the entry whose hash is `leaf` is in the tree at that place."""
    if root_by_inclusion(leaf, index, size, path) != root:
        raise ProofBrokenError("the path leads to another root")


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> None:
    """Raise ProofBrokenError unless the tree `new` (size, root) begins with the tree `old` (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        raise ProofBrokenError(f"no tree of {new_size} grew out of one of {old_size}")
    is_power = old_size & (old_size - 1) == 0
    steps = [old_root, *path] if is_power or old == new else list(path)
    if not steps:
        raise ProofBrokenError("the proof is empty")
    at, last = old_size - 1, new_size - 1
    while at & 1 or (at and at == last):
        at, last = at >> 1, last >> 1
    if _two_roots(steps, at, last) != (old_root, new_root):
        raise ProofBrokenError("the new tree does not begin with the old one")


def _two_roots(steps: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to."""
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofBrokenError("the proof is too long")
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofBrokenError("the proof is too short")
    return old, new
