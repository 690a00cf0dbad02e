"""What is examined: the credit's terms and the documents, as plain facts.

Dates are ISO 8601, masses grams, amounts minor units. A fact that a document does not state is
empty or None: silence is not a conflict.
"""

from msgspec import Struct


class Terms(Struct, frozen=True):
    """What the credit asks for."""

    reference: str
    applicant: str
    beneficiary: str
    currency: str
    amount_minor: int
    plus_percent: int = 0
    minus_percent: int = 0
    drawn_minor: int = 0
    expiry_date: str = ""
    latest_shipment: str = ""
    presentation_days: int = 21
    partial_shipments: str = "ALLOWED"
    port_of_loading: str = ""
    port_of_discharge: str = ""
    goods: str = ""
    incoterm: str = ""
    freight: str = ""
    insurance_percent: int = 110
    documents: tuple[str, ...] = ()


class Paper(Struct, frozen=True):
    """One document: its kind, who issued it, and the facts that it states."""

    kind: str
    id: str = ""
    issuer: str = ""
    addressee: str = ""
    date: str = ""
    signed: bool = True
    originals: int = 1
    originals_issued: int = 1
    currency: str = ""
    amount_minor: int | None = None
    drawing_minor: int | None = None
    goods: str = ""
    incoterm: str = ""
    gross_mass_g: int | None = None
    packages: int | None = None
    containers: tuple[str, ...] = ()
    vessel: str = ""
    port_of_loading: str = ""
    port_of_discharge: str = ""
    on_board_date: str = ""
    clauses: tuple[str, ...] = ()
    freight: str = ""
    order: str = ""
    cover_from: str = ""


class Presentation(Struct, frozen=True):
    """What was presented, when, and on which days the bank is closed."""

    date: str
    papers: tuple[Paper, ...]
    holidays: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[Paper, ...]:
        """The documents of a kind."""
        return tuple(paper for paper in self.papers if paper.kind == kind)
