"""The embedded engine's database: entries are the truth, everything else serves quick answers.

Openings are appended and never changed; a record's row is only the number of its newest opening.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from quayledger.durable import DISK, Disk
from quayledger.kernel import EVERYONE, Key, Party
from quayledger.kernel.codec import encode
from quayledger.ledger.content import Share

SCHEMA: Final = """
CREATE TABLE entry(n INTEGER PRIMARY KEY, data BLOB NOT NULL, intent BLOB NOT NULL,
                   opening INTEGER NOT NULL, openings INTEGER NOT NULL);
CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE opening(seq INTEGER PRIMARY KEY, data BLOB NOT NULL, n INTEGER NOT NULL,
                     commands INTEGER NOT NULL, previous INTEGER);
CREATE TABLE record(key TEXT PRIMARY KEY, opening INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE party(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE feed(seq INTEGER PRIMARY KEY, party INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX feed_of_party ON feed(party, seq);
CREATE TABLE used(id TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE spent(id TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
"""
_CHUNK: Final = 500
_TABLES: Final = (
    "party",
    "entry",
    "opening",
    "record",
    "feed",
    "used",
    "spent",
    "checkpoint",
)
_SUFFIXES: Final = {
    "record": " ON CONFLICT(key) DO UPDATE SET opening = excluded.opening",
    "spent": " ON CONFLICT DO NOTHING",
}
_PLACES: Final = 1 << 16
"""A cursor is the number of a feed row times this, plus the place in the row."""
_FEED: Final = msgspec.json.Decoder(list[tuple[int, int, int, str]])


class Store:
    """Typed statements over the engine's database; no rules, no hashes."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self.connection = disk.open_database(path, SCHEMA)
        self._parties: dict[Party, int] = {
            name: id for id, name in self._rows("SELECT id, name FROM party")
        }
        self._rows_of: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
        self._newest: dict[Key, int] = {}
        self._shown: defaultdict[Party, list[tuple[int, int, int, str]]] = defaultdict(list)
        self._opening = self._one("SELECT max(seq) FROM opening") or 0
        self._feed = self._one("SELECT max(seq) FROM feed") or 0

    def close(self) -> None:
        """Let the file go."""
        self.connection.close()

    def entries(self, start: int, limit: int) -> list[bytes]:
        """Canonical entries from a position on."""
        rows = self._rows("SELECT data FROM entry WHERE n >= ? LIMIT ?", (start, limit))
        return [data for (data,) in rows]

    def notes(self, after: int, limit: int) -> list[str]:
        """Signed checkpoints over more than `after` entries, oldest first."""
        sql = "SELECT note FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?"
        return [note for (note,) in self._rows(sql, (after, limit))]

    def newest_note(self) -> str | None:
        """The newest signed checkpoint."""
        note = self._one("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return None if note is None else str(note)

    def openings(self, keys: Sequence[Key]) -> Iterator[tuple[Key, int, bytes]]:
        """Key, number and bytes of the newest opening of each key that has a record."""
        for at in range(0, len(keys), _CHUNK):
            chunk = tuple(keys[at : at + _CHUNK])
            marks = ",".join("?" * len(chunk))
            yield from self._rows(
                "SELECT record.key, opening.seq, opening.data FROM record JOIN opening"
                f" ON opening.seq = record.opening WHERE record.key IN ({marks})",
                chunk,
            )

    def openings_of_kind(self, prefix: str) -> list[bytes]:
        """The newest opening of every record whose key begins so, in order of writing."""
        sql = (
            "SELECT opening.data FROM record JOIN opening ON opening.seq = record.opening"
            " WHERE record.key >= ? AND record.key < ? ORDER BY opening.seq"
        )
        return [data for (data,) in self._rows(sql, (prefix, prefix + "\uffff"))]

    def used(self, ids: Sequence[str]) -> dict[str, int]:
        """The entry number of each id under which an intent was accepted."""
        found: dict[str, int] = {}
        for at in range(0, len(ids), _CHUNK):
            chunk = tuple(ids[at : at + _CHUNK])
            marks = ",".join("?" * len(chunk))
            found.update(self._rows(f"SELECT id, n FROM used WHERE id IN ({marks})", chunk))
        return found

    def spent(self) -> dict[str, int]:
        """Refused ids with their expiry."""
        return dict(self._rows("SELECT id, expires_ms FROM spent"))

    def content(self, n: int) -> tuple[bytes, list[bytes]]:
        """The whole content of an entry: the intent's bytes, and its openings by key."""
        ((intent, first, count),) = self._rows(
            "SELECT intent, opening, openings FROM entry WHERE n = ?", (n,)
        )
        sql = "SELECT data FROM opening WHERE seq >= ? AND seq < ? ORDER BY seq"
        return intent, [data for (data,) in self._rows(sql, (first, first + count))]

    def feed(
        self, parties: Sequence[Party], after: int, limit: int
    ) -> list[tuple[int, list[tuple[int, Share]]]]:
        """Cursor, and entry numbers with shares, of what these parties may see after a cursor."""
        marks = ",".join("?" * len(parties))
        rows = self._rows(
            "SELECT seq, data FROM feed"
            f" WHERE party IN (SELECT id FROM party WHERE name IN ({marks})) AND seq >= ?"
            " ORDER BY seq LIMIT ?",
            (*parties, after // _PLACES, limit),
        )
        found: list[tuple[int, list[tuple[int, Share]]]] = []
        for seq, data in rows:
            for place, (n, commands, openings, past) in enumerate(_FEED.decode(data)):
                cursor = seq * _PLACES + place
                if cursor > after and len(found) < limit:
                    shown = self._past(past, n) if past else [(n, Share(commands, openings))]
                    found.append((cursor, shown))
        return found

    def _past(self, name: Key, before: int) -> list[tuple[int, Share]]:
        """The entries before one that wrote a record, oldest first, opening by opening."""
        rows = self._rows(
            "WITH RECURSIVE past(seq, n, commands, previous) AS ("
            " SELECT seq, n, commands, previous FROM opening"
            " WHERE seq = (SELECT opening FROM record WHERE key = ?)"
            " UNION ALL SELECT opening.seq, opening.n, opening.commands, opening.previous"
            " FROM opening JOIN past ON opening.seq = past.previous)"
            " SELECT past.n, past.commands, past.seq - entry.opening FROM past JOIN entry"
            " ON entry.n = past.n WHERE past.n < ? ORDER BY past.n",
            (name, before),
        )
        return [(n, Share(commands, 1 << place)) for n, commands, place in rows]

    def add_entry(
        self, n: int, data: bytes, intent: bytes, opened: Sequence[tuple[Key, bytes, int]]
    ) -> None:
        """Append an entry with its content.

        `opened` is in order of the keys: each key, its opening, and the mask of the commands that
        wrote it.
        """
        first = self._opening + 1
        self._opening += len(opened)
        self._rows_of["entry"].append((n, data, intent, first, len(opened)))
        for number, (name, opening, commands) in enumerate(opened, first):
            previous = self._newest.get(name)
            self._rows_of["opening"].append((number, opening, n, commands, previous))
            self._rows_of["record"].append((name, number))
            self._newest[name] = number

    def begin(self, newest: dict[Key, int]) -> None:
        """Begin a batch; `newest` is the number of the newest opening of each key that it names."""
        self._newest = newest

    def add_feed(self, n: int, shares: Mapping[Party, Share]) -> None:
        """Let each party see its share of an entry, after everything it was shown before."""
        for party, share in shares.items():
            self._shown[party].append((n, share.commands, share.openings, ""))

    def add_past(self, party: Party, n: int, name: Key) -> None:
        """Let the party see what wrote a record before an entry."""
        self._shown[party].append((n, 0, 0, name))

    def add_used(self, id: str, n: int) -> None:
        """Note that an intent was accepted under the id."""
        self._rows_of["used"].append((id, n))

    def add_spent(self, id: str, expires_ms: int) -> None:
        """Note that an intent was refused under the id."""
        self._rows_of["spent"].append((id, expires_ms))

    def add_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint."""
        self._rows_of["checkpoint"].append((size, note))

    def commit(self, expired_ms: int) -> None:
        """Write everything that was added, in one durable transaction.

        Refused ids that expired by then are dropped: the expiry alone refuses them now.
        """
        self._feed_rows()
        with self.connection:
            for table, rows in self._rows_of.items():
                if rows:
                    marks = ",".join("?" * len(rows[0]))
                    suffix = _SUFFIXES.get(table, "")
                    self.connection.executemany(
                        f"INSERT INTO {table} VALUES({marks}){suffix}", rows
                    )
            self.connection.execute("DELETE FROM spent WHERE expires_ms <= ?", (expired_ms,))
        for rows in self._rows_of.values():
            rows.clear()

    def _feed_rows(self) -> None:
        """One row a party and commit; what is for everyone comes first: others rest on it."""
        for party in sorted(self._shown, key=lambda party: (party != EVERYONE, party)):
            shown = self._shown[party]
            for at in range(0, len(shown), _PLACES):
                self._feed += 1
                row = (self._feed, self._party(party), encode(shown[at : at + _PLACES]))
                self._rows_of["feed"].append(row)
        self._shown.clear()

    def _party(self, name: Party) -> int:
        if name not in self._parties:
            id = len(self._parties) + 1
            self._rows_of["party"].append((id, name))
            self._parties[name] = id
        return self._parties[name]

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self.connection.execute(sql, tuple(values)).fetchall()

    def _one(self, sql: str) -> Any:
        ((value,),) = self._rows(sql) or [(None,)]
        return value
