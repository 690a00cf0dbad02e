"""Electronic bill of lading: who controls it, who is entitled, and how it ends.

A bill has one possessor, who controls it, and one title holder, who is entitled to
the goods; often one party is both. Action names are those of DCSA PINT 3.0.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.contracts.consignment.public import ContainerId, container
from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Digest,
    Env,
    Id,
    Key,
    Party,
    Record,
    RefusalCode,
    Rule,
    Writes,
    key,
    require,
)

BillId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "ebl.bill"})]


class Status(StrEnum):
    """The part of a transport document's life that this contract governs (DCSA eBL 3.0)."""

    ISSUED = "ISSUED"
    PENDING = "PENDING_SURRENDER_FOR_DELIVERY"
    SURRENDERED = "SURRENDERED_FOR_DELIVERY"


class Order(StrEnum):
    """To whose order the goods are deliverable."""

    STRAIGHT = "STRAIGHT"
    TO_ORDER = "TO_ORDER"
    BLANK = "BLANK"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such bill among those that you are party to; check its id."
    WRONG_STATUS = 1, "The bill's status does not allow this; read it again."
    REFERENCE_TAKEN = 6, "The carrier issued a bill under this document reference; use a fresh one."
    CONTAINER_NOT_LINKED = 7, "A container does not list this bill; link it first, in this intent."
    ORDER_WITHOUT_PARTY = 8, "Straight and to-order bills name the party entitled; blank ones none."
    NOT_POSSESSOR = 2, "Only the possessor may do this; the bill is in other hands."
    NOT_TITLE_HOLDER = 3, "Only the title holder may do this; get the bill endorsed to you first."
    NOT_NEGOTIABLE = 9, "A straight bill cannot be endorsed; its consignee stays entitled."
    NOT_CARRIER = 5, "Only the carrier that issued the bill may answer its surrender."
    ALREADY_POSSESSOR = 4, "The party possesses the bill already; nothing moves."
    ALREADY_TITLE_HOLDER = 10, "The party is the title holder already; nothing changes."


class Bill(Record, frozen=True, tag="ebl.bill"):
    """A bill as the ledger keeps it; what it says of the goods is in the vault.

    `title_holder` None: endorsed in blank, so possession is enough. `requester` is who gave the
    bill up for delivery, until the carrier has answered. `document` is the transport document.
    """

    id: BillId
    carrier: Party
    shipper: Party
    order: Order
    possessor: Party
    title_holder: Party | None
    document: Id
    containers: tuple[ContainerId, ...]
    requester: Party | None = None
    status: Status = Status.ISSUED

    def relations(self) -> Mapping[str, Party | None]:
        return {
            "carrier": self.carrier,
            "possessor": self.possessor,
            "title holder": self.title_holder,
            "requester": self.requester,
        }


class Reference(Record, frozen=True, tag="ebl.reference"):
    """Keeps a carrier from using one document reference twice."""

    carrier: Party
    bill: Id

    def relations(self) -> Mapping[str, Party | None]:
        return {"carrier": self.carrier}


class Issue(Command, frozen=True, tag="ebl.ISSUE"):
    """Bring a bill into being, in the hands of its first possessor.

    `reference` is the carrier's keyed hash of its document reference: it names nothing to others.
    `entitled` is the consignee of a straight bill, the first title holder of one to order.
    """

    bill: BillId
    reference: Digest
    shipper: Party
    order: Order
    entitled: Party | None
    to: Party
    document: Id
    containers: tuple[ContainerId, ...]

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), key("ebl.reference", f"{self.by}.{self.reference}"))


class Transfer(Command, frozen=True, tag="ebl.TRANSFER"):
    """Hand possession to another party; the entitlement stays where it is."""

    bill: BillId
    to: Party


class Endorse(Command, frozen=True, tag="ebl.ENDORSE"):
    """Make another party the title holder; possession stays where it is."""

    bill: BillId
    to: Party


class BlankEndorse(Command, frozen=True, tag="ebl.BLANK_ENDORSE"):
    """Leave the entitlement to whoever possesses the bill."""

    bill: BillId


class Surrender(Command, frozen=True, tag="ebl.SURRENDER_FOR_DELIVERY"):
    """Give the bill back to the carrier and ask for the goods."""

    bill: BillId


class AcceptSurrender(Command, frozen=True, tag="ebl.SACC"):
    """End the bill; nothing can follow."""

    bill: BillId


class RejectSurrender(Command, frozen=True, tag="ebl.SREJ"):
    """Give the bill back to the party that surrendered it."""

    bill: BillId


def issue(env: Env, _: None, command: Issue) -> Writes:
    bill = key("ebl.bill", command.bill)
    reference = key("ebl.reference", f"{command.by}.{command.reference}")
    require(env.read(reference) is None, Code.REFERENCE_TAKEN)
    found = [container(env, id) for id in command.containers]
    linked = all(one is not None and command.bill in one.bills for one in found)
    require(linked and bool(found), Code.CONTAINER_NOT_LINKED)
    blank = command.order is Order.BLANK
    require(blank == (command.entitled is None), Code.ORDER_WITHOUT_PARTY)
    return {
        bill: Bill(
            id=command.bill,
            carrier=command.by,
            shipper=command.shipper,
            order=command.order,
            possessor=command.to,
            title_holder=command.entitled,
            document=command.document,
            containers=command.containers,
        ),
        reference: Reference(carrier=command.by, bill=command.bill),
    }


def transfer(_: Env, bill: Bill, command: Transfer) -> Bill:
    require(command.by == bill.possessor, Code.NOT_POSSESSOR)
    require(command.to != bill.possessor, Code.ALREADY_POSSESSOR)
    return replace(bill, possessor=command.to)


def endorse(_: Env, bill: Bill, command: Endorse) -> Bill:
    _require_disposal(bill, command.by)
    require(command.to != bill.title_holder, Code.ALREADY_TITLE_HOLDER)
    return replace(bill, title_holder=command.to)


def blank_endorse(_: Env, bill: Bill, command: BlankEndorse) -> Bill:
    _require_disposal(bill, command.by)
    return replace(bill, title_holder=None)


def surrender(_: Env, bill: Bill, command: Surrender) -> Bill:
    # One party must have both roles: otherwise the goods could be ordered by
    # someone who cannot give the bill up.
    require(command.by == bill.possessor, Code.NOT_POSSESSOR)
    require(bill.title_holder in {None, command.by}, Code.NOT_TITLE_HOLDER)
    return replace(bill, possessor=bill.carrier, requester=command.by)


def accept(_: Env, bill: Bill, command: AcceptSurrender) -> Bill:
    require(command.by == bill.carrier, Code.NOT_CARRIER)
    return bill


def reject(_: Env, bill: Bill, command: RejectSurrender) -> Bill:
    require(command.by == bill.carrier, Code.NOT_CARRIER)
    return replace(bill, possessor=bill.requester or bill.carrier, requester=None)


def _require_disposal(bill: Bill, party: Party) -> None:
    """Who endorses must have the bill and the entitlement, and the bill must be negotiable."""
    require(party == bill.possessor, Code.NOT_POSSESSOR)
    require(bill.title_holder in {None, party}, Code.NOT_TITLE_HOLDER)
    require(bill.order is not Order.STRAIGHT, Code.NOT_NEGOTIABLE)


def carrier_holds_ended_bill(_: Bill | None, writes: Writes) -> bool:
    """Only the carrier may hold a bill that no longer circulates."""
    return all(
        bill.status is Status.ISSUED or bill.possessor == bill.carrier for bill in _bills(writes)
    )


def straight_title_stays(before: Bill | None, writes: Writes) -> bool:
    """The consignee of a straight bill stays entitled."""
    return before is None or all(
        bill.order is not Order.STRAIGHT or bill.title_holder == before.title_holder
        for bill in _bills(writes)
    )


def origin_stays(before: Bill | None, writes: Writes) -> bool:
    """Carrier, shipper, document and containers stay as issued."""
    return before is None or all(
        (bill.carrier, bill.shipper, bill.document, bill.containers)
        == (before.carrier, before.shipper, before.document, before.containers)
        for bill in _bills(writes)
    )


def _bills(writes: Writes) -> list[Bill]:
    return [record for record in writes.values() if isinstance(record, Bill)]


# fmt: off
TABLE: Final = (
    #    command          from            to                  event                 rule
    Rule(Issue,           None,           Status.ISSUED,      "BillIssued",         issue,
         role="title"),
    Rule(Transfer,        Status.ISSUED,  Status.ISSUED,      "PossessionMoved",    transfer,
         role="title", stated=True),
    Rule(Endorse,         Status.ISSUED,  Status.ISSUED,      "BillEndorsed",       endorse,
         role="title", stated=True),
    Rule(BlankEndorse,    Status.ISSUED,  Status.ISSUED,      "BillBlankEndorsed",  blank_endorse,
         role="title", stated=True),
    Rule(Surrender,       Status.ISSUED,  Status.PENDING,     "SurrenderRequested", surrender,
         role="title", stated=True),
    Rule(AcceptSurrender, Status.PENDING, Status.SURRENDERED, "BillSurrendered",    accept,
         role="title", stated=True),
    Rule(RejectSurrender, Status.PENDING, Status.ISSUED,      "SurrenderRejected",  reject,
         role="title", stated=True),
)
# fmt: on

BILL: Final = Contract(
    "ebl.bill",
    "bill",
    Code,
    TABLE,
    (carrier_holds_ended_bill, straight_title_stays, origin_stays),
    (Bill, Reference),
    chain=True,
)
