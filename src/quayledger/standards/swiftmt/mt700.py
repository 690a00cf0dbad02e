"""MT 700 and 701: issue of a documentary credit, as of the standards release of 2025."""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from quayledger.standards.codes.currency import minor
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.swiftmt.fin import Message, read_messages

MANDATORY: Final = ("27", "40A", "20", "31C", "40E", "31D", "50", "59", "32B", "41a", "49")
_OPTIONAL: Final = (
    "23 51A 51D 39A 39C 42C 42A 42D 42M 42P 43P 43T 44A 44E 44F 44B 44C 44D 45A 46A 47A 49G 49H"
    " 71D 48 58A 58D 53A 53D 78 57A 57B 57D 72Z 41A 41D"
).split()
_REMOVED: Final = {"39B": "39A", "71B": "71D", "72": "72Z"}
_CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "40A": ("IRREVOCABLE", "IRREVOCABLE TRANSFERABLE"),
    "43P": ("ALLOWED", "CONDITIONAL", "NOT ALLOWED"),
    "43T": ("ALLOWED", "CONDITIONAL", "NOT ALLOWED"),
    "49": ("CONFIRM", "MAY ADD", "WITHOUT"),
}
_CONTINUED: Final = ("45A", "46A", "47A")
_CONTINUATION: Final = {"45B": "45A", "46B": "46A", "47B": "47A"}
DAY_MS: Final = 24 * 3600 * 1000


class Credit(Struct, frozen=True):
    """The terms of a credit. Amounts in minor units, dates ISO 8601, periods in days."""

    reference: str
    issue_date: str
    rules: str
    expiry_date: str
    expiry_place: str
    applicant: tuple[str, ...]
    beneficiary: tuple[str, ...]
    currency: str
    amount_minor: int
    plus_percent: int
    minus_percent: int
    available_by: str
    partial_shipments: str
    transhipment: str
    port_of_loading: str
    port_of_discharge: str
    latest_shipment: str
    goods: str
    documents: tuple[str, ...]
    conditions: tuple[str, ...]
    presentation_days: int
    confirmation: str

    @property
    def expiry_ms(self) -> int:
        """The end of the expiry date, UTC."""
        day = datetime.date.fromisoformat(self.expiry_date)
        return (day - datetime.date(1970, 1, 1)).days * DAY_MS + DAY_MS - 1


def read_credit(data: bytes) -> Credit:
    """Read an MT 700 with the MT 701 that continue it.

    Raises:
        FormatRefused: With the tag, if a field is missing, unknown, removed or wrong.
    """
    messages = read_messages(data)
    if not messages or messages[0].type != "700":
        found = messages[0].type if messages else "none"
        raise FormatRefused(f"first message is MT {found}", "message 1", "MT 700")
    first = messages[0]
    _check_fields(first)
    texts = {tag: first.get(tag) for tag in _CONTINUED}
    _join(messages, texts)
    currency, amount = _amount(first)
    plus, minus = _tolerance(first)
    expiry, place = first.get("31D")[:6], first.get("31D")[6:]
    return Credit(
        reference=first.get("20"),
        issue_date=_date("31C", first.get("31C")),
        rules=first.get("40E"),
        expiry_date=_date("31D", expiry),
        expiry_place=place,
        applicant=tuple(first.get("50").split("\n")),
        beneficiary=tuple(first.get("59").split("\n")),
        currency=currency,
        amount_minor=amount,
        plus_percent=plus,
        minus_percent=minus,
        available_by=(first.get("41A") or first.get("41D")).split("\n")[-1],
        partial_shipments=first.get("43P"),
        transhipment=first.get("43T"),
        port_of_loading=first.get("44E"),
        port_of_discharge=first.get("44F"),
        latest_shipment=_date("44C", first.get("44C")) if first.get("44C") else "",
        goods=texts["45A"],
        documents=_items(texts["46A"]),
        conditions=_items(texts["47A"]),
        presentation_days=_days(first.get("48")),
        confirmation=first.get("49"),
    )


def _check_fields(message: Message) -> None:
    tags = message.tags()
    for tag, instead in _REMOVED.items():
        if tag in tags:
            raise FormatRefused(f"was removed in 2018, use {instead}", f"field {tag}", "MT 700")
    for tag in MANDATORY:
        names = {"41A", "41D"} if tag == "41a" else {tag}
        if not any(message.get(name).strip() for name in names):
            raise FormatRefused("is mandatory and missing", f"field {tag}", "MT 700")
    for tag, _ in message.fields:
        if tag not in (*MANDATORY, *_OPTIONAL):
            raise FormatRefused("is no field of this message", f"field {tag}", "MT 700")
    _check_values(message, tags)


def _check_values(message: Message, tags: frozenset[str]) -> None:
    for tag, codes in _CODES.items():
        if message.get(tag) and message.get(tag) not in codes:
            known = ", ".join(codes)
            raise FormatRefused(f"is none of {known}", f"field {tag}", "MT 700")
    if {"44C", "44D"} <= tags:
        raise FormatRefused("stands beside 44C; only one may", "field 44D", "MT 700 rule")
    if ("42C" in tags) != bool(tags & {"42A", "42D"}):
        raise FormatRefused("42C and 42a stand together or not at all", "field 42C", "MT 700 rule")
    if message.get("49") in {"CONFIRM", "MAY ADD"} and not tags & {"58A", "58D"}:
        raise FormatRefused("is needed when field 49 asks for it", "field 58a", "MT 700 rule")


def _join(messages: Sequence[Message], texts: dict[str, str]) -> None:
    """Append the continuations, whose sequence (field 27) must be whole."""
    total = len(messages)
    for number, message in enumerate(messages, 1):
        if message.get("27") != f"{number}/{total}":
            said = message.get("27")
            reason = f"says {said}, but it is part {number} of {total}"
            raise FormatRefused(reason, f"message {number} field 27", "MT 700")
        if number > 1:
            if message.type != "701" or message.get("20") != messages[0].get("20"):
                reason = "is no MT 701 of the same credit"
                raise FormatRefused(reason, f"message {number}", "MT 701")
            for tag, value in message.fields:
                if tag in _CONTINUATION:
                    texts[_CONTINUATION[tag]] += "\n" + value
                elif tag in _CONTINUED:
                    texts[tag] = (texts[tag] + "\n" + value).lstrip("\n")


def _amount(message: Message) -> tuple[str, int]:
    text = message.get("32B")
    match = re.fullmatch(r"([A-Z]{3})([0-9]{1,12},[0-9]{0,3})", text)
    value = minor(match[1], match[2].rstrip(",")) if match else None
    if match is None or value is None:
        raise FormatRefused(f"{text!r} is no currency and amount", "field 32B", "MT 700")
    return match[1], value


def _tolerance(message: Message) -> tuple[int, int]:
    text = message.get("39A")
    match = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})", text)
    if text and match is None:
        raise FormatRefused(f"{text!r} is no pair of percentages", "field 39A", "MT 700")
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _date(tag: str, text: str) -> str:
    try:
        moment = datetime.datetime.strptime(text, "%y%m%d").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise FormatRefused(f"{text!r} is no date YYMMDD", f"field {tag}", "MT 700") from None
    return moment.date().isoformat()


def _days(text: str) -> int:
    """The period for presentation; 21 days where the credit says none (UCP 600 art. 14(c))."""
    match = re.match(r"[0-9]{1,3}", text)
    if text and match is None:
        raise FormatRefused(f"{text!r} is no number of days", "field 48", "MT 700")
    return int(match[0]) if match else 21


def _items(text: str) -> tuple[str, ...]:
    """The entries of a list, each beginning with a plus sign."""
    parts = re.split(r"^\+", text, flags=re.MULTILINE)
    return tuple(" ".join(part.split()) for part in parts if part.strip())
