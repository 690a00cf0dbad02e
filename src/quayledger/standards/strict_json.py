"""JSON from outside that means one thing only: no duplicate keys, no NaN, no bombs."""

import json
from typing import Any, Final, NoReturn

from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 4 << 20
DEPTH_MAX: Final = 64
_RULE: Final = "RFC 7493 (I-JSON)"


def decode(data: bytes) -> Any:
    """Read untrusted JSON.

    Raises:
        FormatRefused: If it is too large, too deep, not UTF-8, or ambiguous.
    """
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"more than {SIZE_MAX} bytes", "document", _RULE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatRefused("not UTF-8", f"byte {error.start}", _RULE) from None
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except ValueError as error:
        raise FormatRefused(str(error), "document", "RFC 8259") from None
    _check_surrogates(text)
    return value


def _check_depth(text: str) -> None:
    depth, quoted, escaped = 0, False, False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = quoted
        elif sign == '"':
            quoted = not quoted
        elif not quoted and sign in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise FormatRefused(f"deeper than {DEPTH_MAX} levels", f"character {at}", _RULE)
        elif not quoted and sign in "]}":
            depth -= 1


def _check_surrogates(text: str) -> None:
    """A lone surrogate can only come in as an escape, since UTF-8 has none."""
    if "\\u" in text and any(
        "\ud800" <= sign <= "\udfff" for sign in json.dumps(json.loads(text), ensure_ascii=False)
    ):
        raise FormatRefused("a lone surrogate is no character", "document", _RULE)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FormatRefused("stands twice in one object", f"key {twice!r}", _RULE)
    return found


def _constant(name: str) -> NoReturn:
    raise FormatRefused("is not a number", name, _RULE)
