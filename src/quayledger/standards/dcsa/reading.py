"""JSON of DCSA into typed structures: the shape of a document, before the rules on its meaning."""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeVar

import msgspec

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.refusal import FormatRefused

T = TypeVar("T")

_ERROR: Final = re.compile(r"(?P<message>.*?)(?: - at `\$(?P<path>.*)`)?\Z", re.DOTALL)
_MISSING: Final = re.compile(r"missing required field `(?P<name>[^`]+)`")
_MESSAGE_MAX: Final = 200


def convert(value: Any, kind: type[T], rule: str, path: str = "$") -> T:
    """The value as the given type; unknown members are left aside, null counts as absent.

    Args:
        value: What a JSON reader gave.
        kind: The structure that the standard asks for.
        rule: The standard, for refusals.
        path: Where the value stands in its document.

    Raises:
        FormatRefused: If it has another shape; names the path of the first fault.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), path, rule) from None


def _refusal(error: str, path: str, rule: str) -> FormatRefused:
    found = _ERROR.fullmatch(error)
    message, below = found.group("message", "path") if found else (error, "")
    missing = _MISSING.search(message)
    member = f".{missing['name']}" if missing else ""
    return FormatRefused(message[:_MESSAGE_MAX], f"{path}{below or ''}{member}", rule)


def require(holds: bool, path: str, message: str, rule: str) -> None:
    """Refuse at the path unless the rule holds.

    Raises:
        FormatRefused: If it does not hold.
    """
    if not holds:
        raise FormatRefused(message, path, rule)


def container_notices(number: str, path: str) -> Iterator[str]:
    """What to say of a container number that is let pass: a wrong check digit only warns."""
    if not is_formed(number):
        yield f"{path}: {number} is not a container number of ISO 6346"
    elif not has_check_digit(number):
        yield f"{path}: the check digit of {number} is wrong (ISO 6346); check the number"
