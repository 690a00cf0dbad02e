"""A DCSA transport document (eBL 3.0.4): what a carrier issues as bill of lading or waybill."""

import re
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.dcsa.reading import Party, Place, Quantity, convert
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.strict_json import decode

RULE: Final = "DCSA eBL 3.0.4"
_LOCODE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
Reference = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^\S(?:.*\S)?$")]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class VesselVoyage(Struct, frozen=True, rename="camel"):
    """A vessel and its voyage."""

    vessel_name: str
    carrier_export_voyage_number: str


class Transports(Struct, frozen=True, rename="camel"):
    """From where to where, and on what."""

    planned_departure_date: Day
    planned_arrival_date: Day
    port_of_loading: Place
    port_of_discharge: Place
    vessel_voyages: Annotated[tuple[VesselVoyage, ...], Meta(min_length=1)]


class Packaging(Struct, frozen=True, rename="camel"):
    """Outer packages."""

    number_of_packages: int = 0
    description: str = ""


class CargoItem(Struct, frozen=True, rename="camel"):
    """What of a consignment item is in one container."""

    equipment_reference: str
    cargo_gross_weight: Quantity
    outer_packaging: Packaging


class ConsignmentItem(Struct, frozen=True, rename="camel"):
    """Goods under one booking."""

    carrier_booking_reference: str
    description_of_goods: Annotated[tuple[str, ...], Meta(min_length=1)]
    cargo_items: Annotated[tuple[CargoItem, ...], Meta(min_length=1)]


class Seal(Struct, frozen=True):
    """A seal."""

    number: str


class Equipment(Struct, frozen=True, rename="camel"):
    """A container."""

    equipment_reference: str


class UtilizedEquipment(Struct, frozen=True, rename="camel"):
    """A container with its seals."""

    equipment: Equipment
    is_shipper_owned: bool
    seals: tuple[Seal, ...]


class DocumentParties(Struct, frozen=True, rename="camel"):
    """The parties of the document."""

    shipper: Party
    issuing_party: Party
    consignee: Party | None = None
    endorsee: Party | None = None
    notify_parties: tuple[Party, ...] = ()


class TransportDocument(Struct, frozen=True, rename="camel"):
    """The part of a transport document that the platform acts on; the whole stays as issued."""

    transport_document_reference: Reference
    transport_document_status: str
    transport_document_type_code: Literal["BOL", "SWB"]
    is_shipped_on_board_type: bool
    is_electronic: bool
    is_to_order: bool
    invoice_payable_at: dict[str, Any]
    party_contact_details: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1)]
    document_parties: DocumentParties
    consignment_items: Annotated[tuple[ConsignmentItem, ...], Meta(min_length=1)]
    utilized_transport_equipments: Annotated[tuple[UtilizedEquipment, ...], Meta(min_length=1)]
    terms_and_conditions: str
    receipt_type_at_origin: Literal["CY", "SD", "CFS"]
    delivery_type_at_destination: Literal["CY", "SD", "CFS"]
    cargo_movement_type_at_origin: Literal["FCL", "LCL"]
    cargo_movement_type_at_destination: Literal["FCL", "LCL"]
    carrier_code: str
    carrier_code_list_provider: Literal["SMDG", "NMFTA"]
    transports: Transports
    freight_payment_term_code: Literal["PRE", "COL"] | None = None
    shipped_on_board_date: Day | None = None
    number_of_originals_with_charges: int = 0
    number_of_originals_without_charges: int = 0
    number_of_copies_with_charges: int = 0
    number_of_copies_without_charges: int = 0

    def containers(self) -> tuple[str, ...]:
        """The numbers of all containers, in order."""
        return tuple(
            one.equipment.equipment_reference for one in self.utilized_transport_equipments
        )

    def gross_mass_g(self) -> int:
        """The gross mass of all cargo, in grams."""
        return sum(
            item.cargo_gross_weight.grams("$.consignmentItems")
            for consignment in self.consignment_items
            for item in consignment.cargo_items
        )

    def packages(self) -> int:
        """The number of outer packages."""
        return sum(
            item.outer_packaging.number_of_packages
            for consignment in self.consignment_items
            for item in consignment.cargo_items
        )


class Read(Struct, frozen=True):
    """A document as read, the whole of it as plain values, and what was noticed on the way."""

    document: TransportDocument
    whole: dict[str, Any]
    notices: tuple[str, ...]


def read_transport_document(data: bytes) -> Read:
    """Read a transport document.

    Raises:
        FormatRefused: With the JSON path of what is missing or breaks a rule.
    """
    whole = decode(data)
    if not isinstance(whole, dict):
        raise FormatRefused("a JSON object is wanted", "$", RULE)
    document = convert(whole, TransportDocument, RULE)
    _check_order(document)
    _check_places(document)
    _check_containers(document)
    document.gross_mass_g()
    notices = tuple(
        f"{number}: its check digit is wrong (ISO 6346)"
        for number in document.containers()
        if not has_check_digit(number)
    )
    return Read(document, whole, notices)


def _check_order(document: TransportDocument) -> None:
    """Who a bill may name follows from its kind."""
    parties = document.document_parties
    if document.is_to_order:
        if document.transport_document_type_code == "SWB":
            _refuse("a sea waybill cannot be to order", "$.isToOrder")
        if parties.consignee is not None:
            _refuse("a bill to order names no consignee", "$.documentParties.consignee")
    elif parties.consignee is None:
        _refuse("is needed when the document is not to order", "$.documentParties.consignee")
    elif parties.endorsee is not None:
        _refuse("a straight document has no endorsee", "$.documentParties.endorsee")
    originals = (
        document.number_of_originals_with_charges + document.number_of_originals_without_charges
    )
    copies = document.number_of_copies_with_charges + document.number_of_copies_without_charges
    if document.is_electronic and (originals > 1 or copies):
        _refuse("an electronic document has one original and no copies", "$.isElectronic")


def _check_places(document: TransportDocument) -> None:
    transports = document.transports
    for name, place in (
        ("portOfLoading", transports.port_of_loading),
        ("portOfDischarge", transports.port_of_discharge),
    ):
        if not place.code and not place.name:
            _refuse("neither UNLocationCode nor locationName", f"$.transports.{name}")
        if place.code and not _LOCODE.fullmatch(place.code):
            _refuse(f"{place.code!r} is no UN/LOCODE", f"$.transports.{name}.UNLocationCode")


def _check_containers(document: TransportDocument) -> None:
    numbers = document.containers()
    for place, number in enumerate(numbers):
        path = f"$.utilizedTransportEquipments[{place}].equipment.equipmentReference"
        if not is_formed(number):
            _refuse(f"{number!r} is no container number (ISO 6346)", path)
        if number in numbers[:place]:
            _refuse(f"{number} stands twice", path)
    for place, consignment in enumerate(document.consignment_items):
        for inner, item in enumerate(consignment.cargo_items):
            if item.equipment_reference not in numbers:
                path = f"$.consignmentItems[{place}].cargoItems[{inner}].equipmentReference"
                _refuse(f"{item.equipment_reference} is not among the containers", path)


def _refuse(message: str, path: str) -> None:
    raise FormatRefused(message, path, RULE)
