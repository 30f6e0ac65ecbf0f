"""The log as files: where each lies, what is in it, and that the tree can be had from the files alone."""

import pytest

from campaign.merkle.tiles import (
    Edge,
    TileBrokenError,
    edge_paths,
    from_bundle,
    node_from,
    tile_path,
    to_bundle,
    widths,
)
from campaign.merkle.tree import check_inclusion, inclusion_proof, leaf_hash, leaf_hashes, root_of

SIZE = 66_000  # two full levels and a little of a third
ENTRIES = [number.to_bytes(4, "big") * (1 + number % 3) for number in range(SIZE)]
LEAVES = leaf_hashes(ENTRIES)


def grow(*sizes):
    """The files of a log that grew in these steps, as they were published at each."""
    edge, files = Edge(), {}
    for size in sizes:
        files |= dict(edge.extend(ENTRIES[edge.size : size]))
        files |= dict(edge.partial_files())
    return files, edge


@pytest.mark.parametrize(("level", "index", "width", "path"), [
    (0, 0, 256, "tile/0/000"),
    (0, 999, 256, "tile/0/999"),
    (1, 1_000, 256, "tile/1/x001/000"),
    (63, 1_234_067, 256, "tile/63/x001/x234/067"),
    (2, 5, 1, "tile/2/005.p/1"),
    ("entries", 273, 112, "tile/entries/273.p/112"),
])  # fmt: skip
def test_tiles_lie_where_the_standard_says(level, index, width, path):
    assert tile_path(level, index, width) == path


def test_a_log_of_seventy_thousand_has_the_tiles_that_the_standard_counts_for_it():
    edge = Edge()
    full = [path for path, _tile in edge.extend(b"%d" % number for number in range(70_000))]
    assert [len([path for path in full if path.startswith(f"tile/{level}/")]) for level in (0, 1, 2)] == [273, 1, 0]
    assert {path: len(tile) // 32 for path, tile in edge.partial_files() if "entries" not in path} == {
        "tile/0/273.p/112": 112, "tile/1/001.p/17": 17, "tile/2/000.p/1": 1,
    }  # fmt: skip


def test_a_log_of_256_has_a_full_tile_and_a_partial_one_above_it():
    files, _edge = grow(256)
    assert {path: len(tile) // 32 for path, tile in files.items() if "entries" not in path} == {
        "tile/0/000": 256, "tile/1/000.p/1": 1,
    }  # fmt: skip
    assert widths(256) == [0, 1]
    assert edge_paths(256) == ["tile/1/000.p/1"]


def test_each_file_holds_what_the_standard_defines():
    files, _edge = grow(SIZE)
    assert files["tile/0/002"] == b"".join(LEAVES[512:768])
    assert files["tile/1/000"][:64] == root_of(LEAVES[:256]) + root_of(LEAVES[256:512])
    assert files["tile/2/000.p/1"] == root_of(LEAVES[:65_536])
    assert files["tile/entries/001"][:16] == b"\x00\x08" + ENTRIES[256] + b"\x00\x0c" + ENTRIES[257][:4]
    assert from_bundle(files["tile/entries/257.p/208"]) == ENTRIES[257 * 256 : SIZE]


def test_the_files_are_the_same_however_the_log_grew():
    at_once, edge = grow(SIZE)
    by_steps, other = grow(1, 255, 256, 257, 300, 1_000, 65_535, 65_536, SIZE)
    assert {path: by_steps[path] for path in at_once} == at_once
    assert edge.root == other.root == root_of(LEAVES)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_792, 66_000])
def test_a_log_goes_on_from_its_files(size):
    files, edge = grow(size) if size else ({}, Edge())
    assert set(edge_paths(size)) == {path for path, _bytes in edge.partial_files()}
    again = Edge.read(size, files.__getitem__)
    assert (again.size, again.root) == (size, root_of(LEAVES[:size]))
    more = dict(again.extend(ENTRIES[size:]))
    assert again.root == root_of(LEAVES)
    assert more == {path: file for path, file in grow(SIZE)[0].items() if ".p/" not in path and path not in files}


def test_an_edge_with_another_entry_or_of_another_length_is_refused():
    files, _edge = grow(300)
    other = files | {"tile/entries/001.p/44": to_bundle([b"another", *ENTRIES[257:300]])}
    with pytest.raises(TileBrokenError, match="other entries"):
        Edge.read(300, other.__getitem__)
    short = files | {"tile/0/001.p/44": files["tile/0/001.p/44"][:-1]}
    with pytest.raises(TileBrokenError, match="44 hashes has 1407 bytes"):
        Edge.read(300, short.__getitem__)


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x05abcd", b"\x00\x01a\x00"])
def test_a_bundle_that_ends_within_an_entry_is_refused(bundle):
    with pytest.raises(TileBrokenError, match="ends within an entry"):
        from_bundle(bundle)


def test_an_entry_of_no_bytes_is_an_entry():
    assert from_bundle(to_bundle([b"", b"a", b""])) == [b"", b"a", b""]


@pytest.mark.parametrize("size", [1, 2, 256, 257, 4_000, 65_536, 65_537, SIZE])
def test_proofs_come_from_the_files_alone(size):
    files, edge = grow(size)
    node = node_from(size, files.__getitem__)
    for index in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        path = inclusion_proof(index, size, node)
        check_inclusion(leaf_hash(ENTRIES[index]), index, size, path=path, root=edge.root)


def test_a_proof_from_two_hundred_million_reads_no_more_than_a_tile_a_level_and_the_edge():
    size, asked = 200_000_001, []

    def read(path):
        asked.append(path)
        return bytes(32 * int(path.partition(".p/")[2] or 256))

    inclusion_proof(123_456_789, size, node_from(size, read))
    assert len(asked) <= 2 * len(widths(size)) - 1
    assert len(set(asked)) == len(asked)
