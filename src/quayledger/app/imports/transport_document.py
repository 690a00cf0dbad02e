"""A DCSA transport document becomes a sealed document and a bill on the ledger."""

from quayledger.app.imports.containers import container_id
from quayledger.app.imports.prepared import (
    Prepared,
    Query,
    commit_document,
    needed,
    parties,
    tag,
)
from quayledger.app.node import Node
from quayledger.contracts.consignment.public import LinkBill
from quayledger.contracts.ebl.public import Issue, Order
from quayledger.kernel import Command, Party
from quayledger.standards.dcsa.transport_document import (
    RULE,
    TransportDocument,
    read_transport_document,
)
from quayledger.standards.refusal import FormatRefused


def prepare(node: Node, data: bytes, query: Query) -> Prepared:
    """Link the containers, issue the bill, commit to the document; one intent.

    Raises:
        FormatRefused: If the document is not one, or names a party or container that is not known.
        Malformed: If a parameter is missing.
    """
    read = read_transport_document(data)
    document, bill, own = read.document, needed(query, "bill"), needed(query, "document")
    consignment = needed(query, "consignment")
    containers = tuple(container_id(node, consignment, number) for number in document.containers())
    order, entitled = _order(document)
    issue = Issue(
        by=node.party,
        bill=bill,
        reference=tag(node, "transport document", document.transport_document_reference),
        shipper=_member(document.document_parties.shipper.member(), "shipper"),
        order=order,
        entitled=entitled,
        to=needed(query, "to"),
        document=own,
        containers=containers,
    )
    readers = parties(query, "readers")
    commit = commit_document(node, own, consignment, "bill of lading", read.whole, readers)
    links = [LinkBill(by=node.party, container=one, bill=bill) for one in containers]
    commands: tuple[Command, ...] = (*links, issue, commit)
    facts = {
        "reference": document.transport_document_reference,
        "containers": document.containers(),
        "gross_mass_g": document.gross_mass_g(),
    }
    return Prepared(commands, read.notices, facts)


def _order(document: TransportDocument) -> tuple[Order, Party | None]:
    """To whose order the goods are, and who is entitled first."""
    named = document.document_parties
    if not document.is_to_order:
        consignee = named.consignee.member() if named.consignee else ""
        return Order.STRAIGHT, _member(consignee, "consignee")
    if named.endorsee is None:
        return Order.BLANK, None
    return Order.TO_ORDER, _member(named.endorsee.member(), "endorsee")


def _member(party: str, role: str) -> Party:
    if not party:
        path = f"$.documentParties.{role}.identifyingCodes"
        raise FormatRefused("no code of provider ZZZ that names a member", path, RULE)
    return party
