"""The goods and their containers (DCSA eBL 3.0.4)."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from quayledger.standards.dcsa.fields import (
    HSCode,
    Text35,
    Text100,
    Trimmed35,
)

_GRAMS: Final = {"KGM": Decimal(1000), "LBR": Decimal("453.59237")}
"""Grams of a kilogram, and of a pound (international yard and pound agreement, 1959)."""

WEIGHT_MAX: Final = 10**9
"""In the document's unit: beyond this it is a slip, and the sums must fit 64 bits."""

Equipment = Annotated[str, Meta(pattern=r"^\S(?:.*\S)?\Z", max_length=11)]
"""The number of a container; by ISO 6346 where possible."""


class Weight(Struct, frozen=True, kw_only=True):
    """A mass as the document states it."""

    value: Annotated[float, Meta(gt=0, le=WEIGHT_MAX)]
    unit: Literal["KGM", "LBR"]

    @property
    def grams(self) -> int:
        """The mass in grams, rounded half to even (ISO 80000-1 annex B, rule A).

        The digits are those of the document: a double gives back the shortest decimal that
        stands for it, so nothing binary leaks into the sum.
        """
        exact = Decimal(repr(self.value)) * _GRAMS[self.unit]
        return int(exact.to_integral_value(ROUND_HALF_EVEN))


class OuterPackaging(Struct, frozen=True, kw_only=True, rename="camel"):
    """Packages of one kind."""

    number_of_packages: Annotated[int, Meta(ge=1, le=99_999_999)]
    description: Text100
    package_code: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2}\Z")] | None = None


class CargoItem(Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of a consignment item that is in one container."""

    equipment_reference: Equipment
    cargo_gross_weight: Weight
    outer_packaging: OuterPackaging
    cargo_net_weight: Weight | None = None


class ConsignmentItem(Struct, frozen=True, kw_only=True, rename="camel"):
    """Goods of one description."""

    carrier_booking_reference: Trimmed35
    description_of_goods: Annotated[tuple[Trimmed35, ...], Meta(max_length=150)]
    short_hs_codes: Annotated[tuple[HSCode, ...], Meta(min_length=1)] = field(name="HSCodes")
    extended_hs_codes: tuple[HSCode, ...] = field(name="extendedHSCodes", default=())
    shipping_marks: Annotated[tuple[Text35, ...], Meta(max_length=50)] = ()
    cargo_items: Annotated[tuple[CargoItem, ...], Meta(min_length=1)]

    @property
    def hs_codes(self) -> tuple[str, ...]:
        """The codes that count: the extended ones, if there are any."""
        return self.extended_hs_codes or self.short_hs_codes


class Container(Struct, frozen=True, kw_only=True, rename="camel"):
    """A container by number and ISO 6346 size and type."""

    equipment_reference: Equipment
    iso_equipment_code: Annotated[str, Meta(max_length=4)] | None = field(
        name="ISOEquipmentCode", default=None
    )
    tare_weight: Weight | None = None


class Seal(Struct, frozen=True, kw_only=True, rename="camel"):
    """A seal on a container: affixed by carrier, shipper, veterinary or customs."""

    number: Annotated[str, Meta(max_length=15)]
    source: Literal["CAR", "SHI", "VET", "CUS"] | None = None


class UtilizedTransportEquipment(Struct, frozen=True, kw_only=True, rename="camel"):
    """A container in use for this consignment, with its seals."""

    equipment: Container
    is_shipper_owned: bool
    seals: Annotated[tuple[Seal, ...], Meta(min_length=1)]
