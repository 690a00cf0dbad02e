"""The book of one batch: what its intents read, and what it adds to the store in one commit."""

from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Raw

from quayledger.kernel import EVERYONE, Key, Outcome, Record, related
from quayledger.kernel.codec import b64, encode
from quayledger.ledger.admission import Admitted
from quayledger.ledger.chamber import Chamber, Done, Founding, Sealed, seal
from quayledger.ledger.content import Share, mask, shares
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.entry import read_entry, write_pairs
from quayledger.ledger.log.checkpoint import Checkpoint


class Book(Mapping[Key, Record | None]):
    """As a mapping: every record that the batch names, as its intents so far left it."""

    def __init__(self, store: Store, chamber: Chamber, origin: str, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._chamber = chamber
        self._origin = origin
        self._key = key
        self._records: dict[Key, Record | None] = {}
        self._used: dict[str, int] = {}
        self._accepted: dict[str, tuple[str, int]] = {}
        self._waiting: list[tuple[Admitted, Done, int]] = []
        self._spent = store.spent()
        self._newly_spent: dict[str, int] = {}
        self._note = store.newest_note() or ""
        self._fresh: dict[int, bytes] = {}

    def __getitem__(self, name: Key) -> Record | None:
        return self._records[name]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def begin(self, batch: Sequence[Admitted]) -> None:
        """Load everything that the batch names."""
        self._fresh.clear()
        self._accepted.clear()
        disclosures = [disclosure for one in batch for disclosure in one.disclosures]
        self._records = {}
        for disclosure in disclosures:
            self._records.update(dict.fromkeys(disclosure.command.touches()))
            self._records.update(dict.fromkeys(disclosure.expects))
        names = list(self._records)
        rulebook = self._chamber.rulebook
        newest = {}
        for name, number, data in self._store.openings(names):
            self._records[name] = rulebook.recall(data)
            newest[name] = number
        self._store.begin(newest)
        self._used = self._store.used([one.payload.id for one in batch])

    def knows(self, id: str) -> bool:
        """Whether the id was used or spent before; then nobody needs to look at signatures."""
        return id in self._used or id in self._spent

    def used(self, id: str) -> tuple[str, int] | None:
        """Payload hash and entry number if an intent was accepted under the id."""
        if id in self._accepted:
            return self._accepted[id]
        n = self._used.get(id)
        return None if n is None else (read_entry(self._store.entries(n, 1)[0]).intent, n)

    def is_spent(self, id: str) -> bool:
        """Whether an intent was refused under the id and could still be fired."""
        return id in self._spent

    def spend(self, id: str, expires_ms: int) -> None:
        """Never let an intent of this id happen."""
        self._spent[id] = self._newly_spent[id] = expires_ms

    def accept(self, admitted: Admitted, done: Done, time_ms: int) -> int:
        """Take in what an intent did, so that the next one sees it; gives its entry number."""
        n = self._chamber.tree.size + len(self._accepted)
        outcome = done.outcome
        self._pass_on(n, outcome)
        askers = [disclosure.command.by for disclosure in admitted.disclosures]
        self._store.add_feed(n, shares(outcome, askers))
        self._records.update(outcome.writes)
        self._chamber.learn(outcome.writes, time_ms)
        self._accepted[admitted.payload.id] = admitted.payload_hash, n
        self._waiting.append((admitted, done, time_ms))
        return n

    def seal(self) -> None:
        """Turn what was accepted into entries, in store, tree and map."""
        for admitted, done, time_ms in self._waiting:
            hash, signatures = admitted.payload_hash, admitted.intent.signatures
            sealed = seal(hash, signatures, time_ms, done.opened)
            intent = encode((admitted.intent, admitted.raw))
            n = self.append(sealed, done.opened, done.outcome.writers, intent)
            self._store.add_used(admitted.payload.id, n)
        self._waiting.clear()

    def append(
        self,
        sealed: Sealed,
        opened: Mapping[Key, bytes],
        writers: Mapping[Key, Sequence[int]],
        intent: bytes,
    ) -> int:
        """Append an entry with its content to store, tree and map; gives its number."""
        n, data = self._chamber.tree.size, sealed.data
        rows = [(name, opened[name], mask(writers.get(name, ()))) for name in sorted(opened)]
        self._store.add_entry(n, data, intent, rows)
        self._fresh[n] = data
        self._chamber.append(data, sealed.pairs)
        return n

    def _pass_on(self, n: int, outcome: Outcome) -> None:
        """Give newcomers of a chained record its past."""
        chained = self._chamber.rulebook.chained
        for name, audience in outcome.audience.items():
            before = self._records[name]
            if before is not None and name.partition("/")[0] in chained:
                for party in sorted(audience - related(before)):
                    self._store.add_past(party, n, name)

    def commit(self, time_ms: int) -> None:
        """Make everything durable under a new checkpoint."""
        if self._fresh:
            size = self._chamber.tree.size
            self._note = Checkpoint(self._origin, size, *self._chamber.roots()).sign(self._key)
            self._store.add_checkpoint(size, self._note)
        if self._fresh or self._newly_spent:
            for id, expires_ms in self._newly_spent.items():
                self._store.add_spent(id, expires_ms)
            self._spent = {id: until for id, until in self._spent.items() if until > time_ms}
            self._store.commit(time_ms)
            self._newly_spent.clear()

    def receipt(self, n: int) -> bytes:
        """The canonical receipt of a committed entry."""
        if n in self._fresh:
            size = self._chamber.tree.size
            return make_receipt(self._chamber, n, self._fresh[n], self._note, size)
        return receipt(self._store, self._chamber, n)

    def found(self, founding: Founding) -> None:
        """Write entry 0."""
        pairs = write_pairs(founding.opened)
        sealed = Sealed(founding.entry, encode(founding.entry), pairs)
        self.append(sealed, founding.opened, {}, founding.payload.encode("ascii"))
        self._chamber.learn(founding.records, founding.entry.time_ms)
        self._store.add_feed(0, {EVERYONE: Share(0, mask(range(len(founding.opened))))})
        self.commit(founding.entry.time_ms)


def receipt(store: Store, chamber: Chamber, n: int) -> bytes:
    """The canonical receipt of an entry under the first checkpoint that covers it."""
    (data,) = store.entries(n, 1)
    (note,) = store.notes(n, 1)
    return make_receipt(chamber, n, data, note, int(note.split("\n", 2)[1]))


def make_receipt(chamber: Chamber, n: int, data: bytes, note: str, size: int) -> bytes:
    """The canonical receipt of an entry under a checkpoint over `size` entries."""
    proof = b64(chamber.tree.inclusion(n, size))
    return encode({"n": n, "entry": Raw(data), "proof": proof, "checkpoint": note})
