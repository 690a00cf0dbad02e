"""The courier: how sealed documents and event batches travel from node to node.

The ledger says who may read; the holder's node checks that itself and seals the key to the reader.
"""

from collections.abc import Sequence
from typing import Protocol

from quayledger.kernel import Party
from quayledger.vault.sealing import Sealed


class Courier(Protocol):
    """Asks another organisation's node."""

    def document(self, holder: Party, reader: Party, id: str, purpose: str) -> Sealed | None:
        """A document that the ledger grants to the reader; None if the holder does not give it."""

    def batch(self, holder: Party, reader: Party, id: str) -> Sequence[bytes] | None:
        """The salted events of a batch that the ledger grants to the reader."""
