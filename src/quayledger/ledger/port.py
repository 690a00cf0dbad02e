"""The ledger as the rest of the house sees it, whatever engine stands behind it."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from quayledger.kernel import Count, Digest, Party
from quayledger.kernel.codec import decode
from quayledger.ledger.content import Delivery
from quayledger.ledger.entry import Entry


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """Proof that an intent is in the log: its entry and the path to the first checkpoint."""

    n: Count
    entry: Entry
    proof: tuple[Digest, ...]
    checkpoint: str


_RECEIPT: Final = msgspec.json.Decoder(Receipt)


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        Malformed: If it is not canonical.
    """
    return decode(data, _RECEIPT, "receipt")


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

    def feed(self, party: Party, after: int, limit: int) -> Sequence[tuple[int, Delivery]]:
        """What the party may see, in order, each with its cursor, beginning after a cursor."""

    def entries(self, start: int, limit: int) -> Sequence[bytes]:
        """Canonical entries from a position on."""

    def checkpoint(self) -> str:
        """The newest signed checkpoint."""

    def checkpoints(self, after: int, limit: int) -> Sequence[str]:
        """Signed checkpoints over more entries than `after`, oldest first."""
