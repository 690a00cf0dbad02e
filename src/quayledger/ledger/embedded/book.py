"""The book of one batch: what its intents read, and what it adds to the store in one commit."""

from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quayledger.kernel import EVERYONE, Key, Outcome, Record, kind_of, related
from quayledger.kernel.codec import b64, encode
from quayledger.ledger.admission import Admitted
from quayledger.ledger.chamber import Chamber, Sealed
from quayledger.ledger.content import Share, newcomers, shares
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.entry import Entry, read_entry
from quayledger.ledger.log.checkpoint import Checkpoint
from quayledger.ledger.port import Receipt


class Book(Mapping[Key, Record | None]):
    """As a mapping: every record that the batch names, as its intents so far left it."""

    def __init__(self, store: Store, chamber: Chamber, origin: str, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._chamber = chamber
        self._origin = origin
        self._key = key
        self._records: dict[Key, Record | None] = {}
        self._used: dict[str, tuple[str, int]] = {}
        self._spent = store.spent()
        self._newly_spent: dict[str, int] = {}
        self._note = store.newest_note() or ""
        self._open = False

    def __getitem__(self, name: Key) -> Record | None:
        return self._records[name]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def begin(self, batch: Sequence[Admitted]) -> None:
        """Load everything that the batch names."""
        names = list(dict.fromkeys(name for one in batch for name in one.touches()))
        self._records = dict.fromkeys(names)
        rulebook = self._chamber.rulebook
        for name, data in self._store.openings(names):
            self._records[name] = rulebook.opening(data).record
        self._used = self._store.used([one.payload.id for one in batch])

    def used(self, id: str) -> tuple[str, int] | None:
        """Payload hash and entry number if an intent was accepted under the id."""
        return self._used.get(id)

    def is_spent(self, id: str) -> bool:
        """Whether an intent was refused under the id and could still be fired."""
        return id in self._spent

    def spend(self, id: str, expires_ms: int) -> None:
        """Never let an intent of this id happen."""
        self._spent[id] = self._newly_spent[id] = expires_ms

    def add(self, admitted: Admitted, sealed: Sealed) -> int:
        """Append an accepted intent; gives its entry number."""
        outcome = sealed.outcome
        before = {name: related(self._records[name]) for name in outcome.writes}
        askers = [disclosure.command.by for disclosure in admitted.disclosures]
        intent = encode((admitted.intent, admitted.raw))
        n = self.append(sealed.entry, intent, sealed.opened, outcome.writes)
        self._pass_on(n, outcome, before)
        for party, share in shares(outcome, askers).items():
            self._store.add_feed(party, n, share)
        self._records.update(outcome.writes)
        self._store.add_used(admitted.payload.id, admitted.payload_hash, n)
        self._used[admitted.payload.id] = (admitted.payload_hash, n)
        return n

    def append(
        self,
        entry: Entry,
        intent: bytes,
        opened: Mapping[Key, bytes],
        writes: Mapping[Key, Record],
    ) -> int:
        """Append an entry with its content to store, tree and map; gives its number."""
        if not self._open:
            self._store.connection.execute("BEGIN IMMEDIATE")
            self._open = True
        n, data = self._chamber.tree.size, encode(entry)
        self._store.add_entry(n, data, intent, sorted(opened.items()))
        self._chamber.add(entry, data)
        self._chamber.learn(writes)
        return n

    def _pass_on(self, n: int, outcome: Outcome, before: Mapping[Key, frozenset[str]]) -> None:
        """Give newcomers of a chained record its past, and note this entry for later ones."""
        names = sorted(outcome.writes)
        fresh = newcomers(outcome, before)
        for number, name in enumerate(names):
            if kind_of(type(outcome.writes[name])) not in self._chamber.rulebook.chained:
                continue
            for party in fresh.get(name, ()):
                for earlier, share in self._store.chain(name):
                    self._store.add_feed(party, earlier, share)
            commands = sum(1 << writer for writer in dict.fromkeys(outcome.writers[name]))
            self._store.add_chain(name, n, Share(commands, 1 << number))

    def commit(self, time_ms: int) -> None:
        """Make everything durable under a new checkpoint."""
        if not self._open and not self._newly_spent:
            return
        if not self._open:
            self._store.connection.execute("BEGIN IMMEDIATE")
        else:
            log_root, state_root = self._chamber.roots()
            size = self._chamber.tree.size
            self._note = Checkpoint(self._origin, size, log_root, state_root).sign(self._key)
            self._store.add_checkpoint(size, self._note)
        for id, expires_ms in self._newly_spent.items():
            self._store.add_spent(id, expires_ms)
        self._forget_spent(time_ms)
        self._store.connection.execute("COMMIT")
        self._newly_spent.clear()
        self._open = False

    def receipt(self, n: int) -> bytes:
        """The canonical receipt of a committed entry."""
        return receipt(self._store, self._chamber, n)

    def found(self, entry: Entry, payload: str, opened: Mapping[Key, bytes]) -> None:
        """Write entry 0."""
        records = {
            name: self._chamber.rulebook.opening(data).record for name, data in opened.items()
        }
        self.append(entry, payload.encode("ascii"), opened, records)
        self._store.add_feed(EVERYONE, 0, Share(0, (1 << len(opened)) - 1))
        self.commit(entry.time_ms)

    def _forget_spent(self, time_ms: int) -> None:
        expired = [id for id, expires_ms in self._spent.items() if expires_ms <= time_ms]
        if expired:
            self._store.forget_spent(time_ms)
            for id in expired:
                del self._spent[id]


def receipt(store: Store, chamber: Chamber, n: int) -> bytes:
    """The canonical receipt of an entry under the first checkpoint that covers it."""
    (data,) = store.entries(n, 1)
    (note,) = store.notes(n, 1)
    size = int(note.split("\n", 2)[1])
    proof = tuple(b64(hash) for hash in chamber.tree.inclusion(n, size))
    return encode(Receipt(n, read_entry(data), proof, note))
