"""How DCSA messages are read: strict JSON first, then the schema's types, with JSON paths."""

import re
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from quayledger.standards.refusal import FormatRefused

T = TypeVar("T")
_PATH: Final = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
UNITS_G: Final = {"KGM": Decimal(1000), "LBR": Decimal("453.59237"), "GRM": Decimal(1)}


class Party(Struct, frozen=True, rename="camel"):
    """A party of a document; codes of list provider `ZZZ` are mutually defined."""

    party_name: str
    identifying_codes: tuple["Code", ...] = ()

    def member(self) -> str:
        """The party's identifier on the ledger, empty if the document has none."""
        codes = (one for one in self.identifying_codes if one.code_list_provider == "ZZZ")
        return next((one.party_code for one in codes), "")


class Code(Struct, frozen=True, rename="camel"):
    """A party's code in a list."""

    code_list_provider: str
    party_code: str


class Place(Struct, frozen=True):
    """A place by UN/LOCODE, or by name."""

    code: str = msgspec.field(default="", name="UNLocationCode")
    name: str = msgspec.field(default="", name="locationName")


class Quantity(Struct, frozen=True):
    """A weight with its unit: `KGM` or `LBR`."""

    value: float | int
    unit: str

    def grams(self, path: str) -> int:
        """The weight in whole grams, rounded half up.

        Raises:
            FormatRefused: If the unit is unknown or the weight negative.
        """
        if self.unit not in UNITS_G or self.value < 0:
            raise FormatRefused(f"{self.value} {self.unit} is no weight", path, "DCSA eBL 3.0")
        return int(Decimal(str(self.value)) * UNITS_G[self.unit] + Decimal("0.5"))


def convert(value: Any, kind: type[T], rule: str, path: str = "$") -> T:
    """Read plain JSON values as a type.

    Raises:
        FormatRefused: With the JSON path of what does not fit.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        inner = (found["path"] or "$") if found else "$"
        message = found["message"] if found else str(error)
        raise FormatRefused(message, path + inner.removeprefix("$"), rule) from None
