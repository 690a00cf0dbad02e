"""A bank examines a presentation: opens the documents, runs the rules, records the findings."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from quayledger.app.imports.prepared import Prepared, commit_document
from quayledger.app.node import Node
from quayledger.app.sharing import open_document
from quayledger.contracts.consignment.public import Document
from quayledger.contracts.finance.public import Credit, Presentation, RecordFindings
from quayledger.examination.examine import Examination, examine
from quayledger.examination.papers import Paper, Terms
from quayledger.examination.papers import Presentation as Presented
from quayledger.kernel import Id, Malformed, key
from quayledger.standards.dcsa.reading import convert
from quayledger.standards.dcsa.transport_document import RULE, TransportDocument
from quayledger.standards.dcsa.transports import Port
from quayledger.standards.swiftmt.mt700 import Credit as CreditTerms

PURPOSE: Final = "examination under the credit"
_KINDS: Final[Mapping[str, str]] = {
    "COMMERCIAL INVOICE": "commercial invoice",
    "PACKING LIST": "packing list",
    "LADING": "bill of lading",
    "INSURANCE": "insurance policy",
    "CERTIFICATE OF ORIGIN": "certificate of origin",
}
_INCOTERM: Final = re.compile(r"\b(EXW|FCA|CPT|CIP|DAP|DPU|DDP|FAS|FOB|CFR|CIF)\b.*")


def prepare(node: Node, id: Id, person: str, document: Id) -> Prepared | None:
    """Examine a presentation; None if there is none that the bank may examine.

    Raises:
        Malformed: If a document that was presented cannot be opened or read.
    """
    node.sync()
    presentation = node.record(key("finance.presentation", id))
    if not isinstance(presentation, Presentation):
        return None
    credit = node.record(key("finance.credit", presentation.credit))
    if not isinstance(credit, Credit):
        return None
    terms = _terms(_fields(node, credit.terms, person), credit)
    papers = tuple(_paper(node, one, person) for one in presentation.documents)
    result = examine(terms, Presented(_utc_day(presentation.time_ms), papers))
    return _record(node, presentation, document, result)


def _record(node: Node, presentation: Presentation, document: Id, result: Examination) -> Prepared:
    fields = msgspec.to_builtins(result)
    consignment = _consignment(node, presentation)
    readers = tuple(dict.fromkeys((presentation.presenter, presentation.beneficiary)))
    commit = commit_document(node, document, consignment, "examination", fields, readers)
    findings = RecordFindings(
        by=node.party,
        presentation=presentation.id,
        findings=commit.digest,
        ruleset=result.ruleset,
        discrepancies=result.discrepancies,
        needs_human=result.needs_human,
    )
    notices = tuple(
        f"{one.verdict}: {one.document}: {one.message}: {one.one} / {one.other}"
        f" ({one.edition} {one.article})"
        for one in result.findings
    )
    return Prepared((commit, findings), notices, fields)


def _consignment(node: Node, presentation: Presentation) -> Id:
    for id in presentation.documents:
        record = node.record(key("consignment.document", id))
        if isinstance(record, Document):
            return record.consignment
    raise Malformed(f"presentation {presentation.id}: none of its documents is known here")


def _fields(node: Node, id: Id, person: str) -> dict[str, Any]:
    opened = open_document(node, id, person, PURPOSE)
    if opened is None:
        raise Malformed(f"document {id}: was presented, but its holder does not give it")
    return opened.fields()


def _terms(fields: Mapping[str, Any], credit: Credit) -> Terms:
    """The examiner's terms from the credit's own fields."""
    wire = msgspec.convert(fields, CreditTerms)
    asked = " ".join(wire.documents)
    goods = [line.lstrip("+ ") for line in wire.goods.splitlines() if line.strip("+ ")]
    terms_of_trade = [line for line in goods if _INCOTERM.match(line)]
    return Terms(
        reference=wire.reference,
        applicant=wire.applicant[0],
        beneficiary=wire.beneficiary[0],
        currency=wire.currency,
        amount_minor=wire.amount_minor,
        plus_percent=wire.plus_percent,
        minus_percent=wire.minus_percent,
        drawn_minor=credit.drawn_minor,
        expiry_date=wire.expiry_date,
        latest_shipment=wire.latest_shipment,
        presentation_days=wire.presentation_days,
        partial_shipments=wire.partial_shipments,
        port_of_loading=wire.port_of_loading,
        port_of_discharge=wire.port_of_discharge,
        goods=" ".join(line for line in goods if line not in terms_of_trade),
        incoterm=terms_of_trade[0] if terms_of_trade else "",
        freight="PRE" if "FREIGHT PREPAID" in asked else "",
        documents=tuple(kind for mark, kind in _KINDS.items() if mark in asked),
    )


def _paper(node: Node, id: Id, person: str) -> Paper:
    record, fields = node.record(key("consignment.document", id)), _fields(node, id, person)
    kind = record.document_type if isinstance(record, Document) else ""
    if kind == "bill of lading":
        return _bill(id, fields)
    try:
        return msgspec.convert({**fields, "kind": kind, "id": id}, Paper)
    except msgspec.ValidationError as error:
        raise Malformed(f"document {id}, {kind}: {error}") from None


def _bill(id: Id, fields: Mapping[str, Any]) -> Paper:
    document = convert(dict(fields), TransportDocument, RULE)
    transports = document.transports
    return Paper(
        kind="bill of lading",
        id=id,
        issuer=document.document_parties.issuing_party.party_name,
        date=_iso(document.issue_date),
        on_board_date=_iso(document.shipped_on_board_date),
        gross_mass_g=document.gross_mass_g(),
        packages=document.packages() or None,
        containers=document.containers(),
        vessel=transports.vessel_voyages[0].vessel_name,
        port_of_loading=_port(transports.port_of_loading),
        port_of_discharge=_port(transports.port_of_discharge),
        freight=document.freight_payment_term_code or "",
    )


def _port(port: Port) -> str:
    return port.location_name or port.un_location_code or ""


def _iso(day: datetime.date | None) -> str:
    return "" if day is None else day.isoformat()


def _utc_day(time_ms: int) -> str:
    return datetime.datetime.fromtimestamp(time_ms // 1000, datetime.UTC).date().isoformat()
