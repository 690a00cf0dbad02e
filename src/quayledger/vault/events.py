"""The event store of one organisation: salted events in batches, each batch under one Merkle root.

A leaf is the canonical JSON of an event with a salt of 256 bits, so a root says nothing about the
events, and one event can be shown without its neighbours.
"""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from quayledger.durable import open_database
from quayledger.kernel import Digest, Malformed, Party, TimeMs
from quayledger.kernel.codec import b64, decode, encode
from quayledger.kernel.merkle import leaf_hash, root

SCHEMA: Final = """
CREATE TABLE batch(id TEXT PRIMARY KEY, producer TEXT NOT NULL, root TEXT NOT NULL);
CREATE TABLE event(batch TEXT NOT NULL REFERENCES batch, number INTEGER NOT NULL,
                   container TEXT NOT NULL, time_ms INTEGER NOT NULL, leaf BLOB NOT NULL,
                   PRIMARY KEY(batch, number)) WITHOUT ROWID;
CREATE INDEX event_of_container ON event(container, time_ms);
"""


class Event(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One event of a container, in the words of DCSA Track & Trace.

    `code` is an event type code such as GTOT, `classifier` PLN, EST or ACT; `time_ms` is UTC and
    `offset_minutes` the offset in which it was stated; `source` names the message it came in.
    """

    id: str
    container: str
    code: str
    classifier: str
    time_ms: TimeMs
    offset_minutes: int
    source: str
    location: str = ""
    facility: str = ""
    vessel: str = ""
    note: str = ""


class Leaf(Struct, frozen=True, forbid_unknown_fields=True):
    """An event with its salt."""

    event: Event
    salt: Digest


class Seen(Struct, frozen=True):
    """An event with who says so, and in which batch."""

    event: Event
    producer: Party
    batch: str


_LEAF: Final = msgspec.json.Decoder(Leaf)


def salted(events: Iterable[Event]) -> list[bytes]:
    """The leaves of a batch."""
    return [encode(Leaf(event, b64(secrets.token_bytes(32)))) for event in events]


def batch_root(leaves: Sequence[bytes]) -> str:
    """The Merkle root of a batch (RFC 6962), in base64url."""
    return b64(root([leaf_hash(leaf) for leaf in leaves]))


class EventStore:
    """Own batches, and those that others let us read."""

    def __init__(self, path: Path) -> None:
        self._connection = open_database(path, SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def keep(self, id: str, producer: Party, leaves: Sequence[bytes], root: str) -> None:
        """Keep a batch; keeping it again changes nothing.

        Raises:
            Malformed: If the leaves are not those under the root.
        """
        if batch_root(leaves) != root:
            raise Malformed(f"batch {id}: not the events that the ledger commits to")
        events = [decode(leaf, _LEAF, f"batch {id}").event for leaf in leaves]
        if self.holds(id):
            return
        with self._connection:
            self._connection.execute("INSERT INTO batch VALUES(?, ?, ?)", (id, producer, root))
            self._connection.executemany(
                "INSERT INTO event VALUES(?, ?, ?, ?, ?)",
                [
                    (id, number, event.container, event.time_ms, leaves[number])
                    for number, event in enumerate(events)
                ],
            )

    def holds(self, id: str) -> bool:
        """Whether the batch is here."""
        sql = "SELECT 1 FROM batch WHERE id = ?"
        return self._connection.execute(sql, (id,)).fetchone() is not None

    def leaves(self, id: str) -> list[bytes] | None:
        """The leaves of a batch in order, None if it is not here."""
        sql = "SELECT leaf FROM event WHERE batch = ? ORDER BY number"
        rows: list[Any] = self._connection.execute(sql, (id,)).fetchall()
        return [leaf for (leaf,) in rows] or None

    def history(self, container: str) -> list[Seen]:
        """Everything known of a container, oldest first, one event an id."""
        sql = (
            "SELECT event.leaf, batch.producer, batch.id FROM event JOIN batch"
            " ON batch.id = event.batch WHERE event.container = ?"
            " ORDER BY event.time_ms, event.batch, event.number"
        )
        rows: list[Any] = self._connection.execute(sql, (container,)).fetchall()
        seen: dict[str, Seen] = {}
        for leaf, producer, batch in rows:
            event = _LEAF.decode(leaf).event
            seen.setdefault(event.id, Seen(event, producer, batch))
        return list(seen.values())
