"""A container on a voyage: which bills name it, and who handles it.

Bills and containers are n:m (groupage, house and master bills). A carrier links a bill here before
it issues it, in the same intent; from then on the container leaves only with that bill surrendered.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.contracts.consignment.consignment import Role
from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Env,
    Id,
    Party,
    Record,
    RefusalCode,
    Rule,
    Writes,
    require,
)

ContainerId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "consignment.container"})]
ContainerNumber = Annotated[str, Meta(pattern=r"^[A-Z]{3}[UJZ][0-9]{7}$(?!\n)")]
"""ISO 6346: owner, category, serial number and check digit."""


class Status(StrEnum):
    """A container's record stays open for the whole voyage."""

    ON_VOYAGE = "ON_VOYAGE"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such container among those that you handle; check its id."
    WRONG_STATUS = 1, "The container is registered already; take a fresh id for a new voyage."
    NOT_CARRIER = 2, "Only the carrier or the forwarder of the container may do this."
    ROLE_TAKEN = 3, "The role is filled by another party; name another role."
    ALREADY_LINKED = 4, "The bill names this container already; link a bill once."


class Container(Record, frozen=True, tag="consignment.container"):
    """One container on one voyage; `bills` are all bills that name it."""

    id: ContainerId
    carrier: Party
    number: ContainerNumber
    consignments: tuple[Id, ...]
    parties: dict[Role, Party]
    bills: tuple[Id, ...] = ()
    status: Status = Status.ON_VOYAGE

    def relations(self) -> Mapping[str, Party | None]:
        named = {str(role): party for role, party in self.parties.items()}
        return {"carrier": self.carrier, **named}


class Register(Command, frozen=True, tag="consignment.REGISTER_CONTAINER"):
    """Put a container on a voyage for one or more consignments."""

    container: ContainerId
    number: ContainerNumber
    consignments: tuple[Id, ...]
    parties: dict[Role, Party]


class LinkBill(Command, frozen=True, tag="consignment.LINK_BILL"):
    """Note that a bill names the container; the bill is issued after it, in the same intent."""

    container: ContainerId
    bill: Id


class AddHandler(Command, frozen=True, tag="consignment.ADD_HANDLER"):
    """Let another party handle the container, and so see it."""

    container: ContainerId
    role: Role
    party: Party


def register(_: Env, __: None, command: Register) -> Container:
    return Container(
        id=command.container,
        carrier=command.by,
        number=command.number,
        consignments=command.consignments,
        parties=command.parties,
    )


def link_bill(_: Env, container: Container, command: LinkBill) -> Container:
    require(_in_charge(container, command.by), Code.NOT_CARRIER)
    require(command.bill not in container.bills, Code.ALREADY_LINKED)
    return replace(container, bills=(*container.bills, command.bill))


def add_handler(_: Env, container: Container, command: AddHandler) -> Container:
    require(_in_charge(container, command.by), Code.NOT_CARRIER)
    require(command.role not in container.parties, Code.ROLE_TAKEN)
    return replace(container, parties={**container.parties, command.role: command.party})


def _in_charge(container: Container, party: Party) -> bool:
    return party in {container.carrier, container.parties.get(Role.FORWARDER)}


def bills_only_grow(before: Container | None, writes: Writes) -> bool:
    """A bill that names a container names it for ever: none can be slipped out of the release."""
    after = [record for record in writes.values() if isinstance(record, Container)]
    kept = before.bills if before else ()
    return all(record.bills[: len(kept)] == kept for record in after)


# fmt: off
TABLE: Final = (
    #    command     from              to                event                  rule
    Rule(Register,   None,             Status.ON_VOYAGE, "ContainerRegistered", register),
    Rule(LinkBill,   Status.ON_VOYAGE, Status.ON_VOYAGE, "BillLinked",          link_bill),
    Rule(AddHandler, Status.ON_VOYAGE, Status.ON_VOYAGE, "HandlerAdded",        add_handler),
)
# fmt: on

CONTAINER: Final = Contract(
    "consignment.container", "container", Code, TABLE, (bills_only_grow,), (Container,)
)
