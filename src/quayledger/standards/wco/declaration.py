"""A customs declaration in the WCO data model (DEC), as several customs services use it.

Only an original declaration (function 9) is read here: a request to amend or withdraw one
(function 13) refers to it by its MRN, and declares no goods of its own.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from msgspec import Struct

from quayledger.kernel import Amount
from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.wco.elements import RULE, amount, count, each, needed, one, text
from quayledger.standards.wco.goods_item import (
    DocumentReference,
    GoodsItem,
    read_documents,
    read_items,
)
from quayledger.standards.xml import parse_xml, place

NAMESPACE: Final = re.compile(r"urn:wco:datamodel:WCO:DEC[-:].*")
ORIGINAL: Final = "9"
"""The function of a declaration that is lodged first (UN/EDIFACT 1225)."""
TRANSPORT_DOCUMENTS: Final = frozenset("703 704 705 706 710 714 720 730 740 741 760".split())
"""Waybills and bills of lading (UN/EDIFACT 1001)."""

_TYPE: Final = re.compile(r"(?P<direction>EX|IM|CO)[A-Z]?")
_REFERENCE_MAX: Final = 35


class Trader(Struct, frozen=True):
    """A party by number (EORI or national), or by name and country."""

    id: str
    name: str
    country: str


class Declaration(Struct, frozen=True, kw_only=True):
    """What a declarant lodges; what is not stated is empty or None.

    `reference` is the declarant's own (LRN), `type` the declaration and additional type (IMA,
    EXD), `documents` those of the consignment and of all items.
    """

    reference: str
    mrn: str
    function: str
    type: str
    direction: str
    declarant: Trader
    exporter: Trader | None
    importer: Trader | None
    agent: Trader | None
    office: str
    exit_office: str
    destination: str
    export_country: str
    invoice: Amount | None
    total_packages: int | None
    items: tuple[GoodsItem, ...]
    containers: tuple[str, ...]
    documents: tuple[DocumentReference, ...]
    notices: tuple[str, ...]

    def transport_documents(self) -> tuple[str, ...]:
        """The numbers of the waybills and bills of lading that the goods travel under."""
        found = (one_of for one_of in self.documents if one_of.type in TRANSPORT_DOCUMENTS)
        return tuple(dict.fromkeys(document.id for document in found))


def read_declaration(data: bytes) -> Declaration:
    """Read an original declaration.

    Raises:
        FormatRefused: With path and line of the element that is missing or wrong.
    """
    declaration = _declaration(parse_xml(data))
    _check_function(declaration)
    kind, direction = _type(declaration)
    shipment = one(declaration, "GoodsShipment")
    if shipment is None:
        raise FormatRefused("`GoodsShipment` is needed and missing", place(declaration), RULE)
    items = read_items(shipment)
    _check_quantity(declaration, len(items))
    equipment = _equipment(shipment)
    return Declaration(
        reference=_reference(declaration),
        mrn=text(declaration, "ID"),
        function=ORIGINAL,
        type=kind,
        direction=direction,
        declarant=_declarant(declaration),
        exporter=_trader(declaration, "Exporter") or _trader(shipment, "Exporter"),
        importer=_trader(declaration, "Importer") or _trader(shipment, "Importer"),
        agent=_trader(declaration, "Agent"),
        office=text(declaration, "DeclarationOfficeID")
        or text(declaration, "DeclarationOffice/ID")
        or text(declaration, "PresentationOffice/ID"),
        exit_office=text(declaration, "ExitOffice/ID"),
        destination=text(shipment, "Destination/CountryCode"),
        export_country=text(shipment, "ExportCountry/ID"),
        invoice=amount(declaration, "InvoiceAmount"),
        total_packages=count(declaration, "TotalPackageQuantity"),
        items=items,
        containers=tuple(number for number in equipment if is_formed(number)),
        documents=_documents(shipment, items),
        notices=tuple(_notices(equipment)),
    )


def _declaration(root: etree._Element) -> etree._Element:
    """The one declaration of the message: alone, or in WCO metadata, in any wrapper around it."""
    found = [element for element in root.iter("{*}Declaration") if _is_declaration(element)]
    if len(found) != 1:
        message = f"has {len(found)} WCO declarations (DEC) in its metadata; one is wanted"
        raise FormatRefused(message, place(found[1] if found else root), RULE)
    return found[0]


def _is_declaration(element: etree._Element) -> bool:
    parent = element.getparent()
    known = NAMESPACE.fullmatch(etree.QName(element).namespace or "") is not None
    return known and (parent is None or etree.QName(parent).localname == "MetaData")


def _check_function(declaration: etree._Element) -> None:
    function = needed(declaration, "FunctionCode")
    if function != ORIGINAL:
        message = f"function {function[:40]} is no original declaration; send function {ORIGINAL}"
        raise FormatRefused(message, place(declaration), f"{RULE} FunctionCode")


def _type(declaration: etree._Element) -> tuple[str, str]:
    """The type, and the way that the goods cross the border; trade within a union is import."""
    kind = needed(declaration, "TypeCode")
    match = _TYPE.fullmatch(kind)
    if match is None:
        message = f"{kind[:40]!r} is no type of declaration: EX, IM or CO and a letter"
        raise FormatRefused(message, place(declaration), f"{RULE} TypeCode")
    return kind, "EXPORT" if match["direction"] == "EX" else "IMPORT"


def _reference(declaration: etree._Element) -> str:
    reference = needed(declaration, "FunctionalReferenceID")
    if len(reference) > _REFERENCE_MAX:
        message = f"has more than {_REFERENCE_MAX} characters"
        where = f"FunctionalReferenceID of {place(declaration)}"
        raise FormatRefused(message, where, f"{RULE} FunctionalReferenceID")
    return reference


def _check_quantity(declaration: etree._Element, items: int) -> None:
    stated = count(declaration, "GoodsItemQuantity")
    if items == 0 or stated not in {None, items}:
        message = f"{stated} goods items stated, {items} found; at least one is needed"
        raise FormatRefused(message, place(declaration), f"{RULE} GoodsItemQuantity")


def _declarant(declaration: etree._Element) -> Trader:
    declarant = _trader(declaration, "Declarant")
    if declarant is None:
        raise FormatRefused("`Declarant` is needed and missing", place(declaration), RULE)
    return declarant


def _trader(element: etree._Element, name: str) -> Trader | None:
    party = one(element, name)
    if party is None:
        return None
    trader = Trader(
        id=text(party, "ID"),
        name=text(party, "Name"),
        country=text(party, "Address/CountryCode"),
    )
    return trader if trader.id or trader.name else None


def _equipment(shipment: etree._Element) -> tuple[str, ...]:
    """The numbers of all transport equipment; trailers and wagons too, so not only containers."""
    paths = (
        "Consignment/TransportEquipment",
        "GovernmentAgencyGoodsItem/Commodity/TransportEquipment",
    )
    elements = (element for path in paths for element in each(shipment, path))
    return tuple(dict.fromkeys(number for one_of in elements if (number := text(one_of, "ID"))))


def _documents(
    shipment: etree._Element, items: tuple[GoodsItem, ...]
) -> tuple[DocumentReference, ...]:
    found = (
        *read_documents(shipment, "Consignment/TransportContractDocument"),
        *read_documents(shipment, "PreviousDocument"),
        *(document for item in items for document in item.documents),
    )
    return tuple(dict.fromkeys(found))


def _notices(equipment: tuple[str, ...]) -> Iterator[str]:
    for number in equipment:
        if not is_formed(number):
            yield f"TransportEquipment: {number} is no container number (ISO 6346)"
        elif not has_check_digit(number):
            yield f"TransportEquipment: the check digit of {number} is wrong (ISO 6346)"
