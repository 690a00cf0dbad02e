"""A WCO declaration becomes a sealed document and a declaration on the ledger."""

import msgspec

from quayledger.app.imports.containers import container_id
from quayledger.app.imports.prepared import Prepared, Query, commit_document, needed, tag
from quayledger.app.node import Node
from quayledger.contracts.customs.public import Direction, Lodge
from quayledger.standards.wco.declaration import read_declaration


def prepare(node: Node, data: bytes, query: Query) -> Prepared:
    """Lodge the declaration and commit to it; its contents go to the authority only.

    Raises:
        FormatRefused: If it is no declaration; names the element.
        Malformed: If a parameter is missing, or a container is not the consignment's.
    """
    read = read_declaration(data)
    own, consignment = needed(query, "document"), needed(query, "consignment")
    authority = needed(query, "authority")
    containers = tuple(container_id(node, consignment, number) for number in read.containers)
    lodge = Lodge(
        by=node.party,
        declaration=needed(query, "declaration"),
        reference=tag(node, "declaration", read.reference),
        direction=Direction(read.direction),
        trader=needed(query, "trader"),
        authority=authority,
        document=own,
        containers=containers,
        presented_to=query.get("presented_to") or None,
    )
    fields = msgspec.to_builtins(read)
    commit = commit_document(node, own, consignment, "goods declaration", fields, (authority,))
    return Prepared((lodge, commit), read.notices, fields)
