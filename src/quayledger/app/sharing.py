"""Sharing: what a node opens for its own people, and what it hands to other organisations' nodes.

The ledger says who may read; both sides check it, and both note the look before anything is shown.
"""

from collections.abc import Sequence

from quayledger.app.node import Node
from quayledger.contracts.consignment.public import Document
from quayledger.contracts.tracking.public import Batch
from quayledger.kernel import Party, key, visible
from quayledger.ledger.intent import now_ms
from quayledger.vault.documents import Look
from quayledger.vault.sealing import Document as Contents
from quayledger.vault.sealing import Sealed


def open_document(node: Node, id: str, who: str, purpose: str) -> Contents | None:
    """Open a document for one of the organisation's people; None if it is not theirs to see.

    Raises:
        Malformed: If what the holder sends is not what the ledger commits to.
    """
    node.sync()
    record = node.record(key("consignment.document", id))
    if not isinstance(record, Document):
        return None
    if not node.vault.holds(id):
        sealed = node.courier.document(record.issuer, node.party, id, purpose)
        if sealed is None:
            return None
        node.vault.receive(id, sealed, record.digest)
    return node.vault.open(id, who, purpose, now_ms())


def answer_document(node: Node, reader: Party, id: str, purpose: str) -> Sealed | None:
    """Give another organisation's node a document that the ledger grants to it."""
    node.sync()
    record = node.record(key("consignment.document", id))
    organisation = node.follower.directory.organisation(reader)
    granted = isinstance(record, Document) and visible(record, reader)
    if not granted or organisation is None:
        node.vault.note(Look(now_ms(), reader, purpose, id, False))
        return None
    return node.vault.send(id, reader, organisation.vault_key, purpose, now_ms())


def answer_batch(node: Node, reader: Party, id: str) -> Sequence[bytes] | None:
    """Give another organisation's node the events of a batch that the ledger grants to it."""
    node.sync()
    record = node.record(key("tracking.batch", id))
    if not isinstance(record, Batch) or not visible(record, reader):
        return None
    return node.events.leaves(id)
