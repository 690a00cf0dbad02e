"""How the times of a port call come about, and who must sign at the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.port.call import (
    CALL,
    Announce,
    Arrived,
    Classifier,
    Code,
    Departed,
    Estimate,
    Plan,
    RequestTime,
    Service,
    Status,
)
from quayledger.contracts.port.plan import PLAN, CommitPlan, Supersede
from quayledger.kernel import Env, IntentCode, Refused, Signer, step, visible

NAME = "port.call/K1"
BERTH, SEA = Service.ARRIVAL, Service.DEPARTURE
ANNOUNCE = Announce(
    by="CARRIER",
    call="K1",
    port="NLRTM",
    vessel="9321483",
    terminal="TERMINAL",
    estimated_ms=500,
    observers=("PORT",),
)
COMMIT = CommitPlan(
    by="TERMINAL",
    plan="L1",
    instance="I" * 43,
    plan_hash="P" * 43,
    cost=90,
    fcfs_cost=100,
    lower_bound=90,
    readers=("CARRIER",),
)


def asked(service, time_ms):
    return RequestTime(by="TERMINAL", call="K1", service=service, time_ms=time_ms)


def planned(service, time_ms):
    return Plan(by="CARRIER", call="K1", service=service, time_ms=time_ms)


CAME = Arrived(by="TERMINAL", call="K1", time_ms=800)
LEFT = Departed(by="TERMINAL", call="K1", time_ms=900)


@pytest.fixture
def play(run):
    """Run commands one after the other; all must be accepted."""

    def play(*commands):
        state = {}
        for command in commands:
            outcome, writes = run(CALL, state, command)
            assert isinstance(outcome, str), outcome
            state |= writes
        return state

    return play


def test_a_call_from_announcement_to_departure_keeps_every_kind_of_time(play):
    estimate = Estimate(by="CARRIER", call="K1", service=SEA, time_ms=950)
    state = play(
        ANNOUNCE,
        asked(BERTH, 700),
        planned(BERTH, 700),
        CAME,
        estimate,
        asked(SEA, 890),
        planned(SEA, 890),
        LEFT,
    )

    assert {
        "ARRIVAL_AT_BERTH/EST": 500,
        "ARRIVAL_AT_BERTH/REQ": 700,
        "ARRIVAL_AT_BERTH/PLN": 700,
        "ARRIVAL_AT_BERTH/ACT": 800,
        "DEPARTURE_FROM_BERTH/EST": 950,
        "DEPARTURE_FROM_BERTH/REQ": 890,
        "DEPARTURE_FROM_BERTH/PLN": 890,
        "DEPARTURE_FROM_BERTH/ACT": 900,
    } == state[NAME].times
    assert Status.DEPARTED is state[NAME].status


def test_only_the_newest_request_can_be_agreed_to(run, play):
    state = play(ANNOUNCE, asked(BERTH, 700), asked(BERTH, 720))

    assert Code.NOT_REQUESTED == run(CALL, state, planned(BERTH, 700))[0]
    assert "TimePlanned" == run(CALL, state, planned(BERTH, 720))[0]


def test_carrier_terminal_and_observers_see_the_call_and_nobody_else(play):
    call = play(ANNOUNCE)[NAME]

    assert [True, True, True, False] == [
        visible(call, party) for party in ("CARRIER", "TERMINAL", "PORT", "RIVAL")
    ]


@pytest.mark.parametrize("ask", [CAME, planned(BERTH, 1), ANNOUNCE], ids=lambda a: type(a).__name__)
def test_a_stranger_learns_nothing_of_a_call(run, play, ask):
    assert (Code.NOT_FOUND, {}) == run(CALL, play(ANNOUNCE), replace(ask, by="RIVAL"))


@pytest.mark.parametrize(
    ("before", "command"),
    [((ANNOUNCE,), asked(BERTH, 1)), ((ANNOUNCE,), CAME), ((ANNOUNCE, CAME), LEFT)],
)
def test_at_the_terminal_a_planner_signs(run, play, before, command):
    gate = [Signer("t1", "TERMINAL", ("gate",)), Signer("c1", "CARRIER", ("planner",))]

    assert IntentCode.ROLE_MISSING == run(CALL, play(*before), command, gate)[0]


def test_a_planner_signs_berth_plans_and_their_readers_see_them(run):
    clerk = [Signer("t1", "TERMINAL", ("clerk",))]
    _, state = run(PLAN, {}, COMMIT)
    over = Supersede(by="TERMINAL", plan="L1")

    assert IntentCode.ROLE_MISSING == run(PLAN, {}, COMMIT, clerk)[0]
    assert IntentCode.ROLE_MISSING == run(PLAN, state, over, clerk)[0]
    assert [True, True, False] == [
        visible(state["port.plan/L1"], party) for party in ("TERMINAL", "CARRIER", "RIVAL")
    ]


@pytest.mark.parametrize(("bound", "cost"), [(0, 0), (89, 90), (90, 90)])
def test_a_bound_up_to_the_cost_is_good_whatever_first_come_first_served_costs(run, bound, cost):
    command = replace(COMMIT, lower_bound=bound, cost=cost, fcfs_cost=1)

    assert "PlanCommitted" == run(PLAN, {}, command)[0]


parties = st.sampled_from(["CARRIER", "TERMINAL"])
services = st.sampled_from([*Service])
times = st.integers(1, 6)
acts = st.one_of(
    *(
        st.builds(kind, by=parties, call=st.just("K1"), service=services, time_ms=times)
        for kind in (Estimate, RequestTime, Plan)
    ),
    *(
        st.builds(kind, by=parties, call=st.just("K1"), time_ms=times)
        for kind in (Arrived, Departed)
    ),
)


@given(st.lists(acts, max_size=25))
def test_whatever_is_tried_plans_answer_requests_and_a_vessel_leaves_after_it_came(history):
    people = tuple(Signer(f"{name}.p", name, ("planner",)) for name in ("CARRIER", "TERMINAL"))
    state, requested = {}, set()
    # Alone, the last commands plan an arrival and end the call: the property is not vacuous.
    last = (
        replace(asked(BERTH, 3), time_ms=3),
        planned(BERTH, 3),
        replace(CAME, time_ms=5),
        replace(LEFT, time_ms=6),
    )
    for command in (ANNOUNCE, *history, *last):
        try:
            done = step(CALL, Env(6, state.get, people), command)
        except Refused:
            continue
        state |= done.writes
        if done.name == "TimeRequested":
            requested.add((command.service, command.time_ms))
        if done.name == "TimePlanned":
            assert (command.service, command.time_ms) in requested

    call = state[NAME]
    left = call.times.get(f"{SEA}/{Classifier.ACTUAL}")
    if left is None:  # It came in the last moment, so it cannot have left after that.
        assert 6 == call.times[f"{BERTH}/{Classifier.ACTUAL}"]
    else:
        assert Status.DEPARTED is call.status
        assert call.times[f"{BERTH}/{Classifier.ACTUAL}"] < left
