"""The node's own log of what it was refused: the ledger keeps no trace of a refused intent."""

from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from quayledger.durable import DISK

SCHEMA: Final = """
CREATE TABLE refusal(number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, intent TEXT NOT NULL,
                     code TEXT NOT NULL, reason TEXT NOT NULL);
"""


class Refusal(Struct, frozen=True):
    """An intent that did not happen, and why."""

    time_ms: int
    intent: str
    code: str
    reason: str


class Journal:
    """Refusals, oldest first, durable when `note` returns."""

    def __init__(self, path: Path) -> None:
        self._connection = DISK.open_database(path, SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def note(self, refusal: Refusal) -> None:
        """Keep a refusal."""
        self._connection.execute(
            "INSERT INTO refusal(time_ms, intent, code, reason) VALUES(?, ?, ?, ?)",
            (refusal.time_ms, refusal.intent, refusal.code, refusal.reason),
        )

    def refusals(self, limit: int) -> list[Refusal]:
        """The newest refusals, oldest first."""
        rows: list[Any] = self._connection.execute(
            "SELECT time_ms, intent, code, reason FROM refusal ORDER BY number DESC LIMIT ?",
            (limit,),
        ).fetchall()
        return [Refusal(*row) for row in reversed(rows)]
