"""Where the goods go, and on what (DCSA eBL 3.0.4)."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from quayledger.standards.dcsa.fields import (
    CountryCode,
    Text50,
    Text70,
    Trimmed35,
    Trimmed50,
    Trimmed100,
    UNLocationCode,
)


class City(Struct, frozen=True, kw_only=True, rename="camel"):
    """A place without a UN/LOCODE."""

    city: Trimmed35
    country_code: CountryCode


class Facility(Struct, frozen=True, kw_only=True, rename="camel"):
    """A terminal or depot within a place."""

    facility_code: Annotated[str, Meta(max_length=6)]
    facility_code_list_provider: Literal["BIC", "SMDG"]


class Port(Struct, frozen=True, kw_only=True, rename="camel"):
    """A port, by UN/LOCODE or by city and country."""

    un_location_code: UNLocationCode | None = field(name="UNLocationCode", default=None)
    city: City | None = None
    location_name: Trimmed100 | None = None

    def __post_init__(self) -> None:
        if self.un_location_code is None and self.city is None:
            raise ValueError("needs `UNLocationCode` or `city`")


class Place(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the carrier takes the goods over, or delivers them, inland."""

    un_location_code: UNLocationCode | None = field(name="UNLocationCode", default=None)
    location_name: Trimmed100 | None = None
    facility_name: Text70 | None = None
    facility: Facility | None = None


class VesselVoyage(Struct, frozen=True, kw_only=True, rename="camel"):
    """A vessel on the carrier's voyage."""

    vessel_name: Trimmed50
    carrier_export_voyage_number: Trimmed50
    universal_export_voyage_reference: (
        Annotated[str, Meta(pattern=r"^\d{2}[0-9A-Z]{2}[NEWSR]\Z")] | None
    ) = None


class Transports(Struct, frozen=True, kw_only=True, rename="camel"):
    """The voyage, and what the carrier does before and after it."""

    planned_departure_date: date
    planned_arrival_date: date
    port_of_loading: Port
    port_of_discharge: Port
    vessel_voyages: Annotated[tuple[VesselVoyage, ...], Meta(min_length=1)]
    pre_carriage_by: Text50 | None = None
    on_carriage_by: Text50 | None = None
    place_of_receipt: Place | None = None
    place_of_delivery: Place | None = None

    def __post_init__(self) -> None:
        if self.pre_carriage_by is not None and self.place_of_receipt is None:
            raise ValueError("`preCarriageBy` needs `placeOfReceipt`")
        if self.on_carriage_by is not None and self.place_of_delivery is None:
            raise ValueError("`onCarriageBy` needs `placeOfDelivery`")
