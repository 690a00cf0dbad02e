"""The projection: from checked deliveries to tables, and the questions that lists and pages ask."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, create_engine, delete, select
from sqlalchemy.dialects.sqlite import insert

from quayledger.kernel import Key, Record, kind_of
from quayledger.kernel.codec import encode
from quayledger.readmodel.tables import ACTS, CONTENTS, MENTIONS, METADATA, RECORDS

_MENTION_MAX: Final = 200


class Act(Struct, frozen=True):
    """Something that an organisation did, as the node was shown it."""

    n: int
    place: int
    time_ms: int
    event: str
    by: str
    subject: Key
    people: tuple[str, ...]
    command: dict[str, Any]


class Checked(Struct, frozen=True):
    """A delivery that the follower has checked: its bytes, its records, what was done."""

    n: int
    data: bytes
    records: Mapping[Key, Record]
    acts: tuple[Act, ...]


class Projection:
    """The read model of one node; `url` is an SQLAlchemy database address."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(url)
        METADATA.create_all(self._engine)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def cursor(self) -> int:
        """The cursor of the last delivery that was taken in."""
        newest = select(CONTENTS.c.cursor).order_by(CONTENTS.c.cursor.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(newest).scalar() or 0

    def deliveries(self) -> list[bytes]:
        """Everything that was delivered, in order."""
        rows = select(CONTENTS.c.data).order_by(CONTENTS.c.cursor, CONTENTS.c.place)
        with self._engine.connect() as connection:
            return [data.encode() for (data,) in connection.execute(rows)]

    def take(self, cursor: int, checked: Sequence[Checked]) -> None:
        """Take in what was shown under a cursor: exactly once, all of it or nothing."""
        with self._engine.begin() as connection:
            for place, one in enumerate(checked):
                row = {"cursor": cursor, "place": place, "n": one.n, "data": one.data.decode()}
                connection.execute(insert(CONTENTS).values(**row))
                for name, record in one.records.items():
                    _put_record(connection, one.n, name, record)
                for act in one.acts:
                    values = {name: getattr(act, name) for name in act.__struct_fields__}
                    values |= {"people": " ".join(act.people), "command": encode(act.command)}
                    connection.execute(insert(ACTS).values(**values).on_conflict_do_nothing())

    def record(self, name: Key) -> dict[str, Any] | None:
        """A record as plain JSON values, None if none was shown."""
        with self._engine.connect() as connection:
            row = connection.execute(select(RECORDS.c.body).where(RECORDS.c.key == name)).first()
        return None if row is None else msgspec.json.decode(row[0])

    def records(self, kind: str) -> list[dict[str, Any]]:
        """All records of a kind, newest change first."""
        rows = (
            select(RECORDS.c.body)
            .where(RECORDS.c.kind == kind)
            .order_by(RECORDS.c.n.desc(), RECORDS.c.key)
        )
        with self._engine.connect() as connection:
            return [msgspec.json.decode(body) for (body,) in connection.execute(rows)]

    def acts(self, subjects: Sequence[Key] | None = None, limit: int = 500) -> list[Act]:
        """What was done, newest first; of these subjects only if any are given."""
        rows = select(ACTS).order_by(ACTS.c.n.desc(), ACTS.c.place.desc()).limit(limit)
        if subjects is not None:
            rows = rows.where(ACTS.c.subject.in_(subjects))
        return self._acts(rows)

    def acts_of_entry(self, n: int) -> list[Act]:
        """What was shown of one entry's commands, in order."""
        return self._acts(select(ACTS).where(ACTS.c.n == n).order_by(ACTS.c.place))

    def search(self, text: str, limit: int = 50) -> list[Key]:
        """The records in which the text stands as an id or a value."""
        rows = select(MENTIONS.c.key).where(MENTIONS.c.text == text).distinct().limit(limit)
        with self._engine.connect() as connection:
            return [key for (key,) in connection.execute(rows)]

    def delivered(self, n: int) -> list[bytes]:
        """The deliveries of one entry."""
        rows = (
            select(CONTENTS.c.data)
            .where(CONTENTS.c.n == n)
            .order_by(CONTENTS.c.cursor, CONTENTS.c.place)
        )
        with self._engine.connect() as connection:
            return [data.encode() for (data,) in connection.execute(rows)]

    def _acts(self, rows: Any) -> list[Act]:
        with self._engine.connect() as connection:
            return [
                Act(
                    n=row.n,
                    place=row.place,
                    time_ms=row.time_ms,
                    event=row.event,
                    by=row.by,
                    subject=row.subject,
                    people=tuple(row.people.split()),
                    command=msgspec.json.decode(row.command),
                )
                for row in connection.execute(rows)
            ]


def _put_record(connection: Connection, n: int, name: Key, record: Record) -> None:
    """Keep the record if it is newer than what is there: a newcomer is also given the past."""
    known = connection.execute(select(RECORDS.c.version).where(RECORDS.c.key == name)).scalar()
    if known is not None and known >= record.version:
        return
    fields = plain(record)
    values = {
        "kind": kind_of(type(record)),
        "status": getattr(record, "status", None),
        "version": record.version,
        "time_ms": record.time_ms,
        "n": n,
        "body": encode(fields),
    }
    row = insert(RECORDS).values(key=name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
    connection.execute(delete(MENTIONS).where(MENTIONS.c.key == name))
    for text in sorted({*_texts(fields), name}):
        connection.execute(insert(MENTIONS).values(text=text, key=name))


def plain(record: Record) -> dict[str, Any]:
    """A record as plain values, with its kind and the fields that are at their defaults."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    builtins: dict[str, Any] = msgspec.to_builtins({"kind": kind_of(type(record)), **fields})
    return builtins


def _texts(value: Any) -> list[str]:
    """All texts in a record that somebody might search for."""
    if isinstance(value, str):
        return [value] if 0 < len(value) <= _MENTION_MAX else []
    if not isinstance(value, dict | list):
        return []
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in _texts(part)]
