"""How facts read on a page."""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from quayledger.standards.codes.currency import EXPONENTS

_STATUS: Final[Mapping[str, str]] = {
    "PENDING_SURRENDER_FOR_DELIVERY": "surrender for delivery asked",
    "SURRENDERED_FOR_DELIVERY": "surrendered for delivery",
    "GATED_OUT": "out of the gate",
    "AT_GATE": "at the gate",
}


def moment(time_ms: int, offset_minutes: int = 0) -> str:
    """A time with its offset: 2026-11-24 12:03 UTC, or 20:03 +08:00."""
    zone = datetime.timezone(datetime.timedelta(minutes=offset_minutes))
    at = datetime.datetime.fromtimestamp(time_ms // 1000, zone)
    name = "UTC" if not offset_minutes else at.strftime("%z")[:3] + ":" + at.strftime("%z")[3:]
    return f"{at:%Y-%m-%d %H:%M} {name}"


def money(minor: int, currency: str) -> str:
    """An amount as people write it: USD 186,400.00."""
    exponent = EXPONENTS.get(currency, 2)
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(exponent + 1, "0")
    whole = f"{int(digits[: len(digits) - exponent]):,}"
    return f"{currency} {sign}{whole}" + (f".{digits[-exponent:]}" if exponent else "")


def mass(grams: int) -> str:
    """A mass in kilograms."""
    return f"{grams / 1000:,.0f} kg"


def sentence(event: str) -> str:
    """An event's name as words: `BillIssued` reads `Bill issued`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event)
    return words[:1] + words[1:].lower()


def status(text: str) -> str:
    """A status as words."""
    return _STATUS.get(text, text.replace("_", " ").lower())


def short(id: str) -> str:
    """The end of an id, enough to tell it from its neighbours."""
    return id if len(id) <= 14 else "\u2026" + id[-12:]


def json_text(value: Any) -> str:
    """A record as readable JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
