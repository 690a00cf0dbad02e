"""JSON from outside that means one thing only: no duplicate keys, no NaN, no bombs.

A good document is read in one pass of the standard library's reader; only a flawed one is read
again, to name the path to the flaw.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final, NoReturn

from quayledger.kernel.types import MAX_INTEGER
from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 4 << 20
"""Bytes of a document."""
DEPTH_MAX: Final = 64
"""Arrays and objects within each other."""

_RULE: Final = "RFC 7493 (I-JSON)"
_NAME_MAX: Final = 80
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_BRACKETS: Final = bytes(sign for sign in range(256) if sign not in b"[]{}")


class _Flaw(ValueError):
    """Why a value is ambiguous: the first pass raises it, the second keeps it as the value."""


class _Members(list[tuple[str, Any]]):
    """An object with all its members, repeated ones too."""


def decode(data: bytes) -> Any:
    """Read untrusted JSON into objects of Python.

    Raises:
        FormatRefused: If it is too large, too deep, not UTF-8, or ambiguous: a key twice in one
            object, half a surrogate pair, a number that is none or that other readers round.
    """
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"has more than {SIZE_MAX} bytes; send it in parts", "$", _RULE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatRefused(f"is not UTF-8 at byte {error.start}", "$", _RULE) from None
    _check_depth(data)
    try:
        value = _load(text, _unique, _raised)
    except _Flaw:
        raise next(_refusals(text)) from None
    if _SURROGATE.search(text):
        for refusal in _refusals(text):
            raise refusal
    return value


def _check_depth(data: bytes) -> None:
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    depths = accumulate(1 if sign in b"[{" else -1 for sign in brackets)
    if max(depths, default=0) > DEPTH_MAX:
        raise FormatRefused(f"is deeper than {DEPTH_MAX} levels", "$", _RULE)


def _load(
    text: str,
    members: Callable[[list[tuple[str, Any]]], Any],
    flawed: Callable[[str], Any],
) -> Any:
    """One pass; `flawed` is what becomes of a number that would not be read alike everywhere."""

    def real(digits: str) -> Any:
        number = float(digits)
        return number if math.isfinite(number) else flawed("is too large for a number")

    def whole(digits: str) -> Any:
        exact = len(digits) <= 17 and abs(int(digits)) <= MAX_INTEGER
        return int(digits) if exact else flawed("is an integer beyond 2^53 - 1; send a string")

    def constant(name: str) -> Any:
        return flawed(f"{name} is not a number")

    try:
        return json.loads(
            text,
            object_pairs_hook=members,
            parse_float=real,
            parse_int=whole,
            parse_constant=constant,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise FormatRefused(f"is not JSON: {error.msg}", where, "RFC 8259") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Flaw
    return members


def _raised(message: str) -> NoReturn:
    raise _Flaw(message)


def _refusals(text: str) -> Iterator[FormatRefused]:
    for path, message in _flaws(_load(text, _Members, _Flaw), "$"):
        yield FormatRefused(message, path, _RULE)


def _flaws(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Flaw):
        yield path, str(value)
    elif isinstance(value, str) and _printable(value) != value:
        yield path, "holds half a surrogate pair, which is no character"
    elif isinstance(value, _Members):
        seen: set[str] = set()
        for name, member in value:
            at = f"{path}.{_printable(name)[:_NAME_MAX]}"
            if name in seen:
                yield at, "stands twice in one object; keep one"
            seen.add(name)
            if _printable(name) != name:
                yield at, "has half a surrogate pair in its name, which is no character"
            yield from _flaws(member, at)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flaws(item, f"{path}[{index}]")


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
