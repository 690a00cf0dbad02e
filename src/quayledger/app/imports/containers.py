"""Finding a registered container by its number: the number is content, never a key."""

from quayledger.app.node import Node
from quayledger.contracts.consignment.public import Container
from quayledger.kernel import Id, Malformed


def container_id(node: Node, consignment: Id, number: str) -> Id:
    """The container of this number in the consignment.

    Raises:
        Malformed: If none is registered there.
    """
    node.sync()
    for name in node.projection.search(number):
        record = node.record(name)
        if isinstance(record, Container) and consignment in record.consignments:
            return record.id
    raise Malformed(f"{number}: no container of this number is registered for the consignment")
