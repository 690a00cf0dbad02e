"""The three kinds of events of DCSA Track & Trace 2.2, as they stand in messages."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from quayledger.standards.dcsa.fields import (
    Text35,
    Text50,
    Text100,
    Text250,
    UNLocationCode,
)

Moment = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 with an offset: a local time without one names no instant."""
DocumentType = Literal["CBR", "BKG", "SHI", "SRM", "TRD", "ARN", "VGM", "CAS", "CUS", "DGD", "OOG"]


class Location(Struct, frozen=True, kw_only=True, rename="camel"):
    """A place, and perhaps a facility within it: a facility code needs the list that it is of."""

    un_location_code: UNLocationCode = field(name="UNLocationCode", default="")
    facility_code: Annotated[str, Meta(max_length=6)] = ""
    facility_code_list_provider: Literal["BIC", "SMDG"] | None = None

    def __post_init__(self) -> None:
        if self.facility_code and self.facility_code_list_provider is None:
            raise ValueError("`facilityCode` needs `facilityCodeListProvider`")


class Vessel(Struct, frozen=True, kw_only=True, rename="camel"):
    """A vessel, by its IMO number."""

    vessel_imo_number: Annotated[str, Meta(pattern=r"^\d{7}\Z")] = field(name="vesselIMONumber")
    vessel_name: Text35 = ""


class TransportCall(Location, frozen=True, kw_only=True, rename="camel"):
    """A call of a means of transport at a facility."""

    transport_call_id: Text100 = field(name="transportCallID")
    mode_of_transport: Literal["VESSEL", "RAIL", "TRUCK", "BARGE"]
    export_voyage_number: Text50 = ""
    import_voyage_number: Text50 = ""
    carrier_voyage_number: Text50 = ""
    location: Location | None = None
    vessel: Vessel | None = None


class DocumentReference(Struct, frozen=True, kw_only=True, rename="camel"):
    """A booking or a transport document."""

    document_reference_type: Literal["BKG", "TRD"]
    document_reference_value: Text100


class NamedReference(Struct, frozen=True, kw_only=True, rename="camel"):
    """A reference with its type; `EQ` is a container."""

    reference_type: Literal["FF", "SI", "PO", "CR", "AAO", "EQ"]
    reference_value: Text100


class Seal(Struct, frozen=True, kw_only=True, rename="camel"):
    """A seal: keyless padlock, bolt or wire."""

    seal_number: Annotated[str, Meta(max_length=15)]
    seal_type: Literal["KLP", "BLT", "WIR"]
    seal_source: Literal["CAR", "SHI", "PHY", "VET", "CUS"] | None = None


class AnyEvent(Struct, frozen=True, kw_only=True, rename="camel", tag_field="eventType"):
    """What all events share."""

    event_id: Annotated[
        str, Meta(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
    ] = field(name="eventID", default="")
    event_created_date_time: Moment
    event_classifier_code: Literal["PLN", "EST", "ACT"]
    event_date_time: Moment
    event_type_code: str | None = None
    references: tuple[NamedReference, ...] = ()


class TransportEvent(AnyEvent, frozen=True, kw_only=True, rename="camel", tag="TRANSPORT"):
    """A means of transport arrived or departed."""

    transport_event_type_code: Literal["ARRI", "DEPA"]
    transport_call: TransportCall
    delay_reason_code: Annotated[str, Meta(max_length=3)] = ""
    change_remark: Text250 = ""
    document_references: tuple[DocumentReference, ...] = ()


class ShipmentEvent(AnyEvent, frozen=True, kw_only=True, rename="camel", tag="SHIPMENT"):
    """A document came to a status; this happens, or it does not: it is never planned."""

    shipment_event_type_code: Literal[
        "RECE", "DRFT", "PENA", "PENU", "REJE", "APPR", "ISSU", "SURR", "SUBM", "VOID", "CONF",
        "REQS", "CMPL", "HOLD", "RELS",
    ]  # fmt: skip
    event_classifier_code: Literal["ACT"]
    document_id: Text100 = field(name="documentID")
    document_type_code: DocumentType
    reason: str = ""


class EquipmentEvent(AnyEvent, frozen=True, kw_only=True, rename="camel", tag="EQUIPMENT"):
    """A container was moved, filled, emptied, inspected or sealed."""

    equipment_event_type_code: Literal[
        "LOAD", "DISC", "GTIN", "GTOT", "STUF", "STRP", "PICK", "DROP", "INSP", "RSEA", "RMVD"
    ]
    empty_indicator_code: Literal["EMPTY", "LADEN"]
    equipment_reference: Annotated[str, Meta(max_length=15)] = ""
    iso_equipment_code: Annotated[str, Meta(max_length=4)] = field(
        name="ISOEquipmentCode", default=""
    )
    event_location: Location | None = None
    transport_call: TransportCall | None = None
    document_references: tuple[DocumentReference, ...] = ()
    seals: tuple[Seal, ...] = ()


WireEvent = TransportEvent | ShipmentEvent | EquipmentEvent
