"""Entries: what the log keeps for ever, hashes only.

Anyone can check from entries alone that each payload occurs once, that time never runs backwards,
and what the log root and the state root are; without rules, and without learning any content.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from quayledger.kernel import Digest, Key, Opening, Record, TimeMs
from quayledger.kernel.codec import b64, decode, encode, sha256
from quayledger.kernel.types import Opaque
from quayledger.ledger.intent import Signature


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One intent's mark.

    `intent` is the payload's hash, `signatures` the hash over the sorted hashes of the signatures,
    `writes` the (key hash, record hash) pairs in order of the key hash.
    """

    intent: Digest
    signatures: Digest
    time_ms: TimeMs
    writes: tuple[tuple[Opaque, Opaque], ...]


_ENTRY: Final = msgspec.json.Decoder(Entry)


def read_entry(data: bytes) -> Entry:
    """Read an entry.

    Raises:
        Malformed: If it is not canonical.
    """
    return decode(data, _ENTRY, "entry")


def signature_hash(signature: Signature) -> str:
    """The hash that stands for a signature where it may not be seen."""
    return b64(sha256(encode(signature)))


def signatures_hash(hashes: Iterable[str]) -> str:
    """The hash over the signatures' hashes, whatever their order."""
    return b64(sha256("".join(sorted(hashes)).encode("ascii")))


def key_hash(name: Key) -> bytes:
    """What stands for a key in the log and the state map: 32 bytes."""
    return sha256(name.encode())


def record_salt(seed: bytes, name: Key) -> str:
    """The salt of one record: drawn from the intent's seed, so one seed serves all its records."""
    return b64(sha256(seed + name.encode()))


def openings(writes: Mapping[Key, Record], seed: bytes) -> dict[Key, bytes]:
    """The canonical opening of each written record."""
    return {
        name: encode(Opening(name, record, record_salt(seed, name)))
        for name, record in writes.items()
    }


def write_pairs(opened: Mapping[Key, bytes]) -> list[tuple[bytes, bytes]]:
    """Key hash and record hash of each opening, in order of the key hashes."""
    return sorted([(key_hash(name), sha256(opening)) for name, opening in opened.items()])


def make_entry(
    payload_hash: str, signatures: str, time_ms: int, pairs: Iterable[tuple[bytes, bytes]]
) -> Entry:
    """The entry of an intent with these writes."""
    writes = tuple([(b64(name), b64(record)) for name, record in pairs])
    return Entry(payload_hash, signatures, time_ms, writes)
