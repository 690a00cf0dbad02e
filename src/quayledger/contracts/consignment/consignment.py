"""A consignment: who takes part in it, and as what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Env,
    Party,
    Record,
    RefusalCode,
    Rule,
    Writes,
    require,
)

ConsignmentId = Annotated[
    str, Meta(pattern=ID_PATTERN, extra={"record": "consignment.consignment"})
]


class Status(StrEnum):
    """Whether parties may still be added."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Role(StrEnum):
    """What a party is in a consignment (UN/CEFACT Recommendation 31 names where it has one)."""

    SELLER = "seller"
    BUYER = "buyer"
    FORWARDER = "forwarder"
    IMPORT_AGENT = "import agent"
    CARRIER = "carrier"
    LOADING_TERMINAL = "terminal of loading"
    DISCHARGE_TERMINAL = "terminal of discharge"
    EXPORT_CUSTOMS = "customs of export"
    IMPORT_CUSTOMS = "customs of import"
    ISSUING_BANK = "issuing bank"
    ADVISING_BANK = "advising bank"
    HAULIER = "haulier"
    INSURER = "insurer"
    AUDITOR = "auditor"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such consignment among those that you take part in; check its id."
    WRONG_STATUS = 1, "The consignment is there already, or closed; open another one."
    NOT_OPENER = 2, "Only the party that opened the consignment may change who takes part."
    ROLE_TAKEN = 3, "The role is filled by another party; close this consignment and open anew."


class Consignment(Record, frozen=True, tag="consignment.consignment"):
    """One trade: every party sees who else takes part; nothing commercial is kept here."""

    id: ConsignmentId
    opener: Party
    parties: dict[Role, Party]
    status: Status = Status.OPEN

    def relations(self) -> Mapping[str, Party | None]:
        named = {str(role): party for role, party in self.parties.items()}
        return {"opener": self.opener, **named}


class Open(Command, frozen=True, tag="consignment.OPEN"):
    """Begin a consignment with its first parties."""

    consignment: ConsignmentId
    parties: dict[Role, Party]


class AddParty(Command, frozen=True, tag="consignment.ADD_PARTY"):
    """Let another party take part."""

    consignment: ConsignmentId
    role: Role
    party: Party


class Close(Command, frozen=True, tag="consignment.CLOSE"):
    """End the consignment; its records stay."""

    consignment: ConsignmentId


def open_(_: Env, __: None, command: Open) -> Consignment:
    return Consignment(id=command.consignment, opener=command.by, parties=command.parties)


def add_party(_: Env, consignment: Consignment, command: AddParty) -> Consignment:
    require(command.by == consignment.opener, Code.NOT_OPENER)
    require(command.role not in consignment.parties, Code.ROLE_TAKEN)
    return replace(consignment, parties={**consignment.parties, command.role: command.party})


def close(_: Env, consignment: Consignment, command: Close) -> Consignment:
    require(command.by == consignment.opener, Code.NOT_OPENER)
    return consignment


def nobody_is_dropped(before: Consignment | None, writes: Writes) -> bool:
    """A party that takes part keeps its role: what it saw it may always see."""
    after = [record for record in writes.values() if isinstance(record, Consignment)]
    return before is None or all(
        before.parties.items() <= record.parties.items() for record in after
    )


# fmt: off
TABLE: Final = (
    #    command   from         to             event                rule
    Rule(Open,     None,        Status.OPEN,   "ConsignmentOpened", open_),
    Rule(AddParty, Status.OPEN, Status.OPEN,   "PartyAdded",        add_party),
    Rule(Close,    Status.OPEN, Status.CLOSED, "ConsignmentClosed", close),
)
# fmt: on

CONSIGNMENT: Final = Contract(
    "consignment.consignment", "consignment", Code, TABLE, (nobody_is_dropped,), (Consignment,)
)
