"""The transport document of DCSA eBL 3.0.4: a bill of lading or a sea waybill.

The document stays as it was issued: its JSON is kept whole, since the issuer's signature covers
the checksum of all of it. What the platform acts on is typed, and checked by shape and meaning.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, field

from quayledger.standards.codes.container import is_formed
from quayledger.standards.dcsa.cargo import CargoItem, ConsignmentItem, UtilizedTransportEquipment
from quayledger.standards.dcsa.checksum import document_checksum
from quayledger.standards.dcsa.fields import (
    CarrierCode,
    Count,
    CurrencyCode,
    PaymentTerm,
    Text35,
    Text50,
    Trimmed20,
    Trimmed100,
    UNLocationCode,
)
from quayledger.standards.dcsa.party import ContactDetail, DocumentParties
from quayledger.standards.dcsa.reading import container_notices, convert, require
from quayledger.standards.dcsa.transports import Transports
from quayledger.standards.strict_json import decode

RULE: Final = "DCSA eBL 3.0.4"

Terminus = Literal["CY", "SD", "CFS"]
"""Container yard, store door, container freight station."""


class InvoicePayableAt(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where freight is paid: a UN/LOCODE or a free text, one of both."""

    un_location_code: UNLocationCode | None = field(name="UNLocationCode", default=None)
    free_text: Text35 | None = None

    def __post_init__(self) -> None:
        if (self.un_location_code is None) == (self.free_text is None):
            raise ValueError("needs `UNLocationCode` or `freeText`, and not both")


class TransportDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of a transport document that the platform acts on; the whole stays as issued."""

    transport_document_reference: Trimmed20
    transport_document_sub_reference: Trimmed100 | None = None
    shipping_instructions_reference: Trimmed100 | None = None
    transport_document_status: Text50
    transport_document_type_code: Literal["BOL", "SWB"]
    is_shipped_on_board_type: bool
    freight_payment_term_code: PaymentTerm | None = None
    is_electronic: bool
    is_to_order: bool
    number_of_copies_with_charges: Count = 0
    number_of_copies_without_charges: Count = 0
    number_of_originals_with_charges: Count = 0
    number_of_originals_without_charges: Count = 0
    shipped_on_board_date: date | None = None
    received_for_shipment_date: date | None = None
    issue_date: date | None = None
    terms_and_conditions: Annotated[str, Meta(max_length=50_000)]
    receipt_type_at_origin: Terminus
    delivery_type_at_destination: Terminus
    cargo_movement_type_at_origin: Annotated[str, Meta(max_length=3)]
    cargo_movement_type_at_destination: Annotated[str, Meta(max_length=3)]
    declared_value: Annotated[float, Meta(ge=0)] | None = None
    declared_value_currency: CurrencyCode | None = None
    carrier_code: CarrierCode
    carrier_code_list_provider: Literal["SMDG", "NMFTA"]
    transports: Transports
    invoice_payable_at: InvoicePayableAt
    party_contact_details: Annotated[tuple[ContactDetail, ...], Meta(min_length=1)]
    document_parties: DocumentParties
    consignment_items: Annotated[tuple[ConsignmentItem, ...], Meta(min_length=1)]
    utilized_transport_equipments: Annotated[
        tuple[UtilizedTransportEquipment, ...], Meta(min_length=1)
    ]

    def containers(self) -> tuple[str, ...]:
        """The numbers of all containers, in order."""
        return tuple(
            used.equipment.equipment_reference for used in self.utilized_transport_equipments
        )

    def gross_mass_g(self) -> int:
        """The gross mass of all cargo, in grams."""
        return sum(cargo.cargo_gross_weight.grams for cargo in self._cargo())

    def packages(self) -> int:
        """The number of outer packages."""
        return sum(cargo.outer_packaging.number_of_packages for cargo in self._cargo())

    def _cargo(self) -> Iterator[CargoItem]:
        return (cargo for item in self.consignment_items for cargo in item.cargo_items)


class Read(Struct, frozen=True):
    """A document as read, the whole of it as plain values, and what was noticed on the way."""

    document: TransportDocument
    whole: dict[str, Any]
    notices: tuple[str, ...]

    def checksum(self) -> str:
        """The SHA-256 that the issuer's manifest signs, in hexadecimal."""
        return document_checksum(self.whole)


def read_transport_document(data: bytes) -> Read:
    """Read a transport document.

    Raises:
        FormatRefused: If it is not JSON that means one thing only, lacks what the standard
            requires, or contradicts itself; names the JSON path and the rule.
    """
    whole = decode(data)
    document = convert(whole, TransportDocument, RULE)
    _check_title(document)
    _check_copies(document)
    _check_dates_and_value(document)
    _check_equipment(document)
    return Read(document, whole, tuple(_notices(document)))


def _check_title(document: TransportDocument) -> None:
    """Straight, to order or blank: who is named decides what the bill is."""
    parties, rule = document.document_parties, f"{RULE}: isToOrder"
    if document.transport_document_type_code == "SWB":
        require(not document.is_to_order, "$.isToOrder", "a sea waybill is never to order", rule)
    if document.is_to_order:
        path = "$.documentParties.consignee"
        message = "a bill to order has no consignee; name an endorsee, or nobody (blank)"
        require(parties.consignee is None, path, message, rule)
    else:
        path = "$.documentParties.consignee"
        require(parties.consignee is not None, path, "a straight bill needs a consignee", rule)
        path = "$.documentParties.endorsee"
        message = "a straight bill has no endorsee; it cannot be endorsed"
        require(parties.endorsee is None, path, message, rule)


def _check_copies(document: TransportDocument) -> None:
    """An electronic bill exists once; a waybill has no original at all."""
    originals = (
        document.number_of_originals_with_charges + document.number_of_originals_without_charges
    )
    copies = document.number_of_copies_with_charges + document.number_of_copies_without_charges
    if document.transport_document_type_code == "SWB":
        path, rule = "$.numberOfOriginalsWithCharges", f"{RULE}: numberOfOriginals"
        require(originals == 0, path, "a sea waybill has no originals", rule)
    elif document.is_electronic:
        path, rule = "$.numberOfOriginalsWithCharges", f"{RULE}: numberOfOriginals"
        message = f"{originals} originals, with and without charges, of a bill that exists once"
        require(originals <= 1, path, message, rule)
        path, rule = "$.numberOfCopiesWithCharges", f"{RULE}: numberOfCopies"
        require(copies == 0, path, "an electronic bill has no copies", rule)


def _check_dates_and_value(document: TransportDocument) -> None:
    shipped, received = document.shipped_on_board_date, document.received_for_shipment_date
    path, rule = "$.shippedOnBoardDate", f"{RULE}: shippedOnBoardDate"
    message = "shipped on board and received for shipment exclude each other; give one date"
    require(shipped is None or received is None, path, message, rule)
    if document.transport_document_status == "ISSUED":
        message = "an issued document is dated: shipped on board, or received for shipment"
        require(shipped is not None or received is not None, path, message, rule)
    valued, currency = document.declared_value is not None, document.declared_value_currency
    message = "a declared value and its currency come together"
    rule = f"{RULE}: declaredValueCurrency"
    require(valued == (currency is not None), "$.declaredValueCurrency", message, rule)


def _check_equipment(document: TransportDocument) -> None:
    """Each container is listed once, and all cargo is in listed containers."""
    rule, seen = f"{RULE}: equipmentReference", set[str]()
    for index, used in enumerate(document.utilized_transport_equipments):
        number = used.equipment.equipment_reference
        path = f"$.utilizedTransportEquipments[{index}].equipment.equipmentReference"
        require(number not in seen, path, f"container {number} is listed twice", rule)
        seen.add(number)
        message = f"{number} is not of the form of ISO 6346 (only a shipper's own may differ)"
        require(used.is_shipper_owned or is_formed(number), path, message, "ISO 6346")
    for at, item in enumerate(document.consignment_items):
        for index, cargo in enumerate(item.cargo_items):
            path = f"$.consignmentItems[{at}].cargoItems[{index}].equipmentReference"
            number = cargo.equipment_reference
            message = f"container {number} is not among utilizedTransportEquipments"
            require(number in seen, path, message, rule)


def _notices(document: TransportDocument) -> Iterator[str]:
    """What DCSA's own samples get wrong too, so that it cannot be refused."""
    parties = document.document_parties
    notified = parties.notify_parties or (parties.endorsee and parties.endorsee.is_notify_party)
    if document.is_to_order and not notified:
        yield "$.documentParties.notifyParties: a bill to order names whom to notify"
    if document.transport_document_status == "ISSUED" and document.issue_date is None:
        yield "$.issueDate: an issued document states its issue date"
    for index, used in enumerate(document.utilized_transport_equipments):
        path = f"$.utilizedTransportEquipments[{index}].equipment.equipmentReference"
        yield from container_notices(used.equipment.equipment_reference, path)
