"""What event batches, port calls and berth plans accept and refuse, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.port import call as calls
from quayledger.contracts.port import plan as plans
from quayledger.contracts.port.call import (
    CALL,
    Announce,
    Arrived,
    Call,
    Departed,
    Estimate,
    RequestTime,
    Service,
)
from quayledger.contracts.port.plan import PLAN, CommitPlan, Plan, Supersede
from quayledger.contracts.tracking import batch as batches
from quayledger.contracts.tracking.batch import (
    BATCH,
    Batch,
    CommitBatch,
    GrantBatch,
    RetractBatch,
)
from quayledger.kernel import Env, Refused, Signer, step

EVENTS = Batch(
    id="E1",
    producer="TERMINAL",
    root="R" * 43,
    count=2,
    first_ms=1,
    last_ms=2,
    readers=("CARRIER",),
    version=1,
)
RETRACTED = replace(EVENTS, status=batches.Status.RETRACTED)
EXPECTED = Call(
    id="K1",
    port="NLRTM",
    vessel="9321483",
    carrier="CARRIER",
    terminal="TERMINAL",
    times={"ARRIVAL_AT_BERTH/EST": 500, "ARRIVAL_AT_BERTH/REQ": 700},
    observers=("PORT",),
    version=1,
)
ALONGSIDE = replace(
    EXPECTED,
    times={**EXPECTED.times, "ARRIVAL_AT_BERTH/ACT": 800},
    status=calls.Status.ALONGSIDE,
)
UNTIMED = replace(ALONGSIDE, times={})
DEPARTED = replace(ALONGSIDE, status=calls.Status.DEPARTED)
BERTHS = Plan(
    id="L1",
    terminal="TERMINAL",
    instance="I" * 43,
    plan="P" * 43,
    cost=90,
    fcfs_cost=100,
    lower_bound=90,
    version=1,
)
OLD = replace(BERTHS, status=plans.Status.SUPERSEDED)
COMMIT = CommitBatch(
    by="TERMINAL", batch="E1", root="R" * 43, count=2, first_ms=1, last_ms=2, readers=("CARRIER",)
)
ANNOUNCE = Announce(
    by="CARRIER", call="K1", port="NLRTM", vessel="9321483", terminal="TERMINAL", estimated_ms=500
)
PLANNED = CommitPlan(
    by="TERMINAL",
    plan="L1",
    instance="I" * 43,
    plan_hash="P" * 43,
    cost=90,
    fcfs_cost=100,
    lower_bound=90,
)
ARRIVAL, LEAVING = Service.ARRIVAL, Service.DEPARTURE

# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (BATCH, None,      RetractBatch(by="TERMINAL", batch="E1"),               batches.Code.NOT_FOUND),
    (BATCH, EVENTS,    RetractBatch(by="THIEF", batch="E1"),                  batches.Code.NOT_FOUND),
    (BATCH, RETRACTED, RetractBatch(by="TERMINAL", batch="E1"),               batches.Code.WRONG_STATUS),
    (BATCH, None,      replace(COMMIT, count=0),                              batches.Code.EMPTY),
    (BATCH, None,      replace(COMMIT, first_ms=3),                           batches.Code.EMPTY),
    (BATCH, None,      COMMIT,                                                "BatchCommitted"),
    (BATCH, EVENTS,    GrantBatch(by="CARRIER", batch="E1", to="CARRIER"),    batches.Code.NOT_PRODUCER),
    (BATCH, EVENTS,    GrantBatch(by="TERMINAL", batch="E1", to="CARRIER"),   batches.Code.ALREADY_READER),
    (BATCH, EVENTS,    GrantBatch(by="TERMINAL", batch="E1", to="TERMINAL"),  batches.Code.ALREADY_READER),
    (BATCH, EVENTS,    GrantBatch(by="TERMINAL", batch="E1", to="BANK"),      "BatchGranted"),
    (BATCH, EVENTS,    RetractBatch(by="CARRIER", batch="E1"),                batches.Code.NOT_PRODUCER),
    (BATCH, EVENTS,    RetractBatch(by="TERMINAL", batch="E1"),               "BatchRetracted"),

    (CALL, None,      Arrived(by="TERMINAL", call="K1", time_ms=1),                        calls.Code.NOT_FOUND),
    (CALL, DEPARTED,  Arrived(by="TERMINAL", call="K1", time_ms=1),                        calls.Code.WRONG_STATUS),
    (CALL, None,      ANNOUNCE,                                                            "CallAnnounced"),
    (CALL, EXPECTED,  Estimate(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),      calls.Code.NOT_CARRIER),
    (CALL, EXPECTED,  Estimate(by="CARRIER", call="K1", service=ARRIVAL, time_ms=1),       "TimeEstimated"),
    (CALL, EXPECTED,  RequestTime(by="CARRIER", call="K1", service=ARRIVAL, time_ms=1),    calls.Code.NOT_TERMINAL),
    (CALL, EXPECTED,  RequestTime(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),   "TimeRequested"),
    (CALL, EXPECTED,  calls.Plan(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),    calls.Code.NOT_CARRIER),
    (CALL, ALONGSIDE, Estimate(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),      calls.Code.NOT_CARRIER),
    (CALL, ALONGSIDE, Estimate(by="CARRIER", call="K1", service=ARRIVAL, time_ms=1),       calls.Code.HAPPENED_ALREADY),
    (CALL, ALONGSIDE, RequestTime(by="CARRIER", call="K1", service=ARRIVAL, time_ms=1),    calls.Code.NOT_TERMINAL),
    (CALL, ALONGSIDE, RequestTime(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),   calls.Code.HAPPENED_ALREADY),
    (CALL, ALONGSIDE, calls.Plan(by="TERMINAL", call="K1", service=ARRIVAL, time_ms=1),    calls.Code.NOT_CARRIER),
    (CALL, ALONGSIDE, calls.Plan(by="CARRIER", call="K1", service=ARRIVAL, time_ms=1),     calls.Code.HAPPENED_ALREADY),
    (CALL, EXPECTED,  calls.Plan(by="CARRIER", call="K1", service=ARRIVAL, time_ms=701),   calls.Code.NOT_REQUESTED),
    (CALL, EXPECTED,  calls.Plan(by="CARRIER", call="K1", service=LEAVING, time_ms=700),   calls.Code.NOT_REQUESTED),
    (CALL, EXPECTED,  calls.Plan(by="CARRIER", call="K1", service=ARRIVAL, time_ms=700),   "TimePlanned"),
    (CALL, EXPECTED,  Arrived(by="CARRIER", call="K1", time_ms=1001),                      calls.Code.NOT_TERMINAL),
    (CALL, EXPECTED,  Arrived(by="TERMINAL", call="K1", time_ms=1001),                     calls.Code.OUT_OF_ORDER),
    (CALL, EXPECTED,  Arrived(by="TERMINAL", call="K1", time_ms=1000),                     "VesselArrived"),
    (CALL, ALONGSIDE, Departed(by="CARRIER", call="K1", time_ms=800),                      calls.Code.NOT_TERMINAL),
    (CALL, ALONGSIDE, Departed(by="TERMINAL", call="K1", time_ms=800),                     calls.Code.OUT_OF_ORDER),
    (CALL, ALONGSIDE, Departed(by="TERMINAL", call="K1", time_ms=1001),                    calls.Code.OUT_OF_ORDER),
    (CALL, UNTIMED,   Departed(by="TERMINAL", call="K1", time_ms=900),                     calls.Code.OUT_OF_ORDER),
    (CALL, ALONGSIDE, Departed(by="TERMINAL", call="K1", time_ms=801),                     "VesselDeparted"),

    (PLAN, None,   Supersede(by="TERMINAL", plan="L1"),   plans.Code.NOT_FOUND),
    (PLAN, OLD,    Supersede(by="TERMINAL", plan="L1"),   plans.Code.WRONG_STATUS),
    (PLAN, None,   replace(PLANNED, lower_bound=91),      plans.Code.BOUND_ABOVE_COST),
    (PLAN, None,   PLANNED,                               "PlanCommitted"),
    (PLAN, replace(BERTHS, readers=("CARRIER",)), Supersede(by="CARRIER", plan="L1"), plans.Code.NOT_TERMINAL),
    (PLAN, BERTHS, Supersede(by="TERMINAL", plan="L1"),   "PlanSuperseded"),
]
# fmt: on


def state_with(contract, record):
    return {} if record is None else {f"{contract.name}/{record.id}": record}


@pytest.mark.parametrize(("contract", "record", "command", "outcome"), OUTCOMES)
def test_outcome(run, contract, record, command, outcome):
    assert outcome == run(contract, state_with(contract, record), command)[0]


@pytest.mark.parametrize("contract", [BATCH, CALL, PLAN])
def test_every_code_and_every_event_has_a_row(contract):
    seen = {outcome for one, _, _, outcome in OUTCOMES if one is contract}

    assert {*contract.codes, *(rule.event for rule in contract.table)} == seen


def test_what_is_stated_is_kept_beside_what_was_stated_before(run):
    plan = calls.Plan(by="CARRIER", call="K1", service=ARRIVAL, time_ms=700)
    _, writes = run(CALL, state_with(CALL, EXPECTED), plan)

    assert {**EXPECTED.times, "ARRIVAL_AT_BERTH/PLN": 700} == writes["port.call/K1"].times


def test_a_committed_plan_carries_its_hashes_and_its_bound(run):
    _, writes = run(PLAN, {}, PLANNED)

    assert replace(BERTHS, time_ms=1000) == writes["port.plan/L1"]


def test_who_may_see_what():
    assert {"TERMINAL", "CARRIER"} == {*EVENTS.relations().values()}
    assert {"TERMINAL", "CARRIER", "PORT"} == {*EXPECTED.relations().values()}
    assert {"TERMINAL", "CARRIER"} == {*replace(BERTHS, readers=("CARRIER",)).relations().values()}


def test_what_would_be_our_bugs():
    unasked = replace(EXPECTED, times={"ARRIVAL_AT_BERTH/PLN": 1})

    assert not batches.commitment_stays(EVENTS, {"e": replace(EVENTS, root="X" * 43)})
    assert not batches.commitment_stays(EVENTS, {"e": replace(EVENTS, count=3)})
    assert batches.commitment_stays(None, {"e": EVENTS})
    assert not calls.planned_was_requested(None, {"k": unasked})
    assert calls.planned_was_requested(None, {"k": EXPECTED})
    assert not plans.bound_holds(None, {"l": replace(BERTHS, lower_bound=91)})
    assert plans.bound_holds(None, {"l": BERTHS})


@given(st.lists(st.sampled_from([row[2] for row in OUTCOMES if row[0] is CALL]), max_size=40))
def test_a_vessel_never_leaves_before_it_came(history):
    people = tuple(Signer(f"{p}1", p, ("planner",)) for p in ("CARRIER", "TERMINAL"))
    state = {"port.call/K1": EXPECTED}
    # Whatever the history, the vessel can come and go at the end: not vacuous.
    last = (
        Arrived(by="TERMINAL", call="K1", time_ms=900),
        Departed(by="TERMINAL", call="K1", time_ms=1000),
    )
    for command in (*[c for c in history if c.by != "TERMINAL" or type(c) is RequestTime], *last):
        try:
            state |= step(CALL, Env(1000, state.get, people, lambda _: True), command).writes
        except Refused:
            continue

    times = state["port.call/K1"].times
    assert times["ARRIVAL_AT_BERTH/ACT"] < times["DEPARTURE_FROM_BERTH/ACT"]
