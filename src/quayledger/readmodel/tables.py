"""The tables of a node's read model."""

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()

RECORDS: Final = Table(
    "record",
    METADATA,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("status", String),
    Column("version", Integer, nullable=False),
    Column("time_ms", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""The newest version of every record that was shown: canonical JSON in `body`."""

ACTS: Final = Table(
    "act",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("time_ms", Integer, nullable=False),
    Column("event", String, nullable=False),
    Column("by", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("people", String, nullable=False),
    Column("command", LargeBinary, nullable=False),
)
"""Every command that was shown, with the event that it was."""

MENTIONS: Final = Table(
    "mention",
    METADATA,
    Column("text", String, primary_key=True),
    Column("key", String, ForeignKey("record.key"), primary_key=True),
)
"""Every id and text in a record, so that a search by any of them finds it."""

CONTENTS: Final = Table(
    "content",
    METADATA,
    Column("cursor", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("n", Integer, nullable=False, index=True),
    Column("data", Text, nullable=False),
)
"""What the ledger delivered, as it came: from it everything else can be rebuilt."""

Index("act_by_time", ACTS.c.time_ms)
