"""Merkle trees as RFC 6962 shapes them: known vectors, and proofs that hold for every size and no other leaf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reinsurance.domain.sealing import (
    EMPTY_ROOT,
    GrowingTree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)

# The leaves and roots by which implementations of certificate transparency (RFC 6962) test each other.
LEAVES = [
    leaf_hash(bytes.fromhex(leaf))
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
numbers = st.integers(min_value=1, max_value=70)


def leaves(count):
    return [leaf_hash(str(number).encode()) for number in range(count)]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size):
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_inclusion_proofs_are_those_of_certificate_transparency(index, size, proof):
    assert [node.hex() for node in inclusion_proof(LEAVES[:size], index)] == proof


@pytest.mark.parametrize(
    ("earlier", "size", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_consistency_proofs_are_those_of_certificate_transparency(earlier, size, proof):
    assert [node.hex() for node in consistency_proof(LEAVES[:size], earlier)] == proof


@given(size=numbers, place=numbers, other=numbers)
def test_an_inclusion_proof_holds_for_its_leaf_and_place_alone(size, place, other):
    index, elsewhere = place % size, other % size
    tree = leaves(size)
    proof, root = inclusion_proof(tree, index), root_of(tree)
    assert is_included(tree[index], index, size=size, proof=proof, root=root)
    assert not is_included(leaf_hash(b"another"), index, size=size, proof=proof, root=root)
    assert not is_included(tree[index], index, size=size, proof=[*proof, root], root=root)
    if elsewhere != index:
        assert not is_included(tree[index], elsewhere, size=size, proof=proof, root=root)
        assert not is_included(tree[elsewhere], index, size=size, proof=proof, root=root)
    if proof:
        assert not is_included(tree[index], index, size=size, proof=proof[:-1], root=root)


@given(first=numbers, second=numbers)
def test_a_consistency_proof_holds_for_what_was_there_before_alone(first, second):
    earlier, size = sorted((first, second))
    tree = leaves(size)
    before, after, proof = root_of(tree[:earlier]), root_of(tree), consistency_proof(tree, earlier)
    assert is_consistent(before, after, earlier_size=earlier, size=size, proof=proof)
    rewritten = root_of([leaf_hash(b"rewritten"), *tree[1:earlier]])
    assert not is_consistent(rewritten, after, earlier_size=earlier, size=size, proof=proof)
    assert not is_consistent(before, leaf_hash(b""), earlier_size=earlier, size=size, proof=proof)
    assert not is_consistent(before, after, earlier_size=earlier, size=size, proof=[*proof, after])


@given(size=numbers, more=numbers)
def test_a_tree_grows_on_from_its_peaks(size, more):
    tree = GrowingTree()
    for leaf in leaves(size + more)[:size]:
        tree.add(leaf)
    continued = GrowingTree(tree.size, tree.peaks)
    for leaf in leaves(size + more)[size:]:
        continued.add(leaf)
    assert continued.root == root_of(leaves(size + more))
    assert len(continued.peaks) == (size + more).bit_count()


def test_peaks_of_another_size_are_refused():
    with pytest.raises(ValueError, match="peaks"):
        GrowingTree(3, [EMPTY_ROOT])


def test_what_is_not_in_the_tree_has_no_proof():
    with pytest.raises(IndexError):
        inclusion_proof(leaves(3), 3)
    with pytest.raises(ValueError, match="precedes"):
        consistency_proof(leaves(3), 4)
    assert not is_included(leaves(1)[0], 1, size=1, proof=[], root=leaves(1)[0])
    assert not is_consistent(EMPTY_ROOT, leaves(1)[0], earlier_size=0, size=1, proof=[])


def test_a_node_cannot_pose_as_a_leaf():
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
