"""The ledger as the rest of the house sees it, whatever engine stands behind it."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from quayledger.kernel import Count, Party
from quayledger.kernel.codec import decode, unb64
from quayledger.ledger.content import Delivery
from quayledger.ledger.entry import Entry


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """Proof that an intent is in the log: its entry and the path to the first checkpoint.

    `proof` is the audit path (RFC 6962), 32 bytes a hash from the leaf up, in base64url.
    """

    n: Count
    entry: Entry
    proof: str
    checkpoint: str

    def path(self) -> bytes:
        """The audit path.

        Raises:
            Malformed: If the proof is not base64url.
        """
        return unb64(self.proof, "proof")


_RECEIPT: Final = msgspec.json.Decoder(Receipt)


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        Malformed: If it is not canonical.
    """
    return decode(data, _RECEIPT, "receipt")


Feed = Sequence[tuple[int, Sequence[Delivery]]]
"""Cursors with what is shown under each; all of one cursor is taken in, or nothing of it."""


class Ledger(Protocol):
    """What an organisation's node asks of a ledger."""

    @property
    def network(self) -> str:
        """The network's id."""

    def submit(self, submission: bytes) -> "Future[bytes]":
        """Order an intent.

        The future gives the canonical receipt once the entry is durable. It raises `Malformed` or
        `Refused`; then nothing happened.
        """

    def receipt(self, intent_id: str) -> bytes | None:
        """The canonical receipt of an accepted intent, None if none was accepted under the id."""

    def feed(self, party: Party, after: int, limit: int) -> Feed:
        """What the party may see, in order, beginning after a cursor."""

    def entries(self, start: int, limit: int) -> Sequence[bytes]:
        """Canonical entries from a position on."""

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""

    def checkpoints(self, after: int, limit: int) -> Sequence[str]:
        """Signed checkpoints over more entries than `after`, oldest first."""
