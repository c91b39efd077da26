"""What binds a sequence of rows together: a Merkle tree in the shape of RFC 6962, and proofs that an outsider checks.

A leaf is hashed as SHA-256(0x00 || leaf) and a node as SHA-256(0x01 || left || right), so that no node can pose as a
leaf. The tree over n leaves splits at the largest power of two below n (RFC 6962, 2.1); an inclusion proof shows that
a leaf is in it, a consistency proof that a larger tree begins with a smaller one (2.1.1, 2.1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()
HASH_BYTES: Final = 32


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes.

    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


class GrowingTree:
    """A tree to which leaves are added at the right, in memory that grows with the logarithm of their number.

    It keeps the roots of the full subtrees (`peaks`, largest first): one for each bit that is set in `size`.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Raises ValueError when the peaks are not those of a tree of that size."""
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count() or any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks of {HASH_BYTES} bytes")

    def add(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self.peaks.pop(), carried)
            size >>= 1
        self.peaks.append(carried)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves so far; that of nothing is the hash of nothing."""
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = GrowingTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours on the way from the leaf `index` (from 0) to the root, nearest first.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} in a tree of {len(leaves)}")
    first, end = 0, len(leaves)
    proof: list[bytes] = []
    while end - first > 1:
        middle = first + _left_size(end - first)
        if index < middle:
            proof.append(root_of(leaves[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaves[first:middle]))
            first = middle
    return proof[::-1]


def consistency_proof(leaves: Sequence[bytes], earlier_size: int) -> list[bytes]:
    """The nodes that show that the tree over `leaves` begins with the tree over the first `earlier_size` of them.

    Raises ValueError when the earlier size is not between 1 and the number of leaves.
    """
    if not 1 <= earlier_size <= len(leaves):
        raise ValueError(f"no tree of {earlier_size} leaves precedes one of {len(leaves)}")
    first, end = 0, len(leaves)
    whole = True
    proof: list[bytes] = []
    while earlier_size != end - first:
        left = _left_size(end - first)
        middle = first + left
        if earlier_size <= left:
            proof.append(root_of(leaves[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaves[first:middle]))
            first, earlier_size, whole = middle, earlier_size - left, False
    if not whole:
        proof.append(root_of(leaves[first:end]))
    return proof[::-1]


def is_included(leaf: bytes, index: int, *, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the hash of leaf `index` (from 0) to the root of the tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(neighbour, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(earlier_root: bytes, root: bytes, *, earlier_size: int, size: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` leaves begins with that of `earlier_size` (RFC 9162, 2.1.4.2)."""
    if earlier_size == size:
        return not proof and earlier_root == root
    if not 0 < earlier_size < size:
        return False
    # A full tree is a node of the larger one, and its root is known already.
    path = [earlier_root, *proof] if earlier_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    place, last = earlier_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = path[0]
    for neighbour in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            earlier, later = node_hash(neighbour, earlier), node_hash(neighbour, later)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            later = node_hash(later, neighbour)
        place, last = place >> 1, last >> 1
    return last == 0 and earlier == earlier_root and later == root


def _left_size(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)
