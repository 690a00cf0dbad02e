"""The document store of one organisation, and the log of every look into it.

Contents lie encrypted; their keys lie sealed to the organisation's own vault key. A look is in the
access log, durably, before the key is opened.
"""

from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from quayledger.durable import DISK
from quayledger.kernel import Malformed, Party
from quayledger.kernel.codec import b64, sha256
from quayledger.vault.sealing import (
    Document,
    Sealed,
    public_vault_key,
    seal,
    unseal,
    unwrap,
    wrap,
)

SCHEMA: Final = """
CREATE TABLE document(id TEXT PRIMARY KEY, ciphertext BLOB NOT NULL, wrapped BLOB NOT NULL);
CREATE TABLE look(number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, who TEXT NOT NULL,
                  purpose TEXT NOT NULL, document TEXT NOT NULL, granted INTEGER NOT NULL);
"""


class Look(Struct, frozen=True):
    """One line of the access log: who looked at what, why, and whether the vault let them."""

    time_ms: int
    who: str
    purpose: str
    document: str
    granted: bool


class Vault:
    """Sealed documents of one organisation."""

    def __init__(self, path: Path, key: X25519PrivateKey) -> None:
        self._connection = DISK.open_database(path, SCHEMA)
        self._key = key
        self._public = public_vault_key(key)

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def keep(self, id: str, document: Document) -> str:
        """Seal an own document; gives the hash of its ciphertext."""
        ciphertext, key = seal(id, document)
        self._put(id, ciphertext, wrap(id, key, self._public))
        return b64(sha256(ciphertext))

    def receive(self, id: str, sealed: Sealed, commitment: str) -> None:
        """Take in a document that another organisation sent.

        Raises:
            Malformed: If it is not the document that the ledger commits to.
        """
        document = unseal(id, sealed.ciphertext, unwrap(id, sealed.wrapped, self._key))
        if document.commitment() != commitment:
            raise Malformed(f"document {id}: not the one that the ledger commits to")
        self._put(id, sealed.ciphertext, sealed.wrapped)

    def holds(self, id: str) -> bool:
        """Whether the document is here."""
        return self._row(id) is not None

    def open(self, id: str, who: str, purpose: str, time_ms: int) -> Document | None:
        """Let somebody look at a document, and note it first; None if it is not here."""
        row = self._row(id)
        self.note(Look(time_ms, who, purpose, id, row is not None))
        if row is None:
            return None
        ciphertext, wrapped = row
        return unseal(id, ciphertext, unwrap(id, wrapped, self._key))

    def send(
        self, id: str, reader: Party, vault_key: str, purpose: str, time_ms: int
    ) -> Sealed | None:
        """Seal a document's key to a reader organisation, and note that; None if it is not here."""
        row = self._row(id)
        self.note(Look(time_ms, reader, purpose, id, row is not None))
        if row is None:
            return None
        ciphertext, wrapped = row
        return Sealed(ciphertext, wrap(id, unwrap(id, wrapped, self._key), vault_key))

    def note(self, look: Look) -> None:
        """Add a line to the access log; it is durable when this returns."""
        self._connection.execute(
            "INSERT INTO look(time_ms, who, purpose, document, granted) VALUES(?, ?, ?, ?, ?)",
            (look.time_ms, look.who, look.purpose, look.document, look.granted),
        )

    def looks(self, document: str) -> list[Look]:
        """Who looked at a document, oldest first."""
        rows: list[Any] = self._connection.execute(
            "SELECT time_ms, who, purpose, document, granted FROM look WHERE document = ?"
            " ORDER BY number",
            (document,),
        ).fetchall()
        return [Look(when, who, why, id, bool(ok)) for when, who, why, id, ok in rows]

    def _put(self, id: str, ciphertext: bytes, wrapped: bytes) -> None:
        if self._row(id) is not None:
            raise Malformed(f"document {id}: is in the vault already")
        values = (id, ciphertext, wrapped)
        self._connection.execute("INSERT INTO document VALUES(?, ?, ?)", values)

    def _row(self, id: str) -> tuple[bytes, bytes] | None:
        sql = "SELECT ciphertext, wrapped FROM document WHERE id = ?"
        row: Any = self._connection.execute(sql, (id,)).fetchone()
        return None if row is None else (row[0], row[1])
