"""One goods item of a customs declaration: what it is, what it weighs, what it is worth."""

from typing import Final

from lxml import etree
from msgspec import Struct

from quayledger.kernel import Amount
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.wco.elements import RULE, amount, count, each, grams, needed, one, text
from quayledger.standards.xml import place

_COMMODITY_CODES: Final = ("TSP", "TRC")
"""The code of the nomenclature (six digits, eight in the Union), and its subdivision."""


class DocumentReference(Struct, frozen=True):
    """A document that the goods come from or travel under; types by UN/EDIFACT 1001 or national."""

    type: str
    id: str
    category: str = ""


class Packages(Struct, frozen=True):
    """Packages of one type (UN/ECE recommendation 21)."""

    type: str
    count: int
    marks: str


class GoodsItem(Struct, frozen=True, kw_only=True):
    """One line of a declaration; masses in grams, what is not stated is empty or None.

    `price` is the invoiced price of the item, `procedure` the requested and the previous
    procedure in four digits, `origin` the country of non-preferential origin.
    """

    sequence: int
    commodity: str
    description: str
    origin: str
    procedure: str
    additional_procedures: tuple[str, ...]
    packages: tuple[Packages, ...]
    gross_mass_g: int | None
    net_mass_g: int | None
    price: Amount | None
    statistical_value: Amount | None
    documents: tuple[DocumentReference, ...]


def read_items(shipment: etree._Element) -> tuple[GoodsItem, ...]:
    """All goods items of a shipment.

    Raises:
        FormatRefused: If one is faulty, or they are not numbered from 1 in order.
    """
    elements = each(shipment, "GovernmentAgencyGoodsItem")
    items = tuple(_item(element) for element in elements)
    for number, (element, item) in enumerate(zip(elements, items, strict=True), 1):
        if item.sequence != number:
            message = f"goods item {number} has the sequence number {item.sequence}"
            raise FormatRefused(message, place(element), RULE)
    return items


def read_documents(element: etree._Element, path: str) -> tuple[DocumentReference, ...]:
    """The documents at a path.

    Raises:
        FormatRefused: If one has no number.
    """
    return tuple(
        DocumentReference(
            type=text(document, "TypeCode"),
            id=needed(document, "ID"),
            category=text(document, "CategoryCode"),
        )
        for document in each(element, path)
    )


def _item(element: etree._Element) -> GoodsItem:
    needed(element, "SequenceNumeric")
    procedures = each(element, "GovernmentProcedure")
    main = [procedure for procedure in procedures if text(procedure, "PreviousCode")]
    further = [procedure for procedure in procedures if not text(procedure, "PreviousCode")]
    return GoodsItem(
        sequence=count(element, "SequenceNumeric") or 0,
        commodity=_commodity(element),
        description=text(element, "Commodity/Description"),
        origin=_origin(element),
        procedure="".join(
            text(one_of, name) for one_of in main[:1] for name in ("CurrentCode", "PreviousCode")
        ),
        additional_procedures=tuple(text(one_of, "CurrentCode") for one_of in further),
        packages=tuple(_packages(packaging) for packaging in each(element, "Packaging")),
        gross_mass_g=grams(element, "Commodity/GoodsMeasure/GrossMassMeasure"),
        net_mass_g=_net_mass(element),
        price=amount(element, "Commodity/InvoiceLine/ItemChargeAmount"),
        statistical_value=amount(element, "StatisticalValueAmount"),
        documents=read_documents(element, "PreviousDocument"),
    )


def _commodity(element: etree._Element) -> str:
    """The commodity code: the parts of it in their order, whatever their order in the message."""
    parts: dict[str, str] = {}
    for classification in each(element, "Commodity/Classification"):
        kind = text(classification, "IdentificationTypeCode")
        if kind in _COMMODITY_CODES:
            code = needed(classification, "ID")
            if kind in parts or not (code.isascii() and code.isdigit()):
                message = f"{code[:40]!r} is no {kind} code, or a second one"
                raise FormatRefused(message, place(classification), RULE)
            parts[kind] = code
    return "".join(parts.get(kind, "") for kind in _COMMODITY_CODES)


def _origin(element: etree._Element) -> str:
    """Type 1 is the non-preferential origin; without a type there is only one."""
    origins = each(element, "Origin")
    chosen = [origin for origin in origins if text(origin, "TypeCode") in {"", "1"}]
    return text(chosen[0], "CountryCode") if chosen else ""


def _packages(packaging: etree._Element) -> Packages:
    return Packages(
        type=text(packaging, "TypeCode"),
        count=count(packaging, "QuantityQuantity") or 0,
        marks=text(packaging, "MarksNumbersID"),
    )


def _net_mass(element: etree._Element) -> int | None:
    path = "Commodity/GoodsMeasure/NetNetWeightMeasure"
    gross, net = grams(element, "Commodity/GoodsMeasure/GrossMassMeasure"), grams(element, path)
    if gross is not None and net is not None and net > gross:
        where = one(element, path)
        message = f"{net} g net are more than {gross} g gross"
        raise FormatRefused(message, place(element if where is None else where), RULE)
    return net
