"""Durable SQLite: how every store of the house opens its database.

WAL with `synchronous=FULL`: a commit that returned survives a power loss.
"""

from pathlib import Path
from typing import Final

import apsw

_PRAGMAS: Final = (
    ("page_size", 2048),  # Random updates of small rows: half the bytes of a 4096-byte page.
    ("journal_mode", "wal"),
    ("synchronous", 2),
    ("foreign_keys", 1),
    ("cache_size", -65_536),  # KiB.
    ("wal_autocheckpoint", 16_384),  # Pages: often-written ones are copied back once, not often.
)


def open_database(path: Path, schema: str) -> apsw.Connection:
    """Open a database for durable writing, and make its tables if it is new.

    Raises:
        OSError: If the database cannot be made durable (a pragma reads back otherwise).
    """
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(10_000)
    for name, wanted in _PRAGMAS:  # One by one: a string of several runs only to the first row.
        connection.execute(f"PRAGMA {name}={wanted}").fetchall()
        ((found,),) = connection.execute(f"PRAGMA {name}").fetchall()
        if found != wanted:
            raise OSError(f"{path.name}: {name} is {found}, not {wanted}")
    if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall():
        with connection:
            connection.execute(schema).fetchall()
    return connection
