"""Words of the ledger: identifiers, parties, amounts, and the bases of commands and records.

Everything here is immutable and encodes to canonical JSON: integers only, bounded to the range
that every JSON reader keeps exact (RFC 8785, RFC 7493).
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

MAX_INTEGER: Final = 2**53 - 1

# In every pattern: Python's `$` also matches before a final line feed, which must not pass.
ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}$(?!\n)"

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
Party = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$(?!\n)", extra={"party": True})]
Key = str
"""`kind/id`: the name of one record."""

Integer = Annotated[int, Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
TimeMs = Count
"""Milliseconds since 1970-01-01T00:00:00Z."""
Grams = Count
Digest = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
"""A SHA-256 value in base64url without padding."""
Opaque = Annotated[str, Meta(min_length=43, max_length=43)]
"""32 bytes in base64url that are only compared or hashed, so their letters need no check."""
Text = Annotated[str, Meta(max_length=2000)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
"""An ISO 4217 alphabetic code."""

EVERYONE: Final = "*"
"""In a record's relations: every member of the network may see it."""


Minor = Annotated[int, Meta(ge=0, le=10**15)]
"""A sum in minor units, small enough that sums and tolerances of it stay exact."""


class Amount(Struct, frozen=True, forbid_unknown_fields=True):
    """A sum of money in minor units (ISO 4217): USD with minor 1864000 is 18,640.00 dollars."""

    currency: Currency
    minor: Minor


class Record(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """One thing that the ledger keeps; the tag of a subclass is the first part of its keys.

    Fields are only ever added, with defaults, and defaults are not encoded: old bytes stay
    canonical. The kernel alone sets `version` and `time_ms`, and the `status` that the subject of
    a contract adds.
    """

    version: Count = 0
    time_ms: TimeMs = 0

    def relations(self) -> Mapping[str, Party | None]:
        """Who the record knows, and as what: the only parties to which it exists."""
        raise NotImplementedError(type(self).__name__)


class Command(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="type",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Something that an organisation asks for; names every record that its rule reads or writes."""

    by: Party

    def touches(self) -> tuple[Key, ...]:
        """The keys of all records that the rule may read or write.

        The default follows the fields whose type names a record kind; a command with derived
        keys overrides it.
        """
        return tuple(
            [
                f"{kind}/{id}"
                for field, kind in _references(type(self))
                for id in _each(getattr(self, field))
            ]
        )

    def named_parties(self) -> tuple[Party, ...]:
        """Every organisation that the command names, the asking one first."""
        fields = _party_fields(type(self))
        return tuple([party for field in fields for party in _each(getattr(self, field))])


def key(kind: str | type[Record], id: str) -> Key:
    """The name of a record: its kind and its id."""
    return f"{kind if isinstance(kind, str) else kind_of(kind)}/{id}"


@cache
def kind_of(record: type[Record]) -> str:
    """The first part of the keys of a record type: its tag."""
    return str(record.__struct_config__.tag)


def visible(record: Record | None, party: Party) -> bool:
    """Whether the record exists as far as the party can tell."""
    if record is None:
        return False
    known = record.relations().values()
    return party in known or EVERYONE in known


def _each(value: Any) -> tuple[str, ...]:
    if type(value) is str:
        return (value,)
    if value is None:
        return ()
    return tuple(value.values() if isinstance(value, Mapping) else value)


@cache
def _references(command: type[Command]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (field, str(extra["record"]))
        for field, extra in _marked_fields(command)
        if "record" in extra
    )


@cache
def _party_fields(command: type[Command]) -> tuple[str, ...]:
    fields = [field for field, extra in _marked_fields(command) if "party" in extra]
    return tuple(sorted(fields, key=lambda field: field != "by"))


def _marked_fields(command: type[Command]) -> list[tuple[str, dict[str, Any]]]:
    info = msgspec.inspect.type_info(command)
    fields = info.fields if isinstance(info, msgspec.inspect.StructType) else ()
    return [(field.name, extra) for field in fields for extra in _extras(field.type)]


def _extras(type_: Any) -> list[dict[str, Any]]:
    """The marks of a field's type, also inside an optional, a tuple or a mapping's values."""
    if isinstance(type_, msgspec.inspect.Metadata):
        return [type_.extra] if type_.extra else _extras(type_.type)
    if isinstance(type_, msgspec.inspect.UnionType):
        return [extra for part in type_.types for extra in _extras(part)]
    for inner in ("item_type", "value_type"):
        if hasattr(type_, inner):
            return _extras(getattr(type_, inner))
    return []
