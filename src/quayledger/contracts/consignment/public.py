"""What other modules may know of consignments."""

from quayledger.contracts.consignment.consignment import CONSIGNMENT, Consignment, Role
from quayledger.contracts.consignment.container import (
    CONTAINER,
    Container,
    ContainerId,
    LinkBill,
)
from quayledger.contracts.consignment.document import (
    DOCUMENT,
    Commit,
    Document,
    DocumentId,
    Grant,
)
from quayledger.kernel import Env, Id, key

__all__ = [
    "CONSIGNMENT",
    "CONTAINER",
    "DOCUMENT",
    "Commit",
    "Consignment",
    "Container",
    "ContainerId",
    "Document",
    "DocumentId",
    "Grant",
    "LinkBill",
    "Role",
    "container",
]


def container(env: Env, id: Id) -> Container | None:
    """The container as the asking party may see it."""
    found = env.read(key("consignment.container", id))
    return found if isinstance(found, Container) else None
