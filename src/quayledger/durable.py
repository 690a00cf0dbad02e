"""Durable files: how every store of the house opens its database and seals a file.

WAL with `synchronous=FULL`: a commit that returned survives a power loss. A sealed file is written,
fsynced, renamed and its folder fsynced: after a power loss it is there whole, or not at all.
"""

import os
from pathlib import Path
from typing import Final

import apsw

Pragmas = tuple[tuple[str, int | str], ...]

PRAGMAS: Final[Pragmas] = (
    ("page_size", 2048),  # Random updates of small rows: half the bytes of a 4096-byte page.
    ("journal_mode", "wal"),
    ("synchronous", 2),
    ("foreign_keys", 1),
    ("cache_size", -65_536),  # KiB.
    ("wal_autocheckpoint", 16_384),  # Pages: often-written ones are copied back once, not often.
)


class Disk:
    """The files of one store as the operating system gives them; a test puts a failing one here."""

    pragmas: Pragmas = PRAGMAS
    vfs: str | None = None

    def open_database(self, path: Path, schema: str) -> apsw.Connection:
        """Open a database for durable writing, and make its tables if it is new.

        Raises:
            OSError: If the database cannot be made durable (a pragma reads back otherwise).
        """
        connection = apsw.Connection(str(path), vfs=self.vfs)
        connection.set_busy_timeout(10_000)
        for name, wanted in self.pragmas:  # One by one: a string of several stops at its first row.
            connection.execute(f"PRAGMA {name}={wanted}").fetchall()
            ((found,),) = connection.execute(f"PRAGMA {name}").fetchall()
            if found != wanted:
                raise OSError(f"{path.name}: {name} is {found}, not {wanted}")
        if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall():
            with connection:
                connection.execute(schema).fetchall()
        return connection

    def seal(self, path: Path, data: bytes) -> None:
        """Write a file that never changes again, and return when it is durable."""
        part = path.with_name(f"{path.name}.part")
        self.write(part, data)
        self.rename(part, path)
        self.sync_folder(path.parent)

    def write(self, path: Path, data: bytes) -> None:
        """Write and fsync a file; its name is not durable yet."""
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name at once."""
        old.replace(new)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


DISK: Final = Disk()
