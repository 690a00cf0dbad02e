"""Any document as a JSON object of fields: invoice, packing list, policy, certificate."""

from quayledger.app.imports.prepared import Prepared, Query, commit_document, needed, parties
from quayledger.app.node import Node
from quayledger.kernel import Malformed
from quayledger.standards.strict_json import decode


def prepare(node: Node, data: bytes, query: Query) -> Prepared:
    """Seal the document and commit to it.

    Raises:
        FormatRefused: If it is not JSON that means one thing only.
        Malformed: If it is not an object, or a parameter is missing.
    """
    fields = decode(data)
    if not isinstance(fields, dict) or not fields:
        raise Malformed("document: a JSON object with at least one field is wanted")
    command = commit_document(
        node,
        needed(query, "document"),
        needed(query, "consignment"),
        needed(query, "type"),
        fields,
        parties(query, "readers"),
    )
    return Prepared((command,), facts=fields)
