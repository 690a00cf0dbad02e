"""Checksums of DCSA documents: SHA-256 over the canonical form of RFC 8785 (JCS).

The ledger's own codec has no fractions; a transport document has (weights, amounts), so this
form also writes numbers, as ECMAScript does: the shortest digits that read back the same.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from quayledger.kernel.types import MAX_INTEGER
from quayledger.standards.refusal import FormatRefused

_RULE: Final = "RFC 8785 (JCS)"


def document_checksum(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document's canonical form, in lower-case hexadecimal (DCSA eBL 3.0).

    Raises:
        FormatRefused: If a value has no canonical form.
    """
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value (RFC 8785 section 3.2).

    Raises:
        FormatRefused: If a value has none: not a number, an integer that other readers round,
            half a surrogate pair, or no JSON at all.
    """
    try:
        return _written(value).encode("utf-8")
    except UnicodeEncodeError:
        raise FormatRefused("holds half a surrogate pair", "$", _RULE) from None


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        members = (f"{_written(k)}:{_written(value[k])}" for k in sorted(value, key=_utf16))
        return f"{{{','.join(members)}}}"
    raise FormatRefused(f"{type(value).__name__} is no JSON value", "$", _RULE)


def _utf16(name: str) -> bytes:
    """Names sort by UTF-16 code units (section 3.2.3), which differs from code point order."""
    return name.encode("utf-16-be")


def _integer(value: int) -> str:
    if abs(value) > MAX_INTEGER:
        raise FormatRefused(f"{value} is beyond 2^53 - 1; send a string", "$", _RULE)
    return str(value)


def _number(value: float) -> str:
    """ECMAScript's Number::toString (ECMA-262 section 6.1.6.1.20)."""
    if not isfinite(value):
        raise FormatRefused(f"{value} is not a number", "$", _RULE)
    if value == 0:
        return "0"  # Minus zero too.
    sign, numerals, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, numerals))
    point = len(digits) + int(exponent)
    return "-" * sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """The digits with the decimal point after the given number of them."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
