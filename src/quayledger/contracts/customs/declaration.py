"""A customs declaration: lodged, selected, held, released; a hold closes the gate at once.

States follow the functions of WCO responses (RES): accepted, documents requested, under control,
released, invalidated.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

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

DeclarationId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "customs.declaration"})]
ReasonCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9-]{1,39}$(?!\n)")]


class Status(StrEnum):
    """Where a declaration stands with the authority."""

    LODGED = "LODGED"
    ACCEPTED = "ACCEPTED"
    DOCUMENTS_REQUESTED = "DOCUMENTS_REQUESTED"
    UNDER_CONTROL = "UNDER_CONTROL"
    RELEASED = "RELEASED"
    INVALIDATED = "INVALIDATED"


class Direction(StrEnum):
    """Which way the goods cross the border."""

    EXPORT = "EXPORT"
    IMPORT = "IMPORT"


class Lane(StrEnum):
    """The outcome of selection (ASYCUDA lanes): release, documents, physical control."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such declaration among those that you are party to; check its id."
    WRONG_STATUS = 1, "The declaration's status does not allow this; read it again."
    REFERENCE_TAKEN = 2, "A declaration was lodged under this reference; take a fresh one."
    NOT_AUTHORITY = 3, "Only the customs authority of the declaration decides on it."
    NOT_DECLARANT = 4, "Only the declarant may withdraw its declaration."
    NO_REASON = 5, "A yellow or red lane names at least one reason."
    HOLD_EXISTS = 6, "A hold of this id is open already; take a fresh id."
    NO_SUCH_HOLD = 7, "No hold of this id is open; read the declaration again."
    HOLDS_OPEN = 8, "A hold is open; lift it before the release."
    NO_RESULT = 9, "The control has no satisfactory result yet; record it before the release."


class Hold(Struct, frozen=True, forbid_unknown_fields=True):
    """One reason, of one agency, why the goods may not move."""

    id: Id
    reason: ReasonCode


class Declaration(Record, frozen=True, tag="customs.declaration"):
    """`presented_to` is the terminal that sees the customs light; `controlled` a good result."""

    id: DeclarationId
    direction: Direction
    declarant: Party
    trader: Party
    authority: Party
    document: Id
    containers: tuple[Id, ...]
    presented_to: Party | None = None
    lane: Lane | None = None
    reasons: tuple[ReasonCode, ...] = ()
    holds: tuple[Hold, ...] = ()
    controlled: bool = False
    status: Status = Status.LODGED

    def relations(self) -> Mapping[str, Party | None]:
        return {
            "declarant": self.declarant,
            "trader": self.trader,
            "authority": self.authority,
            "terminal": self.presented_to,
        }


class Reference(Record, frozen=True, tag="customs.reference"):
    """Keeps a declarant from using one local reference number twice."""

    declarant: Party
    declaration: Id

    def relations(self) -> Mapping[str, Party | None]:
        return {"declarant": self.declarant}


class Lodge(Command, frozen=True, tag="customs.LODGE"):
    """Lodge a declaration; `reference` is the keyed hash of the local reference number."""

    declaration: DeclarationId
    reference: Digest
    direction: Direction
    trader: Party
    authority: Party
    document: Id
    containers: tuple[Id, ...]
    presented_to: Party | None = None

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), key("customs.reference", f"{self.by}.{self.reference}"))


class Select(Command, frozen=True, tag="customs.SELECT"):
    """Choose the lane, with the reasons that the declarant is told."""

    declaration: DeclarationId
    lane: Lane
    reasons: tuple[ReasonCode, ...] = ()


class RecordResult(Command, frozen=True, tag="customs.RECORD_RESULT"):
    """Record what the documents or the physical control showed."""

    declaration: DeclarationId
    satisfactory: bool


class PlaceHold(Command, frozen=True, tag="customs.HOLD"):
    """Stop the goods, whatever was decided before."""

    declaration: DeclarationId
    hold: Id
    reason: ReasonCode


class LiftHold(Command, frozen=True, tag="customs.LIFT"):
    """Take one hold away."""

    declaration: DeclarationId
    hold: Id


class Release(Command, frozen=True, tag="customs.RELEASE"):
    """Let the goods move."""

    declaration: DeclarationId


class Invalidate(Command, frozen=True, tag="customs.INVALIDATE"):
    """Withdraw a declaration that has not been released."""

    declaration: DeclarationId


def lodge(env: Env, _: None, command: Lodge) -> Writes:
    declaration = key("customs.declaration", command.declaration)
    reference = key("customs.reference", f"{command.by}.{command.reference}")
    require(env.read(reference) is None, Code.REFERENCE_TAKEN)
    return {
        declaration: Declaration(
            id=command.declaration,
            direction=command.direction,
            declarant=command.by,
            trader=command.trader,
            authority=command.authority,
            document=command.document,
            containers=command.containers,
            presented_to=command.presented_to,
        ),
        reference: Reference(declarant=command.by, declaration=command.declaration),
    }


_AFTER_SELECTION: Final = {
    Lane.GREEN: Status.ACCEPTED,
    Lane.YELLOW: Status.DOCUMENTS_REQUESTED,
    Lane.RED: Status.UNDER_CONTROL,
}


def select(_: Env, declaration: Declaration, command: Select) -> Declaration:
    require(command.by == declaration.authority, Code.NOT_AUTHORITY)
    require(command.lane is Lane.GREEN or bool(command.reasons), Code.NO_REASON)
    status = _AFTER_SELECTION[command.lane]
    return replace(declaration, lane=command.lane, reasons=command.reasons, status=status)


def record_result(_: Env, declaration: Declaration, command: RecordResult) -> Declaration:
    require(command.by == declaration.authority, Code.NOT_AUTHORITY)
    return replace(declaration, controlled=command.satisfactory)


def place_hold(_: Env, declaration: Declaration, command: PlaceHold) -> Declaration:
    require(command.by == declaration.authority, Code.NOT_AUTHORITY)
    require(all(hold.id != command.hold for hold in declaration.holds), Code.HOLD_EXISTS)
    return replace(declaration, holds=(*declaration.holds, Hold(command.hold, command.reason)))


def lift_hold(_: Env, declaration: Declaration, command: LiftHold) -> Declaration:
    require(command.by == declaration.authority, Code.NOT_AUTHORITY)
    left = tuple(hold for hold in declaration.holds if hold.id != command.hold)
    require(len(left) < len(declaration.holds), Code.NO_SUCH_HOLD)
    return replace(declaration, holds=left)


def release(_: Env, declaration: Declaration, command: Release) -> Declaration:
    require(command.by == declaration.authority, Code.NOT_AUTHORITY)
    require(not declaration.holds, Code.HOLDS_OPEN)
    require(declaration.lane is Lane.GREEN or declaration.controlled, Code.NO_RESULT)
    return declaration


def invalidate(_: Env, declaration: Declaration, command: Invalidate) -> Declaration:
    require(command.by == declaration.declarant, Code.NOT_DECLARANT)
    return declaration


def released_after_selection(_: Declaration | None, writes: Writes) -> bool:
    """Nothing is released that was not selected."""
    return all(
        record.lane is not None
        for record in writes.values()
        if isinstance(record, Declaration) and record.status is Status.RELEASED
    )


_DECIDED: Final = (Status.ACCEPTED, Status.DOCUMENTS_REQUESTED, Status.UNDER_CONTROL)
_LIVE: Final = (Status.LODGED, *_DECIDED, Status.RELEASED)

# fmt: off
TABLE: Final = (
    #    command  from           to         event                  rule
    Rule(Lodge,   None,          Status.LODGED, "DeclarationLodged", lodge, role="declarant"),
    Rule(Select,  Status.LODGED, _DECIDED,  "DeclarationSelected", select, role="officer"),
    *(Rule(RecordResult, status, status, "ControlRecorded", record_result, role="officer")
      for status in (Status.DOCUMENTS_REQUESTED, Status.UNDER_CONTROL)),
    *(Rule(Release, status, Status.RELEASED, "DeclarationReleased", release,
           role="officer", stated=True) for status in _DECIDED),
    *(Rule(PlaceHold, status, status, "HoldPlaced", place_hold, role="officer")
      for status in _LIVE),
    *(Rule(LiftHold, status, status, "HoldLifted", lift_hold, role="officer")
      for status in _LIVE),
    *(Rule(Invalidate, status, Status.INVALIDATED, "DeclarationInvalidated", invalidate,
           role="declarant") for status in (Status.LODGED, *_DECIDED)),
)
# fmt: on

DECLARATION: Final = Contract(
    "customs.declaration",
    "declaration",
    Code,
    TABLE,
    (released_after_selection,),
    (Declaration, Reference),
)
