"""The Merkle tree of RFC 6962: roots, and proofs of inclusion and consistency."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps every complete subtree, 64 bytes a leaf."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._edge: dict[tuple[int, int], bytes] = {}
        self._paths: dict[tuple[int, int, int], bytes] = {}

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0]) // 32

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        if self._paths:
            self._edge.clear()
            self._paths.clear()
        level, value = 0, leaf
        self._levels[0] += leaf
        while len(self._levels[level]) % 64 == 0:
            value = node_hash(bytes(self._levels[level][-64:-32]), value)
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += value

    def root(self) -> bytes:
        """The root over all leaves."""
        return self.root_at(self.size)

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` leaves."""
        return self._subtree(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> bytes:
        """The audit path of a leaf in the tree of that size, 32 bytes a hash from below.

        Neighbours share most of their paths, so these are kept until the tree grows.
        """
        if not 0 <= index < size <= self.size:
            raise IndexError(f"leaf {index} of {size}")
        return self._path(0, index, size)

    def _path(self, level: int, index: int, size: int) -> bytes:
        """The audit path of a node from its level up (RFC 6962 section 2.1.1)."""
        last = (size - 1) >> level
        if last == 0:
            return b""
        known = self._paths.get((level, index, size))
        if known is None:
            above, sibling = self._path(level + 1, index >> 1, size), index ^ 1
            if sibling > last:
                return above
            start, end = sibling << level, (sibling + 1) << level
            known = self._subtree(start, min(end, size)) + above
            self._paths[level, index, size] = known
        return known

    def consistency(self, old: int, size: int) -> list[bytes]:
        """The proof that the tree of `size` extends that of `old` (RFC 6962 section 2.1.2)."""
        return self._extension(old, 0, size, True) if old else []

    def _extension(self, old: int, start: int, end: int, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._subtree(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._extension(old, start, middle, whole), self._subtree(middle, end)]
        return [*self._extension(old, middle, end, False), self._subtree(start, middle)]

    def _subtree(self, start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0:
            level = self._levels[width.bit_length() - 1]
            at = start // width * 32
            return bytes(level[at : at + 32])
        return self._edge.get((start, end)) or self._right_edge(start, end)

    def _right_edge(self, start: int, end: int) -> bytes:
        """The hash of an incomplete subtree; all paths of one size share the few there are."""
        middle = start + _split(end - start)
        value = node_hash(self._subtree(start, middle), self._subtree(middle, end))
        self._edge[start, end] = value
        return value


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, level by level: a last node without a partner moves up."""
    level = list(leaves)
    while len(level) > 1:
        last = level[len(level) // 2 * 2 :]
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + last
    return level[0] if level else EMPTY_ROOT


def verify_inclusion(index: int, size: int, leaf: bytes, proof: bytes, root: bytes) -> bool:
    """Whether the audit path leads from the leaf hash to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or len(proof) % 32:
        return False
    value, last = leaf, size - 1
    for at in range(0, len(proof), 32):
        hash = proof[at : at + 32]
        if last == 0:
            return False
        if index & 1 or index == last:
            value = node_hash(hash, value)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            value = node_hash(value, hash)
        index, last = index >> 1, last >> 1
    return last == 0 and value == root


def _split(width: int) -> int:
    """The largest power of two below a width above one."""
    return 1 << (width - 1).bit_length() - 1
