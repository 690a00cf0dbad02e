"""The simple values of DCSA documents, with the lengths and patterns of the specification."""

from typing import Annotated, Final, Literal

from msgspec import Meta

_TRIMMED: Final = r"^\S(?:.*\S)?\Z"

Text10 = Annotated[str, Meta(max_length=10)]
Text35 = Annotated[str, Meta(max_length=35)]
Text50 = Annotated[str, Meta(max_length=50)]
Text70 = Annotated[str, Meta(max_length=70)]
Text100 = Annotated[str, Meta(max_length=100)]
Text150 = Annotated[str, Meta(max_length=150)]
Text250 = Annotated[str, Meta(max_length=250)]

Trimmed20 = Annotated[str, Meta(pattern=_TRIMMED, max_length=20)]
Trimmed30 = Annotated[str, Meta(pattern=_TRIMMED, max_length=30)]
Trimmed35 = Annotated[str, Meta(pattern=_TRIMMED, max_length=35)]
Trimmed50 = Annotated[str, Meta(pattern=_TRIMMED, max_length=50)]
Trimmed70 = Annotated[str, Meta(pattern=_TRIMMED, max_length=70)]
Trimmed100 = Annotated[str, Meta(pattern=_TRIMMED, max_length=100)]

UNLocationCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z2-9]{3}\Z")]
"""A UN/LOCODE."""
CountryCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
"""ISO 3166-1 alpha-2."""
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
"""ISO 4217."""
CarrierCode = Annotated[str, Meta(pattern=r"^\S+\Z", max_length=4)]
Email = Annotated[str, Meta(pattern=r"^.+@\S+\Z", max_length=100)]
HSCode = Annotated[str, Meta(pattern=r"^\d{6,12}\Z")]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
PaymentTerm = Literal["PRE", "COL"]
"""Freight prepaid or collect."""
