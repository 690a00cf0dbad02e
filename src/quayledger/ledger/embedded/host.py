"""The embedded ledger host: the port's methods over one writer and one database."""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Raw

from quayledger.contracts.membership.public import Genesis
from quayledger.kernel import EVERYONE, Malformed, Party, Rulebook
from quayledger.ledger.chamber import Chamber, found
from quayledger.ledger.content import ALL, Delivery, Share, deliver, signer_of
from quayledger.ledger.embedded.book import Book, receipt
from quayledger.ledger.embedded.ordering import Writer
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.entry import read_entry
from quayledger.ledger.intent import SignedIntent
from quayledger.ledger.log.checkpoint import read_checkpoint

_STEP: Final = 10_000
_INTENT: Final = msgspec.json.Decoder(tuple[SignedIntent, tuple[Raw, ...]])


class EmbeddedLedger:
    """One network on one machine. It orders, executes and seals; it is one trust domain.

    Raises:
        Malformed: If the folder holds another network, or its log does not fit its checkpoint.
    """

    def __init__(
        self, folder: Path, genesis: Genesis, rulebook: Rulebook, key: Ed25519PrivateKey
    ) -> None:
        founding = found(genesis)
        path = folder / "ledger.sqlite"
        self._store = Store(path)
        self._reader = Store(path)
        self._reading = Lock()
        self._chamber = Chamber(rulebook)
        self._founding = founding
        origin = founding.log_key.partition("+")[0]
        self._book = Book(self._store, self._chamber, origin, key)
        if self._store.newest_note() is None:
            self._book.found(founding.entry, founding.payload, founding.opened)
        else:
            self._rebuild()
        self._writer = Writer(founding.network, self._chamber, self._book)

    @property
    def network(self) -> str:
        """The network's id."""
        return self._founding.network

    def close(self) -> None:
        """Finish what is queued and let the files go."""
        self._writer.stop()
        self._store.close()
        self._reader.close()

    def submit(self, submission: bytes) -> "Future[bytes]":
        """Order an intent; see `Ledger.submit`."""
        return self._writer.submit(submission)

    def receipt(self, intent_id: str) -> bytes | None:
        """The canonical receipt of an accepted intent, None if there is none."""
        with self._reading:
            known = self._reader.used([intent_id]).get(intent_id)
            return None if known is None else receipt(self._reader, self._chamber, known[1])

    def feed(self, party: Party, after: int, limit: int) -> Sequence[tuple[int, Delivery]]:
        """What the party may see, in order, beginning after a cursor."""
        with self._reading:
            rows = self._reader.feed((party, EVERYONE), after, limit)
            return [(cursor, self._deliver(party, n, share)) for cursor, n, share in rows]

    def entries(self, start: int, limit: int) -> Sequence[bytes]:
        """Canonical entries from a position on."""
        with self._reading:
            return self._reader.entries(start, limit)

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        with self._reading:
            return self._reader.newest_note() or ""

    def checkpoints(self, after: int, limit: int) -> Sequence[str]:
        """Signed checkpoints over more than `after` entries, oldest first."""
        with self._reading:
            return self._reader.notes(after, limit)

    def everything(self, start: int, limit: int) -> Sequence[Delivery]:
        """The whole content of entries from a position on: for replay, never for delivery."""
        with self._reading:
            count = len(self._reader.entries(start, limit))
            return [self._deliver(EVERYONE, n, ALL) for n in range(start, start + count)]

    def _deliver(self, party: Party, n: int, share: Share) -> Delivery:
        (data,) = self._reader.entries(n, 1)
        intent_data, openings = self._reader.content(n)
        opened = [Raw(opening) for opening in openings]
        if n == 0:
            intent = SignedIntent(intent_data.decode("ascii"), ())
            return deliver(n, read_entry(data), intent, (), opened, share, ())
        intent, raw = _INTENT.decode(intent_data)
        rulebook, directory = self._chamber.rulebook, self._chamber.directory
        askers = {party}
        for number, disclosure in enumerate(raw):
            if share.commands >> number & 1:
                askers.add(rulebook.disclosure(bytes(disclosure)).command.by)
        people = [directory.person(signer_of(signature)) for signature in intent.signatures]
        seen = [person is not None and person.organisation in askers for person in people]
        return deliver(n, read_entry(data), intent, raw, opened, share, seen)

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
