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

from quayledger.durable import DISK
from quayledger.kernel import Digest, Malformed, Party, TimeMs
from quayledger.kernel.codec import b64, decode, encode
from quayledger.kernel.merkle import leaf_hash, root

SCHEMA: Final = """
CREATE TABLE batch(id TEXT PRIMARY KEY, producer TEXT NOT NULL, root TEXT NOT NULL,
                   retracted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE event(batch TEXT NOT NULL REFERENCES batch, number INTEGER NOT NULL,
                   id TEXT NOT NULL, container TEXT NOT NULL, time_ms INTEGER NOT NULL,
                   leaf BLOB NOT NULL, PRIMARY KEY(batch, number)) WITHOUT ROWID;
CREATE INDEX event_of_container ON event(container, time_ms);
CREATE INDEX event_by_id ON event(id, container);
"""


class Event(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One event of a container, in the words of DCSA Track & Trace.

    `id` is the producer's, and names one statement for ever. `code` is an event type code such as
    GTOT, `classifier` PLN, EST or ACT; `time_ms` is UTC and `offset_minutes` the offset in which it
    was stated; `stated_ms` is when it was stated; `source` names the message it came in.
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
    stated_ms: TimeMs = 0


class Leaf(Struct, frozen=True, forbid_unknown_fields=True):
    """An event with its salt."""

    event: Event
    salt: Digest


class Seen(Struct, frozen=True):
    """An event with who says so, in which batch, and whether that batch was retracted."""

    event: Event
    producer: Party
    batch: str
    retracted: bool = False


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
        self._connection = DISK.open_database(path, SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def keep(self, id: str, producer: Party, leaves: Sequence[bytes], root: str) -> None:
        """Keep a batch; keeping it again changes nothing.

        Raises:
            Malformed: If the leaves are not those under the root, or the producer has stated
                something else before under the id of the batch or of an event.
        """
        if batch_root(leaves) != root:
            raise Malformed(f"batch {id}: not the events that the ledger commits to")
        events = [decode(leaf, _LEAF, f"batch {id}").event for leaf in leaves]
        if self._is_kept(id, producer, root):
            return
        with self._connection:
            sql = "INSERT INTO batch(id, producer, root) VALUES(?, ?, ?)"
            self._connection.execute(sql, (id, producer, root))
            for number, event in enumerate(events):
                self._check_same(id, producer, event)
                row = (id, number, event.id, event.container, event.time_ms, leaves[number])
                self._connection.execute("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?)", row)

    def retract(self, id: str) -> None:
        """Mark a batch as one that its producer no longer stands by."""
        self._connection.execute("UPDATE batch SET retracted = 1 WHERE id = ?", (id,))

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
        """Everything known of a container, oldest first, one event a producer and id.

        What a producer restated in another batch counts there, not in the batch it retracted.
        """
        sql = (
            "SELECT event.leaf, batch.producer, batch.id, batch.retracted FROM event JOIN batch"
            " ON batch.id = event.batch WHERE event.container = ?"
            " ORDER BY event.time_ms, batch.retracted, event.batch, event.number"
        )
        rows: list[Any] = self._connection.execute(sql, (container,)).fetchall()
        seen: dict[tuple[Party, str], Seen] = {}
        for leaf, producer, batch, retracted in rows:
            event = _LEAF.decode(leaf).event
            seen.setdefault((producer, event.id), Seen(event, producer, batch, bool(retracted)))
        return list(seen.values())

    def _is_kept(self, id: str, producer: Party, root: str) -> bool:
        sql = "SELECT producer, root FROM batch WHERE id = ?"
        row = self._connection.execute(sql, (id,)).fetchone()
        if row not in (None, (producer, root)):
            raise Malformed(f"batch {id}: kept already under another root")
        return row is not None

    def _check_same(self, batch: str, producer: Party, event: Event) -> None:
        sql = (
            "SELECT event.leaf, event.batch FROM event JOIN batch ON batch.id = event.batch"
            " WHERE event.id = ? AND event.container = ? AND batch.producer = ? LIMIT 1"
        )
        row: Any = self._connection.execute(sql, (event.id, event.container, producer)).fetchone()
        if row is not None and _LEAF.decode(row[0]).event != event:
            raise Malformed(
                f"batch {batch}: event {event.id} stands otherwise in batch {row[1]};"
                " a correction needs an id of its own"
            )
