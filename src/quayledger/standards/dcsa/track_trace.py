"""DCSA Track & Trace 2.2 events: what happened to a shipment, a transport or a container.

The schema alone accepts times and codes that mean nothing; the rules are written here.
"""

import datetime
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.dcsa.reading import convert
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.strict_json import decode

RULE: Final = "DCSA Track & Trace 2.2"
CODES: Final[Mapping[str, frozenset[str]]] = {
    "EQUIPMENT": frozenset("LOAD DISC GTIN GTOT STUF STRP PICK DROP INSP RSEA RMVD".split()),
    "TRANSPORT": frozenset(("ARRI", "DEPA")),
    "SHIPMENT": frozenset(
        "RECE DRFT PENA PENU REJE APPR ISSU SURR SUBM VOID CONF REQS CMPL HOLD RELS".split()
    ),
}
_CODE_FIELD: Final = {
    "EQUIPMENT": "equipmentEventTypeCode",
    "TRANSPORT": "transportEventTypeCode",
    "SHIPMENT": "shipmentEventTypeCode",
}
EVENTS_MAX: Final = 10_000


class Location(Struct, frozen=True):
    """Where an event took place."""

    code: str = msgspec.field(default="", name="UNLocationCode")
    facility: str = msgspec.field(default="", name="facilityCode")


class Vessel(Struct, frozen=True, rename="camel"):
    """A vessel."""

    vessel_name: str = ""


class TransportCall(Struct, frozen=True):
    """A call of a means of transport at a facility."""

    code: str = msgspec.field(default="", name="UNLocationCode")
    facility: str = msgspec.field(default="", name="facilityCode")
    vessel: Vessel | None = None


class NamedReference(Struct, frozen=True, rename="camel"):
    """A reference with its type; `EQ` is a container."""

    reference_type: str
    reference_value: str


class WireEvent(Struct, frozen=True, rename="camel"):
    """The fields that all kinds of events share, and those of one kind that we use."""

    event_type: Literal["SHIPMENT", "TRANSPORT", "EQUIPMENT"]
    event_classifier_code: Literal["PLN", "EST", "ACT"]
    event_date_time: str
    event_created_date_time: str
    event_id: str = msgspec.field(default="", name="eventID")
    equipment_event_type_code: str = ""
    transport_event_type_code: str = ""
    shipment_event_type_code: str = ""
    equipment_reference: str = ""
    event_location: Location | None = None
    transport_call: TransportCall | None = None
    references: tuple[NamedReference, ...] = ()


class TrackEvent(Struct, frozen=True):
    """One event; times in ms UTC with the offset that was stated."""

    id: str
    type: str
    code: str
    classifier: str
    time_ms: int
    offset_minutes: int
    containers: tuple[str, ...]
    location: str
    facility: str
    vessel: str


class Events(Struct, frozen=True):
    """All events of a message, and what was noticed on the way."""

    events: tuple[TrackEvent, ...]
    notices: tuple[str, ...]


def read_events(data: bytes) -> Events:
    """Read one event or an array of them.

    Raises:
        FormatRefused: With place and path of what is missing or means nothing.
    """
    value = decode(data)
    wire = value if isinstance(value, list) else [value]
    if not 0 < len(wire) <= EVENTS_MAX:
        raise FormatRefused(f"1 to {EVENTS_MAX} events are wanted", "$", RULE)
    events = tuple(_event(one, f"$[{place}]") for place, one in enumerate(wire))
    numbers = dict.fromkeys(number for event in events for number in event.containers)
    wrong = [number for number in numbers if not has_check_digit(number)]
    notices = tuple(f"{number}: its check digit is wrong (ISO 6346)" for number in wrong)
    return Events(events, notices)


def _event(value: Any, path: str) -> TrackEvent:
    wire = convert(value, WireEvent, RULE, path)
    field = _CODE_FIELD[wire.event_type]
    code = str(value.get(field, ""))
    if code not in CODES[wire.event_type]:
        raise FormatRefused(f"{code!r} is no {wire.event_type} event", f"{path}.{field}", RULE)
    if wire.event_type == "SHIPMENT" and wire.event_classifier_code != "ACT":
        where = f"{path}.eventClassifierCode"
        raise FormatRefused("a shipment event is always ACT", where, RULE)
    _moment(wire.event_created_date_time, f"{path}.eventCreatedDateTime")
    time_ms, offset = _moment(wire.event_date_time, f"{path}.eventDateTime")
    call, place = wire.transport_call or TransportCall(), wire.event_location or Location()
    return TrackEvent(
        id=wire.event_id,
        type=wire.event_type,
        code=code,
        classifier=wire.event_classifier_code,
        time_ms=time_ms,
        offset_minutes=offset,
        containers=_containers(wire, path),
        location=place.code or call.code,
        facility=place.facility or call.facility,
        vessel=call.vessel.vessel_name if call.vessel else "",
    )


def _containers(wire: WireEvent, path: str) -> tuple[str, ...]:
    named = [one.reference_value for one in wire.references if one.reference_type == "EQ"]
    own = [wire.equipment_reference] if wire.equipment_reference else []
    found = tuple(dict.fromkeys([*own, *named]))
    for number in found:
        if not is_formed(number):
            where = f"{path}.equipmentReference"
            raise FormatRefused(f"{number!r} is no container number (ISO 6346)", where, RULE)
    if wire.event_type == "EQUIPMENT" and not found:
        where = f"{path}.equipmentReference"
        raise FormatRefused("an equipment event names its container", where, RULE)
    return found


def _moment(text: str, path: str) -> tuple[int, int]:
    """Milliseconds UTC and the stated offset in minutes (RFC 3339: the offset is a must)."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise FormatRefused(f"{text!r} is no date and time", path, "RFC 3339") from None
    offset = moment.utcoffset()
    if offset is None or "T" not in text:
        raise FormatRefused(f"{text!r} has no offset from UTC", path, "RFC 3339")
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    since = moment - epoch
    milliseconds = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    return milliseconds, int(offset.total_seconds()) // 60
