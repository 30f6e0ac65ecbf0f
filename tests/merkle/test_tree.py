"""The tree: the published vectors of RFC 6962, and every size up to 130 against its definition."""

from hashlib import sha256

import pytest

from campaign.merkle.tree import (
    EMPTY_ROOT,
    Frontier,
    ProofBrokenError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    root_of,
)

SIZES = 130
# The eight entries that the implementations of Certificate Transparency test with, and the roots over the first n.
PUBLISHED = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
PUBLISHED_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = leaf_hashes(number.to_bytes(2, "big") for number in range(SIZES))


def defined_root(leaves):
    """MTH as RFC 6962, 2.1 defines it, letter by letter and slowly."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


ROOTS = [defined_root(LEAVES[:size]) for size in range(SIZES + 1)]


def node(level, index):
    return defined_root(LEAVES[index << level : (index + 1) << level])


def test_the_published_roots_come_out():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    leaves = leaf_hashes(PUBLISHED)
    assert [root_of(leaves[:size]).hex() for size in range(1, 9)] == PUBLISHED_ROOTS


def test_the_published_paths_come_out():
    leaves = leaf_hashes(PUBLISHED)

    def published(level, index):
        return root_of(leaves[index << level : (index + 1) << level])

    assert [each.hex() for each in inclusion_proof(5, 8, published)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [each.hex() for each in consistency_proof(6, 8, published)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_the_frontier_has_the_root_of_every_size_however_it_grew():
    grown = Frontier()
    for size in range(SIZES + 1):
        assert (grown.size, grown.root) == (size, ROOTS[size])
        at_once = Frontier()
        at_once.extend(LEAVES[:size])
        assert at_once.to_bytes() == grown.to_bytes()
        again = Frontier(size, grown.to_bytes())
        again.extend(LEAVES[size:])
        assert again.root == ROOTS[SIZES]
        grown.extend(LEAVES[size : size + 1])


def test_a_frontier_of_another_size_is_refused():
    with pytest.raises(ValueError, match="a tree of 5 entries has 2 hashes at its edge"):
        Frontier(5, bytes(32))


def test_every_entry_of_every_tree_is_proven_to_be_in_it():
    for size in range(1, SIZES + 1):
        for index in range(size):
            path = inclusion_proof(index, size, node)
            check_inclusion(LEAVES[index], index, size, path=path, root=ROOTS[size])


def test_every_tree_is_proven_to_begin_with_every_smaller_one():
    for size in range(1, SIZES + 1):
        for old in range(1, size + 1):
            check_consistency((old, ROOTS[old]), (size, ROOTS[size]), consistency_proof(old, size, node))


def test_another_entry_place_size_or_path_proves_nothing():
    path = inclusion_proof(5, 13, node)
    leaf, root = LEAVES[5], ROOTS[13]
    wrong = [
        (LEAVES[6], 5, 13, path), (leaf, 4, 13, path), (leaf, 5, 6, path), (leaf, 5, 33, path), (leaf, 13, 13, path),
        (leaf, -1, 13, path), (leaf, 5, 13, path[:-1]), (leaf, 5, 13, [*path, path[0]]), (leaf, 5, 13, path[::-1]),
    ]  # fmt: skip
    for one, index, size, steps in wrong:
        with pytest.raises(ProofBrokenError):
            check_inclusion(one, index, size, path=steps, root=root)


@pytest.mark.parametrize("old", [6, 4])
def test_a_tree_that_forgot_or_changed_something_is_found_out(old):
    path = consistency_proof(old, 13, node)
    one, other = (old, ROOTS[old]), (13, ROOTS[13])
    wrong = [
        ((old, ROOTS[old - 1]), other, path), (one, (13, ROOTS[12]), path), ((old - 1, ROOTS[old]), other, path),
        (other, one, path), ((0, EMPTY_ROOT), other, path), (one, other, path[:-1]), (one, other, [*path, path[0]]),
        (one, other, path[::-1]), (one, (old, ROOTS[old]), path),
    ]  # fmt: skip
    for before, after, steps in wrong:
        with pytest.raises(ProofBrokenError):
            check_consistency(before, after, steps)


def test_an_empty_proof_proves_only_that_a_tree_is_itself():
    check_consistency((8, ROOTS[8]), (8, ROOTS[8]), [])
    with pytest.raises(ProofBrokenError, match="empty"):
        check_consistency((6, ROOTS[6]), (8, ROOTS[8]), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_what_is_not_in_the_tree_has_no_path(index, size):
    with pytest.raises(ValueError, match="is not in a tree of"):
        inclusion_proof(index, size, node)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3)])
def test_no_tree_grows_out_of_a_larger_one_or_none(old, size):
    with pytest.raises(ValueError, match="no tree of 3 grew out of one of"):
        consistency_proof(old, size, node)


def test_an_entry_is_hashed_as_a_leaf_and_never_as_two_subtrees():
    assert leaf_hash(b"") == bytes.fromhex(PUBLISHED_ROOTS[0])
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != ROOTS[2]
