"""Reading the embedded ledger: feeds, entries, checkpoints, over a connection of its own."""

from collections.abc import Sequence
from threading import Lock
from typing import Final

import msgspec
from msgspec import Raw

from quayledger.contracts.membership.public import Person
from quayledger.kernel import EVERYONE, Party, Rulebook, key
from quayledger.ledger.content import ALL, Delivery, Share, deliver, signer_of
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.entry import read_entry
from quayledger.ledger.intent import SignedIntent
from quayledger.ledger.port import Feed

_INTENT: Final = msgspec.json.Decoder(tuple[SignedIntent, tuple[Raw, ...]])


class Reading:
    """What a host answers from its store; safe to ask from any thread."""

    def __init__(self, store: Store, rulebook: Rulebook) -> None:
        self.store = store
        self.lock = Lock()
        self._rulebook = rulebook

    def close(self) -> None:
        """Let the file go."""
        self.store.close()

    def feed(self, party: Party, after: int, limit: int) -> Feed:
        """What the party may see, in order, beginning after a cursor."""
        with self.lock:
            rows = self.store.feed((party, EVERYONE), after, limit)
            return [
                (cursor, [self._deliver(party, n, share) for n, share in shares])
                for cursor, shares in rows
            ]

    def entries(self, start: int, limit: int) -> Sequence[bytes]:
        """Canonical entries from a position on."""
        with self.lock:
            return self.store.entries(start, limit)

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""
        with self.lock:
            return self.store.newest_note() or ""

    def checkpoints(self, after: int, limit: int) -> Sequence[str]:
        """Signed checkpoints over more than `after` entries, oldest first."""
        with self.lock:
            return self.store.notes(after, limit)

    def everything(self, start: int, limit: int) -> Sequence[Delivery]:
        """The whole content of entries from a position on: for replay, never for delivery."""
        with self.lock:
            count = len(self.store.entries(start, limit))
            return [self._deliver(EVERYONE, n, ALL) for n in range(start, start + count)]

    def _deliver(self, party: Party, n: int, share: Share) -> Delivery:
        (data,) = self.store.entries(n, 1)
        intent_data, openings = self.store.content(n)
        opened = [Raw(opening) for opening in openings]
        if n == 0:
            founding = SignedIntent(intent_data.decode("ascii"), ())
            return deliver(n, read_entry(data), founding, (), opened, share, ())
        intent, raw = _INTENT.decode(intent_data)
        askers = {party}
        for number, disclosure in enumerate(raw):
            if share.commands >> number & 1:
                askers.add(self._rulebook.disclosure(bytes(disclosure)).command.by)
        seen = [
            share is ALL or self._employer(signer_of(one)) in askers for one in intent.signatures
        ]
        return deliver(n, read_entry(data), intent, raw, opened, share, seen)

    def _employer(self, person: str) -> Party:
        """The organisation of a registered person."""
        name = key(Person, person)
        ((_, _, data),) = self.store.openings([name])
        record = self._rulebook.opening(data).record
        return record.organisation if isinstance(record, Person) else ""
