"""A customs declaration in the WCO data model (DEC), as several customs services use it.

Elements are found by their local names: profiles differ in their namespaces, not in their words.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from lxml import etree
from msgspec import Struct

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.codes.currency import minor
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.xml import parse_xml

RULE: Final = "WCO DEC"
_TYPE: Final = re.compile(r"(?P<direction>EX|IM|CO)[A-Z]?")


class GoodsItem(Struct, frozen=True):
    """One line: commodity code, description, origin, mass in grams, value in minor units."""

    sequence: int
    commodity: str
    description: str
    origin: str
    packages: int
    gross_mass_g: int | None
    net_mass_g: int | None
    currency: str
    value_minor: int | None


class Declaration(Struct, frozen=True):
    """What a declarant lodges; `documents` are references of previous and transport documents."""

    reference: str
    function: str
    type: str
    direction: str
    declarant: str
    exporter: str
    importer: str
    office: str
    items: tuple[GoodsItem, ...]
    containers: tuple[str, ...]
    documents: tuple[str, ...]
    notices: tuple[str, ...]


def read_declaration(data: bytes) -> Declaration:
    """Read a declaration.

    Raises:
        FormatRefused: With the element's path of what is missing or wrong.
    """
    root = parse_xml(data)
    declaration = root if _name(root) == "Declaration" else _find(root, "Declaration")
    if declaration is None:
        raise FormatRefused("no Declaration in the document", _name(root), RULE)
    kind = _needed(declaration, "TypeCode")
    match = _TYPE.fullmatch(kind)
    if match is None:
        raise FormatRefused(f"{kind!r} is no type of declaration", "Declaration/TypeCode", RULE)
    items = tuple(
        _item(one, place)
        for place, one in enumerate(_all(declaration, "GoodsShipment/GovernmentAgencyGoodsItem"), 1)
    )
    stated = _text(declaration, "GoodsItemQuantity")
    if stated and stated != str(len(items)):
        reason = f"{stated} items said, {len(items)} found"
        raise FormatRefused(reason, "Declaration/GoodsItemQuantity", RULE)
    equipment = _equipment(declaration)
    containers = tuple(number for number in equipment if is_formed(number))
    wrong = [number for number in containers if not has_check_digit(number)]
    others = [number for number in equipment if not is_formed(number)]
    return Declaration(
        reference=_needed(declaration, "FunctionalReferenceID"),
        function=_text(declaration, "FunctionCode"),
        type=kind,
        direction="EXPORT" if match["direction"] == "EX" else "IMPORT",
        declarant=_text(declaration, "Declarant/ID") or _text(declaration, "Declarant/Name"),
        exporter=_party(declaration, "Exporter"),
        importer=_party(declaration, "Importer"),
        office=_text(declaration, "DeclarationOffice/ID")
        or _text(declaration, "PresentationOffice/ID"),
        items=items,
        containers=containers,
        documents=_documents(declaration),
        notices=(
            *(f"{number}: its check digit is wrong (ISO 6346)" for number in wrong),
            *(f"{number}: is no container number (ISO 6346)" for number in others),
        ),
    )


def _item(item: etree._Element, place: int) -> GoodsItem:
    path = f"Declaration/GoodsShipment/GovernmentAgencyGoodsItem[{place}]"
    sequence = _text(item, "SequenceNumeric")
    if not sequence.isdigit():
        raise FormatRefused(f"{sequence!r} is no number", f"{path}/SequenceNumeric", RULE)
    codes = [_text(one, "ID") for one in _all(item, "Commodity/Classification")]
    amount = _one(item, "Commodity/InvoiceLine/ItemChargeAmount")
    currency = amount.get("currencyID", "") if amount is not None else ""
    packages = (_text(one, "QuantityQuantity") for one in _all(item, "Packaging"))
    return GoodsItem(
        sequence=int(sequence),
        commodity="".join(code for code in codes[:2] if code.isdigit()),
        description=_text(item, "Commodity/Description"),
        origin=_text(item, "Origin/CountryCode"),
        packages=sum(int(count) for count in packages if count.isdigit()),
        gross_mass_g=_grams(item, "Commodity/GoodsMeasure/GrossMassMeasure", path),
        net_mass_g=_grams(item, "Commodity/GoodsMeasure/NetNetWeightMeasure", path),
        currency=currency,
        value_minor=minor(currency, (amount.text or "").strip()) if amount is not None else None,
    )


def _grams(item: etree._Element, name: str, path: str) -> int | None:
    text = _text(item, name)
    if not text:
        return None
    try:
        grams = Decimal(text) * 1000
    except InvalidOperation:
        raise FormatRefused(f"{text!r} is no mass in kilograms", f"{path}/{name}", RULE) from None
    if not grams.is_finite() or grams < 0 or grams != grams.to_integral_value():
        raise FormatRefused(f"{text!r} is no mass to the gram", f"{path}/{name}", RULE)
    return int(grams)


def _equipment(declaration: etree._Element) -> tuple[str, ...]:
    """The numbers of all transport equipment; trailers and wagons too, so not only containers."""
    named = (one for one in declaration.iter() if isinstance(one.tag, str))
    found = (_text(one, "ID") for one in named if _name(one) == "TransportEquipment")
    return tuple(dict.fromkeys(number for number in found if number))


def _documents(declaration: etree._Element) -> tuple[str, ...]:
    names = ("PreviousDocument", "TransportContractDocument")
    found = (one for one in declaration.iter() if isinstance(one.tag, str) and _name(one) in names)
    return tuple(dict.fromkeys(filter(None, (_text(one, "ID") for one in found))))


def _party(declaration: etree._Element, name: str) -> str:
    for path in (name, f"GoodsShipment/{name}"):
        party = _text(declaration, f"{path}/ID") or _text(declaration, f"{path}/Name")
        if party:
            return party
    return ""


def _needed(element: etree._Element, path: str) -> str:
    text = _text(element, path)
    if not text:
        raise FormatRefused("is mandatory and missing", f"{_name(element)}/{path}", RULE)
    return text


def _text(element: etree._Element, path: str) -> str:
    found = _one(element, path)
    return (found.text or "").strip() if found is not None else ""


def _one(element: etree._Element, path: str) -> etree._Element | None:
    return next(iter(_all(element, path)), None)


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    found = [element]
    for name in path.split("/"):
        found = [
            child
            for one in found
            for child in one
            if isinstance(child.tag, str) and _name(child) == name
        ]
    return found


def _find(root: etree._Element, name: str) -> etree._Element | None:
    return next(
        (one for one in root.iter() if isinstance(one.tag, str) and _name(one) == name), None
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
