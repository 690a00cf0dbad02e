"""The chamber: what the engine knows in memory, and what one intent does to it.

Log tree, state map and directory are derived from the store and rebuilt from it at start.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from quayledger.contracts.membership.public import (
    Genesis,
    Network,
    founding_records,
    network_id,
)
from quayledger.kernel import Env, Key, Outcome, Record, Rulebook, Signer, execute
from quayledger.kernel.codec import b64, encode, sha256, unb64
from quayledger.kernel.merkle import Tree, leaf_hash
from quayledger.ledger.admission import Admitted
from quayledger.ledger.entry import (
    Entry,
    make_entry,
    openings,
    signature_hash,
    signatures_hash,
    write_pairs,
)
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.identity.x509 import certified
from quayledger.ledger.intent import Signature
from quayledger.ledger.log.statemap import StateMap


class Done(Struct, frozen=True):
    """What the rules made of an intent: the effect, and its openings by key."""

    outcome: Outcome
    opened: Mapping[Key, bytes]


class Sealed(Struct, frozen=True):
    """An accepted intent on its way into the log: its entry with canonical bytes and writes."""

    entry: Entry
    data: bytes
    pairs: list[tuple[bytes, bytes]]


def seal(
    payload_hash: str, signatures: Sequence[Signature], time_ms: int, opened: Mapping[Key, bytes]
) -> Sealed:
    """The entry of an intent that left these openings behind."""
    pairs = write_pairs(opened)
    hashes = signatures_hash([signature_hash(one) for one in signatures])
    entry = make_entry(payload_hash, hashes, time_ms, pairs)
    return Sealed(entry, encode(entry), pairs)


class Chamber:
    """Tree, state map and directory of one network, moved on entry by entry."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.tree = Tree()
        self.state = StateMap()
        self.directory = Directory()
        self.time_ms = 0

    def add(self, entry: Entry, data: bytes) -> None:
        """Take an entry, with its canonical bytes, into tree and state map."""
        pairs = [(unb64(name, "key"), unb64(record, "record")) for name, record in entry.writes]
        self.append(data, pairs)
        self.time_ms = entry.time_ms

    def append(self, data: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Take in an entry's canonical bytes and its (key hash, record hash) pairs."""
        self.tree.append(leaf_hash(data))
        self.state.write(pairs)

    def roots(self) -> tuple[bytes, bytes]:
        """Log root and state root after everything added."""
        return self.tree.root(), self.state.commit()

    def run(
        self,
        admitted: Admitted,
        signers: tuple[Signer, ...],
        loaded: Mapping[Key, Record | None],
        time_ms: int,
    ) -> Done:
        """Run the rules on an admitted intent.

        Raises:
            Refused: If a rule says no.
            InvariantBroken: If a rule misbehaves.
        """
        env = Env(time_ms, loaded.__getitem__, signers, self.directory.at(time_ms), certified)
        outcome = execute(self.rulebook, env, admitted.disclosures, loaded)
        return Done(outcome, openings(outcome.writes, admitted.seed))

    def learn(self, writes: Mapping[Key, Record], time_ms: int) -> None:
        """Move time on, and let the directory know what an intent did to membership."""
        self.time_ms = time_ms
        for record in writes.values():
            self.directory.learn(record)


class Founding(Struct, frozen=True):
    """Entry 0: the genesis file, the records that it founds, and its entry in the log."""

    network: str
    payload: str
    records: Mapping[Key, Record]
    entry: Entry
    opened: Mapping[Key, bytes]

    @property
    def log_key(self) -> str:
        """The verifier key of the log that the founders named."""
        return next(r.log_key for r in self.records.values() if isinstance(r, Network))


def found(genesis: Genesis) -> Founding:
    """What a genesis file founds; its records' salts are public, as the file itself is.

    Raises:
        Malformed: If the file contradicts itself.
    """
    data = encode(genesis)
    records = founding_records(genesis, certified)
    opened = openings(records, sha256(data))
    pairs = write_pairs(opened)
    entry = make_entry(b64(sha256(data)), signatures_hash(()), genesis.time_ms, pairs)
    return Founding(network_id(genesis), b64(data), records, entry, opened)
