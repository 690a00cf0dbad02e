"""Who inside one organisation may see what: one table, default deny.

Between organisations access is delivery: what an organisation is not entitled to never reaches its
node. Within it, a person sees a kind of record if one of its roles stands in the row, and of it
the fields that the row names. API, pages, search and export all ask here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

ALL: Final = ("*",)
_OFFICE: Final = ("title", "clerk", "auditor")
_BANK: Final = ("maker", "checker")
_FIELD: Final = ("gate", "planner", "dispatcher")

Row = dict[str, tuple[str, ...]]


def _all(*roles: str) -> Row:
    return dict.fromkeys(roles, ALL)


READS: Final[Mapping[str, Row]] = {
    "membership.network": {"*": ALL},
    "membership.organisation": {"*": ALL},
    "membership.person": {"*": ("kind", "id", "organisation", "roles", "status", "keys")},
    "consignment.consignment": _all(*_OFFICE, *_BANK, *_FIELD, "officer", "declarant"),
    "consignment.container": _all(*_OFFICE, *_BANK, *_FIELD, "officer", "declarant"),
    "consignment.document": _all(*_OFFICE, *_BANK, "officer", "declarant"),
    "ebl.bill": _all(*_OFFICE, *_BANK, "officer", "declarant")
    | {"gate": ("kind", "id", "status", "containers", "version")},
    "ebl.reference": _all(*_OFFICE),
    "release.right": _all(*_OFFICE, *_FIELD, "officer")
    | {"driver": ("kind", "container_id", "terminal", "holder", "status", "version")},
    "finance.credit": _all(*_OFFICE, *_BANK),
    "finance.presentation": _all(*_OFFICE, *_BANK),
    "finance.account": _all(*_OFFICE, *_BANK),
    "customs.declaration": _all(*_OFFICE, "officer", "declarant")
    | {"gate": ("kind", "id", "status", "holds", "containers", "version")},
    "customs.reference": _all(*_OFFICE, "declarant"),
    "tracking.batch": _all(*_OFFICE, *_BANK, *_FIELD, "officer", "declarant"),
    "port.call": _all(*_OFFICE, *_FIELD, "officer"),
    "port.plan": _all(*_OFFICE, *_FIELD, "officer"),
}
"""Kind of record -> role -> fields; the role `*` stands for every person of the organisation."""

PURPOSES: Final = (
    "performance of the contract",
    "examination under the credit",
    "customs control",
    "audit",
)
"""Why somebody opens a document; the access log keeps it."""


WHOLE: Final = _OFFICE
"""Who may take out everything that the organisation was shown, as it came."""


def sees_all(roles: Iterable[str]) -> bool:
    """Whether a person in these roles may see whole deliveries and export them."""
    return bool(set(WHOLE) & set(roles))


def fields(roles: Iterable[str], kind: str) -> frozenset[str]:
    """The fields of a kind of record that a person in these roles may see; none by default."""
    row = READS.get(kind, {})
    return frozenset(field for role in ("*", *roles) for field in row.get(role, ()))


def hits(
    roles: Iterable[str], found: Iterable[Mapping[str, Any] | None], text: str
) -> list[dict[str, Any]]:
    """What of found records may be seen, where the text still stands in what may be seen."""
    shown = (narrowed(roles, record) for record in found if record is not None)
    return [record for record in shown if record is not None and _stands_in(text, record)]


def _stands_in(text: str, value: Any) -> bool:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return any(_stands_in(text, part) for part in parts)
    return bool(value == text)


def narrowed(roles: Iterable[str], record: Mapping[str, Any]) -> dict[str, Any] | None:
    """What of a record a person in these roles may see; None if nothing."""
    allowed = fields(roles, str(record["kind"]))
    if "*" in allowed:
        return dict(record)
    shown = {name: value for name, value in record.items() if name in allowed}
    return shown or None
