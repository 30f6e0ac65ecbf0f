"""Roots and proofs against pymerkle, a library that shares no line with ours."""

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from campaign.merkle.tree import check_consistency, consistency_proof, inclusion_proof, leaf_hashes, root_of

ENTRIES = [b"entry %d" % number for number in range(130)]
LEAVES = leaf_hashes(ENTRIES)


def node(level, index):
    return root_of(LEAVES[index << level : (index + 1) << level])


@pytest.fixture(scope="module")
def theirs():
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_every_root_is_theirs(theirs):
    assert [theirs.get_root(size) for size in range(1, 131)] == [root_of(LEAVES[:size]) for size in range(1, 131)]


def test_every_path_is_theirs(theirs):
    for size in range(1, 131):
        for index in range(size):
            proof = theirs.prove_inclusion(index + 1, size)
            verify_inclusion(LEAVES[index], theirs.get_root(size), proof)
            assert proof.path[0] == LEAVES[index]
            assert inclusion_proof(index, size, node) == proof.path[1:]


def test_every_consistency_proof_leads_from_their_root_to_their_root(theirs):
    """Their own proofs have another form than RFC 6962's, which they accept between the same roots all the same."""
    roots = [theirs.get_root(size) for size in range(1, 131)]
    for size in range(1, 131):
        for old in range(1, size + 1):
            check_consistency((old, roots[old - 1]), (size, roots[size - 1]), consistency_proof(old, size, node))
        verify_consistency(roots[size // 2], roots[size - 1], theirs.prove_consistency(size // 2 + 1, size))
