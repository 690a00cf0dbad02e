"""Reading elements of WCO messages: at most one where one is meant, and typed values.

Elements are found by their local names within the namespace of the message: profiles differ in
their namespaces, not in their words.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from lxml import etree

from quayledger.kernel import Amount
from quayledger.kernel.types import MAX_INTEGER
from quayledger.standards.codes.currency import minor
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.xml import place

RULE: Final = "WCO DEC"

_DECIMAL: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNT: Final = re.compile(r"[0-9]{1,8}", re.ASCII)


def each(element: etree._Element, path: str) -> list[etree._Element]:
    """All elements at a path of local names, in document order."""
    namespace = etree.QName(element).namespace
    steps = (etree.QName(namespace, name).text for name in path.split("/"))
    return list(element.iterfind("/".join(steps)))


def one(element: etree._Element, path: str) -> etree._Element | None:
    """The element at a path, if there is one.

    Raises:
        FormatRefused: If there are several, so that readers could differ on which one counts.
    """
    found = each(element, path)
    if len(found) > 1:
        raise FormatRefused("stands twice where one is meant", place(found[1]), RULE)
    return found[0] if found else None


def text(element: etree._Element, path: str) -> str:
    """The text at a path without surrounding space, empty if there is none.

    Raises:
        FormatRefused: If there are several elements, or elements where text is meant.
    """
    found = one(element, path)
    if found is None:
        return ""
    if len(found):
        raise FormatRefused("holds elements where text is meant", place(found), RULE)
    return (found.text or "").strip()


def needed(element: etree._Element, path: str) -> str:
    """The text at a path.

    Raises:
        FormatRefused: If it is missing or empty.
    """
    found = text(element, path)
    if not found:
        raise FormatRefused(f"`{path}` is needed and missing", place(element), RULE)
    return found


def count(element: etree._Element, path: str) -> int | None:
    """The whole number at a path, if there is one.

    Raises:
        FormatRefused: If it is no whole number of at most eight digits.
    """
    found = text(element, path)
    if not found:
        return None
    if not _COUNT.fullmatch(found):
        raise _refusal(element, path, f"{found[:40]!r} is no whole number")
    return int(found)


def grams(element: etree._Element, path: str) -> int | None:
    """The mass at a path, stated in kilograms, in grams; rounded half to even (ISO 80000-1 B).

    Raises:
        FormatRefused: If it is no number, or in another unit than KGM.
    """
    found, stated = one(element, path), text(element, path)
    if found is None or not stated:
        return None
    if found.get("unitCode", "KGM") != "KGM":
        raise _refusal(element, path, "is in another unit than KGM")
    if not _DECIMAL.fullmatch(stated):
        raise _refusal(element, path, f"{stated[:40]!r} is no mass in kilograms")
    mass = int((Decimal(stated) * 1000).to_integral_value(ROUND_HALF_EVEN))
    if mass > MAX_INTEGER:
        raise _refusal(element, path, f"{stated} kg is more than can be weighed")
    return mass


def amount(element: etree._Element, path: str) -> Amount | None:
    """The sum of money at a path, with the currency of its attribute.

    Raises:
        FormatRefused: If the currency is missing, or the sum is finer than its minor unit.
    """
    found, stated = one(element, path), text(element, path)
    if found is None or not stated:
        return None
    currency = found.get("currencyID", "")
    if not _CURRENCY.fullmatch(currency):
        raise _refusal(element, path, f"currencyID {currency[:40]!r} is no currency (ISO 4217)")
    value = minor(currency, stated) if _DECIMAL.fullmatch(stated) else None
    if value is None or value > MAX_INTEGER:
        raise _refusal(element, path, f"{stated[:40]!r} is no sum in {currency}")
    return Amount(currency, value)


def _refusal(element: etree._Element, path: str, message: str) -> FormatRefused:
    found = one(element, path)
    return FormatRefused(message, place(element if found is None else found), RULE)
