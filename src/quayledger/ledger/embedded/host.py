"""The embedded ledger host: the port's methods over one writer and one database."""

import gc
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quayledger.contracts.membership.public import Genesis
from quayledger.durable import DISK, Disk
from quayledger.kernel import Malformed, Party, Rulebook
from quayledger.ledger.chamber import Chamber, found
from quayledger.ledger.embedded.book import Book, receipt
from quayledger.ledger.embedded.ordering import Clock, Ordering
from quayledger.ledger.embedded.reading import Reading
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.embedded.writer import Order, Writer
from quayledger.ledger.entry import read_entry
from quayledger.ledger.intent import now_ms
from quayledger.ledger.log.checkpoint import read_checkpoint
from quayledger.ledger.port import Feed

_STEP: Final = 10_000


class EmbeddedLedger:
    """One network on one machine. It orders, executes and seals; it is one trust domain.

    `clock` and `writer`, who calls the ordering when something waits, are the machine's own clock
    and a thread, unless a simulation puts its own here.

    Raises:
        Malformed: If the folder holds another network, or its log does not fit its checkpoint.
    """

    def __init__(
        self,
        folder: Path,
        genesis: Genesis,
        rulebook: Rulebook,
        key: Ed25519PrivateKey,
        disk: Disk = DISK,
        clock: Clock = now_ms,
        writer: Callable[[Order], Writer] = Writer,
    ) -> None:
        founding = found(genesis)
        path = folder / "ledger.sqlite"
        self._store = Store(path, disk)
        self.reading = Reading(Store(path, disk), rulebook)
        self._chamber = Chamber(rulebook)
        self._founding = founding
        origin = founding.log_key.partition("+")[0]
        self._book = Book(self._store, self._chamber, origin, key)
        if self._store.newest_note() is None:
            self._book.found(founding)
        else:
            self._rebuild()
        _calm_collector()
        self._ordering = Ordering(founding.network, self._chamber, self._book, clock)
        self._writer = writer(self._ordering.order)

    @property
    def network(self) -> str:
        """The network's id."""
        return self._founding.network

    def close(self) -> None:
        """Finish what is queued and let the files go."""
        self._writer.stop()
        self._ordering.close()
        self._store.close()
        self.reading.close()

    def submit(self, submission: bytes) -> "Future[bytes]":
        """Order an intent; see `Ledger.submit`."""
        return self._writer.submit(submission)

    def receipt(self, intent_id: str) -> bytes | None:
        """The canonical receipt of an accepted intent, None if there is none."""
        with self.reading.lock:
            store = self.reading.store
            known = store.used([intent_id]).get(intent_id)
            return None if known is None else receipt(store, self._chamber, known)

    def feed(self, party: Party, after: int, limit: int) -> Feed:
        """What the party may see, in order, beginning after a cursor."""
        return self.reading.feed(party, after, limit)

    def entries(self, start: int, limit: int) -> Sequence[bytes]:
        """Canonical entries from a position on."""
        return self.reading.entries(start, limit)

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        return self.reading.checkpoint()

    def checkpoints(self, after: int, limit: int) -> Sequence[str]:
        """Signed checkpoints over more than `after` entries, oldest first."""
        return self.reading.checkpoints(after, limit)

    def _rebuild(self) -> None:
        """Derive tree, map and directory from the entries, and hold them against the checkpoint."""
        chamber, start = self._chamber, 0
        while entries := self._store.entries(start, _STEP):
            for data in entries:
                chamber.add(read_entry(data), data)
            start += len(entries)
        for opening in self._store.openings_of_kind("membership."):
            chamber.directory.learn(chamber.rulebook.opening(opening).record)
        (genesis_entry,) = self._store.entries(0, 1)
        if read_entry(genesis_entry) != self._founding.entry:
            raise Malformed("ledger: the folder holds another network than the genesis file names")
        note = read_checkpoint(self._store.newest_note() or "", self._founding.log_key)
        if (note.size, *note.roots()) != (chamber.tree.size, *chamber.roots()):
            raise Malformed(f"ledger: the entries do not give the checkpoint over {note.size}")


def _calm_collector() -> None:
    """What was loaded at start stays; intents make no cycles, so full collections can be rare."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
