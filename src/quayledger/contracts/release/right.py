"""The right to take one container out of one gate, once.

The carrier grants it when every bill that names the container is surrendered and freight is paid;
it is handed on, party to party, to the haulier, who names the driver. The right is bound to
identities: nothing that can be copied or overheard opens the gate.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.contracts.consignment.public import container
from quayledger.contracts.customs.public import DeclarationId, declaration, lets_go
from quayledger.contracts.ebl.public import BillId, BillStatus, bill
from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Env,
    Id,
    Key,
    Party,
    Record,
    RefusalCode,
    Rule,
    TimeMs,
    Writes,
    key,
    require,
)

RightId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "release.right"})]
"""The id of the container: there is one right a container."""


class Status(StrEnum):
    """How far the right has come."""

    GRANTED = "GRANTED"
    AT_GATE = "AT_GATE"
    GATED_OUT = "GATED_OUT"
    REVOKED = "REVOKED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No release right of this container that you are party to; check its id."
    WRONG_STATUS = 1, "The right is used up, revoked, or already at the gate; read it again."
    NOT_CARRIER = 2, "Only the carrier of the container may do this."
    BILLS_NOT_NAMED = 3, "Name every bill that the container lists, in its order."
    BILL_NOT_SURRENDERED = 4, "A bill that names the container is not surrendered for delivery."
    FREIGHT_UNPAID = 5, "Freight is not confirmed as paid; confirm it before the release."
    NOT_HOLDER = 6, "Only the party that holds the right now may do this."
    ALREADY_HOLDER = 7, "The party holds the right already, or held it; hand it to another one."
    NO_DRIVER = 8, "No driver is named; the haulier names one before the gate."
    NOT_THE_DRIVER = 9, "The person who signs is not the driver that the haulier named."
    NOT_TERMINAL = 10, "Only the terminal where the container stands may do this."
    NOT_AT_THE_GATE = 11, "The driver is not at the gate now; present and gate-out are one intent."
    TERMINAL_HOLDS = 12, "The terminal has not given its light; clear its charges and checks first."
    CUSTOMS_HOLDS = 13, "Customs does not let the container go; see the declaration."


class Right(Record, frozen=True, tag="release.right"):
    """Who may take the container; `chain` is every holder, the present one last.

    `declaration` is the customs declaration that must let it go, `cleared` the terminal's light,
    `presented_ms` the time at which the driver stood at the gate.
    """

    container: RightId
    carrier: Party
    terminal: Party
    declaration: Id
    chain: tuple[Party, ...]
    driver: Id | None = None
    cleared: bool = False
    presented_ms: TimeMs | None = None
    status: Status = Status.GRANTED

    @property
    def holder(self) -> Party:
        """The party that may take the container now."""
        return self.chain[-1]

    def relations(self) -> Mapping[str, Party | None]:
        holders = {f"holder {number}": party for number, party in enumerate(self.chain)}
        return {"carrier": self.carrier, "terminal": self.terminal, **holders}


class Grant(Command, frozen=True, tag="release.GRANT"):
    """Release a container to a party, against surrender of all bills and paid freight."""

    container: RightId
    bills: tuple[BillId, ...]
    freight_paid: bool
    terminal: Party
    declaration: Id
    to: Party

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), key("consignment.container", self.container))


class Delegate(Command, frozen=True, tag="release.DELEGATE"):
    """Hand the right on."""

    container: RightId
    to: Party


class NameDriver(Command, frozen=True, tag="release.NAME_DRIVER"):
    """Say which of the holder's registered people will come."""

    container: RightId
    driver: Id


class Clear(Command, frozen=True, tag="release.CLEAR_TERMINAL"):
    """Give the terminal's light: charges paid, container accessible."""

    container: RightId


class Present(Command, frozen=True, tag="release.PRESENT_AT_GATE"):
    """Stand at the gate: signed there and then by the driver's own key."""

    container: RightId


class GateOut(Command, frozen=True, tag="release.GATE_OUT"):
    """Let the container out; in one intent with the driver's presentation."""

    container: RightId
    declaration: DeclarationId


class Revoke(Command, frozen=True, tag="release.REVOKE"):
    """Take the right back before the gate."""

    container: RightId


def grant(env: Env, _: None, command: Grant) -> Right:
    found = container(env, command.container)
    require(found is not None and found.carrier == command.by, Code.NOT_CARRIER)
    named = found is not None and bool(found.bills) and command.bills == found.bills
    require(named, Code.BILLS_NOT_NAMED)
    surrendered = (_is_surrendered(env, id) for id in command.bills)
    require(all(surrendered), Code.BILL_NOT_SURRENDERED)
    require(command.freight_paid, Code.FREIGHT_UNPAID)
    return Right(
        container=command.container,
        carrier=command.by,
        terminal=command.terminal,
        declaration=command.declaration,
        chain=(command.to,),
    )


def delegate(_: Env, right: Right, command: Delegate) -> Right:
    require(command.by == right.holder, Code.NOT_HOLDER)
    require(command.to not in right.chain, Code.ALREADY_HOLDER)
    return replace(right, chain=(*right.chain, command.to), driver=None)


def name_driver(_: Env, right: Right, command: NameDriver) -> Right:
    require(command.by == right.holder, Code.NOT_HOLDER)
    return replace(right, driver=command.driver)


def clear(_: Env, right: Right, command: Clear) -> Right:
    require(command.by == right.terminal, Code.NOT_TERMINAL)
    return replace(right, cleared=True)


def present(env: Env, right: Right, command: Present) -> Right:
    require(command.by == right.holder, Code.NOT_HOLDER)
    require(right.driver is not None, Code.NO_DRIVER)
    require(right.driver in env.persons(command.by, "driver"), Code.NOT_THE_DRIVER)
    return replace(right, presented_ms=env.time_ms)


def gate_out(env: Env, right: Right, command: GateOut) -> Right:
    require(command.by == right.terminal, Code.NOT_TERMINAL)
    require(right.presented_ms == env.time_ms, Code.NOT_AT_THE_GATE)
    require(right.cleared, Code.TERMINAL_HOLDS)
    cleared = command.declaration == right.declaration and lets_go(
        declaration(env, command.declaration), right.container
    )
    require(cleared, Code.CUSTOMS_HOLDS)
    return right


def revoke(_: Env, right: Right, command: Revoke) -> Right:
    require(command.by == right.carrier, Code.NOT_CARRIER)
    return right


def _is_surrendered(env: Env, id: Id) -> bool:
    found = bill(env, id)
    return found is not None and found.status is BillStatus.SURRENDERED


def chain_only_grows(before: Right | None, writes: Writes) -> bool:
    """Whoever held the right stays on record, in order."""
    kept = before.chain if before else ()
    rights = [record for record in writes.values() if isinstance(record, Right)]
    return all(right.chain[: len(kept)] == kept for right in rights)


def leaves_presented_and_cleared(_: Right | None, writes: Writes) -> bool:
    """A container that is out was fetched by a named driver, with the terminal's light on."""
    rights = [record for record in writes.values() if isinstance(record, Right)]
    return all(
        right.cleared and right.driver is not None and right.presented_ms == right.time_ms
        for right in rights
        if right.status is Status.GATED_OUT
    )


# fmt: off
TABLE: Final = (
    #    command     from            to                event              rule
    Rule(Grant,      None,           Status.GRANTED,   "RightGranted",    grant,
         role="title"),
    Rule(Delegate,   Status.GRANTED, Status.GRANTED,   "RightDelegated",  delegate,
         stated=True),
    Rule(NameDriver, Status.GRANTED, Status.GRANTED,   "DriverNamed",     name_driver,
         role="dispatcher"),
    Rule(Clear,      Status.GRANTED, Status.GRANTED,   "TerminalCleared", clear,
         role="gate"),
    Rule(Present,    Status.GRANTED, Status.AT_GATE,   "DriverPresented", present,
         role="driver", stated=True),
    Rule(Present,    Status.AT_GATE, Status.AT_GATE,   "DriverPresented", present,
         role="driver", stated=True),
    Rule(GateOut,    Status.AT_GATE, Status.GATED_OUT, "GatedOut",        gate_out,
         role="gate", stated=True),
    Rule(Revoke,     Status.GRANTED, Status.REVOKED,   "RightRevoked",    revoke,
         role="title", stated=True),
    Rule(Revoke,     Status.AT_GATE, Status.REVOKED,   "RightRevoked",    revoke,
         role="title", stated=True),
)
# fmt: on

RIGHT: Final = Contract(
    "release.right",
    "container",
    Code,
    TABLE,
    (chain_only_grows, leaves_presented_and_cleared),
    (Right,),
)
