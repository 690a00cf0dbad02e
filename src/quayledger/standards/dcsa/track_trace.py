"""DCSA Track & Trace 2.2 events: what happened to a shipment, a transport or a container.

The schema alone accepts times and codes that mean nothing; the rules are written here. A message
is read whole or not at all: one faulty event refuses it, with its place in the array.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.dcsa.event_shapes import (
    EquipmentEvent,
    Location,
    Seal,
    ShipmentEvent,
    TransportCall,
    TransportEvent,
    WireEvent,
)
from quayledger.standards.dcsa.reading import convert, require
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.strict_json import decode

RULE: Final = "DCSA Track & Trace 2.2"
EVENTS_MAX: Final = 10_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MINUTE: Final = timedelta(minutes=1)


class TrackEvent(Struct, frozen=True, kw_only=True):
    """One event; times in ms UTC with the offset that was stated, empty text for what is absent.

    `documents` are pairs of type and number: BKG, TRD, or the document whose status this is.
    """

    id: str
    type: str
    code: str
    classifier: str
    time_ms: int
    offset_minutes: int
    created_ms: int
    containers: tuple[str, ...]
    is_empty: bool | None
    location: str
    facility: str
    vessel: str
    vessel_imo: str
    voyage: str
    documents: tuple[tuple[str, str], ...]
    seals: tuple[Seal, ...]


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
    many = value if isinstance(value, list) else [value]
    if not 0 < len(many) <= EVENTS_MAX:
        raise FormatRefused(f"1 to {EVENTS_MAX} events are wanted", "$", RULE)
    shaped = convert(many, tuple[WireEvent, ...], RULE)
    events = tuple(_event(wire, f"$[{place}]") for place, wire in enumerate(shaped))
    notices = (
        notice
        for place, (wire, event) in enumerate(zip(shaped, events, strict=True))
        for notice in _notices(wire, event, f"$[{place}]")
    )
    return Events(events, tuple(notices))


def _event(wire: WireEvent, path: str) -> TrackEvent:
    code = _code(wire, path)
    call, place = _call(wire), _place(wire)
    empty = wire.empty_indicator_code == "EMPTY" if isinstance(wire, EquipmentEvent) else None
    return TrackEvent(
        id=wire.event_id.lower(),
        type=str(wire.__struct_config__.tag),
        code=code,
        classifier=wire.event_classifier_code,
        time_ms=_ms(wire.event_date_time, f"{path}.eventDateTime"),
        offset_minutes=_offset(wire.event_date_time) // _MINUTE,
        created_ms=_ms(wire.event_created_date_time, f"{path}.eventCreatedDateTime"),
        containers=_containers(wire, path),
        is_empty=empty,
        location=place.un_location_code,
        facility=place.facility_code,
        vessel=call.vessel.vessel_name if call and call.vessel else "",
        vessel_imo=call.vessel.vessel_imo_number if call and call.vessel else "",
        voyage=(call.export_voyage_number or call.carrier_voyage_number) if call else "",
        documents=_documents(wire),
        seals=wire.seals if isinstance(wire, EquipmentEvent) else (),
    )


def _code(wire: WireEvent, path: str) -> str:
    """What happened; the deprecated `eventTypeCode` may repeat it but not contradict it."""
    match wire:
        case TransportEvent():
            code: str = wire.transport_event_type_code
        case ShipmentEvent():
            code = wire.shipment_event_type_code
        case EquipmentEvent():
            code = wire.equipment_event_type_code
    same = wire.event_type_code in {None, code}
    require(same, f"{path}.eventTypeCode", f"contradicts the event's own code {code}", RULE)
    return code


def _call(wire: WireEvent) -> TransportCall | None:
    return None if isinstance(wire, ShipmentEvent) else wire.transport_call


def _place(wire: WireEvent) -> Location:
    """The event's own location, or else that of its transport call."""
    own = wire.event_location if isinstance(wire, EquipmentEvent) else None
    call = _call(wire)
    stated = (own, call and call.location, call)
    return next((place for place in stated if place and place.un_location_code), Location())


def _containers(wire: WireEvent, path: str) -> tuple[str, ...]:
    """The container of the event, and those among its references."""
    named = {
        f"{path}.references[{index}].referenceValue": reference.reference_value
        for index, reference in enumerate(wire.references)
        if reference.reference_type == "EQ"
    }
    if isinstance(wire, EquipmentEvent):
        own = f"{path}.equipmentReference"
        named = {own: wire.equipment_reference, **named} if wire.equipment_reference else named
        known = bool(named) or wire.event_classifier_code != "ACT"
        require(known, own, "an actual move names its container", RULE)
    for where, number in named.items():
        require(is_formed(number), where, f"{number!r} is no container number", "ISO 6346")
    return tuple(dict.fromkeys(named.values()))


def _documents(wire: WireEvent) -> tuple[tuple[str, str], ...]:
    if isinstance(wire, ShipmentEvent):
        return ((wire.document_type_code, wire.document_id),)
    return tuple(
        (document.document_reference_type, document.document_reference_value)
        for document in wire.document_references
    )


def _ms(moment: datetime, path: str) -> int:
    since = (moment - _EPOCH) // _MILLISECOND
    require(since >= 0, path, "lies before 1970", RULE)
    return since


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _notices(wire: WireEvent, event: TrackEvent, path: str) -> Iterator[str]:
    """What the field's own messages get wrong too, so that it cannot be refused."""
    for number in event.containers:
        if not has_check_digit(number):
            yield f"{path}: the check digit of container {number} is wrong (ISO 6346)"
    if event.vessel_imo and not _is_imo_number(event.vessel_imo):
        where = f"{path}.transportCall.vessel.vesselIMONumber"
        yield f"{where}: the check digit of {event.vessel_imo} is wrong (IMO ship number)"
    if wire.event_classifier_code == "ACT" and event.time_ms > event.created_ms:
        yield f"{path}.eventDateTime: an actual event lies after its own creation"


def _is_imo_number(number: str) -> bool:
    """Six digits with the weights 7 to 2; the sum ends with the last digit (IMO A.1117(30))."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=False))
    return total % 10 == int(number[6])
