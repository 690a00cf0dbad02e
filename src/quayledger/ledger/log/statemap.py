"""The state map: one root over the current hash of every record.

Key hashes fall into 2^16 buckets by their first two bytes; a bucket is its sorted pairs
`key hash || record hash`; above the buckets stands a 4-ary Merkle tree. A bucket with the three
siblings of each of its eight levels proves a record's hash, or that there is no such record.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

BUCKET_BITS: Final = 16
LEVELS: Final = BUCKET_BITS // 2
PAIR: Final = 64


def bucket_hash(pairs: bytes) -> bytes:
    """The hash of a bucket's sorted pairs (domain 0x00)."""
    return sha256(b"\x00" + pairs).digest()


def parent_hash(children: bytes) -> bytes:
    """The hash of four children's hashes (domain 0x01)."""
    return sha256(b"\x01" + children).digest()


def bucket_of(key_hash: bytes) -> int:
    """The number of the bucket that a key hash falls into."""
    return int.from_bytes(key_hash[:2], "big")


def put(pairs: bytes, key_hash: bytes, record_hash: bytes) -> bytes:
    """The bucket after one write: still sorted, one pair a key."""
    for at in range(0, len(pairs), PAIR):
        name = pairs[at : at + 32]
        if name == key_hash:
            return pairs[: at + 32] + record_hash + pairs[at + PAIR :]
        if name > key_hash:
            return pairs[:at] + key_hash + record_hash + pairs[at:]
    return pairs + key_hash + record_hash


def find(pairs: bytes, key_hash: bytes) -> bytes | None:
    """The record hash of a key in a bucket, None if it is not there."""
    for at in range(0, len(pairs), PAIR):
        if pairs[at : at + 32] == key_hash:
            return pairs[at + 32 : at + PAIR]
    return None


class StateProof(Struct, frozen=True):
    """A bucket and, level by level from below, the hashes of its three siblings (96 bytes)."""

    pairs: bytes
    siblings: tuple[bytes, ...]

    def root(self, key_hash: bytes) -> bytes:
        """The root that the proof leads to for the bucket of this key.

        Raises:
            ValueError: If the proof has not the shape of one, or its pairs are not sorted.
        """
        names = [self.pairs[at : at + 32] for at in range(0, len(self.pairs), PAIR)]
        number = bucket_of(key_hash)
        if len(self.pairs) % PAIR or any(bucket_of(name) != number for name in names):
            raise ValueError("state proof: pairs of another bucket")
        if names != sorted(set(names)) or [len(hash) for hash in self.siblings] != [96] * LEVELS:
            raise ValueError("state proof: unsorted pairs or a wrong number of siblings")
        value = bucket_hash(self.pairs)
        for siblings in self.siblings:
            at = number % 4 * 32
            value = parent_hash(siblings[:at] + value + siblings[at:])
            number //= 4
        return value


class StateMap:
    """All buckets and the tree above, in memory; `commit` hashes what was written since."""

    def __init__(self) -> None:
        self._buckets: dict[int, bytes] = {}
        self._dirty: set[int] = set()
        empty = bucket_hash(b"")
        self._levels: list[bytearray] = []
        for level in range(LEVELS + 1):
            self._levels.append(bytearray(empty * 4 ** (LEVELS - level)))
            empty = parent_hash(empty * 4)

    def write(self, writes: Iterable[tuple[bytes, bytes]]) -> None:
        """Take in (key hash, record hash) pairs."""
        buckets = self._buckets
        for name, record in writes:
            number = bucket_of(name)
            buckets[number] = put(buckets.get(number, b""), name, record)
            self._dirty.add(number)

    def commit(self) -> bytes:
        """Hash what changed and give the root."""
        numbers: Iterable[int] = self._dirty
        for number in numbers:
            hash = bucket_hash(self._buckets[number])
            self._levels[0][number * 32 : number * 32 + 32] = hash
        for level in range(LEVELS):
            below, above = self._levels[level], self._levels[level + 1]
            numbers = {number // 4 for number in numbers}
            for number in numbers:  # As `parent_hash`, without the call: this is the hot loop.
                children = below[number * 128 : number * 128 + 128]
                above[number * 32 : number * 32 + 32] = sha256(b"\x01" + children).digest()
        self._dirty.clear()
        return bytes(self._levels[LEVELS])

    def get(self, key_hash: bytes) -> bytes | None:
        """The record hash of a key, None if there is no such record."""
        return find(self._buckets.get(bucket_of(key_hash), b""), key_hash)

    def prove(self, key_hash: bytes) -> StateProof:
        """The proof of a key's record hash or absence, against the root of the last commit."""
        number = bucket_of(key_hash)
        pairs = self._buckets.get(number, b"")
        siblings = []
        for level in self._levels[:LEVELS]:
            start = number // 4 * 128
            own = start + number % 4 * 32
            siblings.append(bytes(level[start:own] + level[own + 32 : start + 128]))
            number //= 4
        return StateProof(pairs, tuple(siblings))


def root_of(pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The root over the given pairs."""
    state = StateMap()
    state.write(pairs)
    return state.commit()
