"""A port call: times that carrier and terminal negotiate, service by service.

The grammar is that of DCSA port call messages: estimated by who comes, requested by who receives,
planned by who comes once it agrees, actual when it happened.
"""

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
    TimeMs,
    Writes,
    require,
)

CallId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "port.call"})]
Locode = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z2-9]{3}$(?!\n)")]
ImoNumber = Annotated[str, Meta(pattern=r"^[0-9]{7}$(?!\n)")]


class Status(StrEnum):
    """Where the vessel is in its call."""

    EXPECTED = "EXPECTED"
    ALONGSIDE = "ALONGSIDE"
    DEPARTED = "DEPARTED"


class Service(StrEnum):
    """What a time is about."""

    ARRIVAL = "ARRIVAL_AT_BERTH"
    DEPARTURE = "DEPARTURE_FROM_BERTH"


class Classifier(StrEnum):
    """Who says it, and how firm it is (DCSA event classifier codes)."""

    ESTIMATED = "EST"
    REQUESTED = "REQ"
    PLANNED = "PLN"
    ACTUAL = "ACT"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such port call among those that you take part in; check its id."
    WRONG_STATUS = 1, "The call's status does not allow this; read it again."
    NOT_CARRIER = 2, "Only the carrier estimates and plans the times of its vessel."
    NOT_TERMINAL = 3, "Only the terminal requests times and says what happened at its berth."
    HAPPENED_ALREADY = 6, "This has happened already; its time is no longer up for negotiation."
    NOT_REQUESTED = 4, "The terminal has requested another time; plan that one, or estimate anew."
    OUT_OF_ORDER = 5, "The vessel leaves after it has come, and nothing happens in the future."


class Call(Record, frozen=True, tag="port.call"):
    """`times` maps `service/classifier` to the newest time stated, in ms UTC."""

    id: CallId
    port: Locode
    vessel: ImoNumber
    carrier: Party
    terminal: Party
    times: dict[str, TimeMs]
    observers: tuple[Party, ...] = ()
    status: Status = Status.EXPECTED

    def relations(self) -> Mapping[str, Party | None]:
        observers = {f"observer {number}": party for number, party in enumerate(self.observers)}
        return {"carrier": self.carrier, "terminal": self.terminal, **observers}


class Announce(Command, frozen=True, tag="port.ANNOUNCE"):
    """Announce a vessel with its first estimate."""

    call: CallId
    port: Locode
    vessel: ImoNumber
    terminal: Party
    estimated_ms: TimeMs
    observers: tuple[Party, ...] = ()


class Estimate(Command, frozen=True, tag="port.ESTIMATE"):
    """State a new estimate."""

    call: CallId
    service: Service
    time_ms: TimeMs


class RequestTime(Command, frozen=True, tag="port.REQUEST"):
    """Ask the vessel to come or go at this time."""

    call: CallId
    service: Service
    time_ms: TimeMs


class Plan(Command, frozen=True, tag="port.PLAN"):
    """Agree to the requested time."""

    call: CallId
    service: Service
    time_ms: TimeMs


class Arrived(Command, frozen=True, tag="port.ARRIVED"):
    """Say when the vessel was all fast."""

    call: CallId
    time_ms: TimeMs


class Departed(Command, frozen=True, tag="port.DEPARTED"):
    """Say when the vessel left."""

    call: CallId
    time_ms: TimeMs


def slot(service: Service, classifier: Classifier) -> str:
    """The name of one time of a call."""
    return f"{service}/{classifier}"


def announce(_: Env, __: None, command: Announce) -> Call:
    return Call(
        id=command.call,
        port=command.port,
        vessel=command.vessel,
        carrier=command.by,
        terminal=command.terminal,
        times={slot(Service.ARRIVAL, Classifier.ESTIMATED): command.estimated_ms},
        observers=command.observers,
    )


def estimate(_: Env, call: Call, command: Estimate) -> Call:
    require(command.by == call.carrier, Code.NOT_CARRIER)
    require(_is_open(call, command.service), Code.HAPPENED_ALREADY)
    return _timed(call, command.service, Classifier.ESTIMATED, command.time_ms)


def request_time(_: Env, call: Call, command: RequestTime) -> Call:
    require(command.by == call.terminal, Code.NOT_TERMINAL)
    require(_is_open(call, command.service), Code.HAPPENED_ALREADY)
    return _timed(call, command.service, Classifier.REQUESTED, command.time_ms)


def plan(_: Env, call: Call, command: Plan) -> Call:
    require(command.by == call.carrier, Code.NOT_CARRIER)
    require(_is_open(call, command.service), Code.HAPPENED_ALREADY)
    requested = call.times.get(slot(command.service, Classifier.REQUESTED))
    require(requested == command.time_ms, Code.NOT_REQUESTED)
    return _timed(call, command.service, Classifier.PLANNED, command.time_ms)


def arrived(env: Env, call: Call, command: Arrived) -> Call:
    require(command.by == call.terminal, Code.NOT_TERMINAL)
    require(command.time_ms <= env.time_ms, Code.OUT_OF_ORDER)
    return _timed(call, Service.ARRIVAL, Classifier.ACTUAL, command.time_ms)


def departed(env: Env, call: Call, command: Departed) -> Call:
    require(command.by == call.terminal, Code.NOT_TERMINAL)
    came = call.times.get(slot(Service.ARRIVAL, Classifier.ACTUAL), command.time_ms)
    require(came < command.time_ms <= env.time_ms, Code.OUT_OF_ORDER)
    return _timed(call, Service.DEPARTURE, Classifier.ACTUAL, command.time_ms)


def _is_open(call: Call, service: Service) -> bool:
    return slot(service, Classifier.ACTUAL) not in call.times


def _timed(call: Call, service: Service, classifier: Classifier, time_ms: int) -> Call:
    return replace(call, times={**call.times, slot(service, classifier): time_ms})


def planned_was_requested(_: Call | None, writes: Writes) -> bool:
    """No time is planned that the terminal never asked for."""
    calls = [record for record in writes.values() if isinstance(record, Call)]
    return all(
        slot(service, Classifier.REQUESTED) in call.times
        for call in calls
        for service in Service
        if slot(service, Classifier.PLANNED) in call.times
    )


# fmt: off
TABLE: Final = (
    #    command      from              to                event             rule
    Rule(Announce,    None,             Status.EXPECTED,  "CallAnnounced",  announce),
    Rule(Estimate,    Status.EXPECTED,  Status.EXPECTED,  "TimeEstimated",  estimate),
    Rule(Estimate,    Status.ALONGSIDE, Status.ALONGSIDE, "TimeEstimated",  estimate),
    Rule(RequestTime, Status.EXPECTED,  Status.EXPECTED,  "TimeRequested",  request_time,
         role="planner"),
    Rule(RequestTime, Status.ALONGSIDE, Status.ALONGSIDE, "TimeRequested",  request_time,
         role="planner"),
    Rule(Plan,        Status.EXPECTED,  Status.EXPECTED,  "TimePlanned",    plan),
    Rule(Plan,        Status.ALONGSIDE, Status.ALONGSIDE, "TimePlanned",    plan),
    Rule(Arrived,     Status.EXPECTED,  Status.ALONGSIDE, "VesselArrived",  arrived,
         role="planner"),
    Rule(Departed,    Status.ALONGSIDE, Status.DEPARTED,  "VesselDeparted", departed,
         role="planner"),
)
# fmt: on

CALL: Final = Contract("port.call", "call", Code, TABLE, (planned_was_requested,), (Call,))
