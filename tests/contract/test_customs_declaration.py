"""What the customs declaration accepts and refuses, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.customs.declaration import (
    DECLARATION,
    TABLE,
    Code,
    Declaration,
    Direction,
    Hold,
    Invalidate,
    Lane,
    LiftHold,
    Lodge,
    PlaceHold,
    RecordResult,
    Reference,
    Release,
    Select,
    Status,
    released_after_selection,
)
from quayledger.contracts.customs.public import lets_go
from quayledger.kernel import Env, Refused, Signer, step

LODGED = Declaration(
    id="I1",
    direction=Direction.IMPORT,
    declarant="AGENT",
    trader="BUYER",
    authority="CUSTOMS",
    document="D1",
    containers=("X1",),
    presented_to="TERMINAL",
    version=1,
)
GREEN = replace(LODGED, lane=Lane.GREEN, status=Status.ACCEPTED)
RED = replace(LODGED, lane=Lane.RED, reasons=("R1",), status=Status.UNDER_CONTROL)
RELEASED = replace(GREEN, status=Status.RELEASED)
HELD = replace(RELEASED, holds=(Hold("H1", "SCAN"),))
NEW = Lodge(
    by="AGENT",
    declaration="I1",
    reference="R" * 43,
    direction=Direction.IMPORT,
    trader="BUYER",
    authority="CUSTOMS",
    document="D1",
    containers=("X1",),
    presented_to="TERMINAL",
)
TAKEN = {NEW.touches()[-1]: Reference(declarant="AGENT", declaration="I0", version=1)}


def select(lane, *reasons, by="CUSTOMS"):
    return Select(by=by, declaration="I1", lane=lane, reasons=reasons)


# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (None,     Release(by="CUSTOMS", declaration="I1"),                      Code.NOT_FOUND),
    (LODGED,   Release(by="STRANGER", declaration="I1"),                     Code.NOT_FOUND),
    (LODGED,   Release(by="CUSTOMS", declaration="I1"),                      Code.WRONG_STATUS),
    ("taken",  NEW,                                                          Code.REFERENCE_TAKEN),
    (None,     NEW,                                                          "DeclarationLodged"),
    (LODGED,   select(Lane.RED, by="AGENT"),                                 Code.NOT_AUTHORITY),
    (LODGED,   select(Lane.RED),                                             Code.NO_REASON),
    (LODGED,   select(Lane.YELLOW),                                          Code.NO_REASON),
    (LODGED,   select(Lane.GREEN),                                           "DeclarationSelected"),
    (RED,      RecordResult(by="AGENT", declaration="I1", satisfactory=True),   Code.NOT_AUTHORITY),
    (RED,      RecordResult(by="CUSTOMS", declaration="I1", satisfactory=True), "ControlRecorded"),
    (HELD,     PlaceHold(by="AGENT", declaration="I1", hold="H1", reason="SCAN"),   Code.NOT_AUTHORITY),
    (HELD,     PlaceHold(by="CUSTOMS", declaration="I1", hold="H1", reason="SCAN"), Code.HOLD_EXISTS),
    (RELEASED, PlaceHold(by="CUSTOMS", declaration="I1", hold="H1", reason="SCAN"), "HoldPlaced"),
    (HELD,     LiftHold(by="AGENT", declaration="I1", hold="H9"),            Code.NOT_AUTHORITY),
    (HELD,     LiftHold(by="CUSTOMS", declaration="I1", hold="H9"),          Code.NO_SUCH_HOLD),
    (HELD,     LiftHold(by="CUSTOMS", declaration="I1", hold="H1"),          "HoldLifted"),
    (replace(RED, holds=HELD.holds), Release(by="AGENT", declaration="I1"),  Code.NOT_AUTHORITY),
    (replace(RED, holds=HELD.holds), Release(by="CUSTOMS", declaration="I1"), Code.HOLDS_OPEN),
    (RED,      Release(by="CUSTOMS", declaration="I1"),                      Code.NO_RESULT),
    (replace(RED, controlled=True), Release(by="CUSTOMS", declaration="I1"), "DeclarationReleased"),
    (GREEN,    Release(by="CUSTOMS", declaration="I1"),                      "DeclarationReleased"),
    (GREEN,    Invalidate(by="CUSTOMS", declaration="I1"),                   Code.NOT_DECLARANT),
    (GREEN,    Invalidate(by="AGENT", declaration="I1"),                     "DeclarationInvalidated"),
]
# fmt: on


def state_with(declaration):
    if declaration == "taken":
        return TAKEN
    return {} if declaration is None else {"customs.declaration/I1": declaration}


@pytest.mark.parametrize(("declaration", "command", "outcome"), OUTCOMES)
def test_outcome(run, declaration, command, outcome):
    assert outcome == run(DECLARATION, state_with(declaration), command)[0]


def test_every_code_and_every_event_has_a_row():
    assert {*Code, *(rule.event for rule in TABLE)} == {outcome for *_, outcome in OUTCOMES}


@pytest.mark.parametrize(
    ("lane", "status"),
    [
        (Lane.GREEN, Status.ACCEPTED),
        (Lane.YELLOW, Status.DOCUMENTS_REQUESTED),
        (Lane.RED, Status.UNDER_CONTROL),
    ],
)
def test_the_lane_decides_what_happens_next_and_the_declarant_is_told_why(run, lane, status):
    _, writes = run(DECLARATION, state_with(LODGED), select(lane, "RISK-1"))
    declaration = writes["customs.declaration/I1"]

    assert (status, ("RISK-1",)) == (declaration.status, declaration.reasons)


def test_an_unsatisfactory_control_does_not_open_the_way(run):
    result = RecordResult(by="CUSTOMS", declaration="I1", satisfactory=False)
    _, writes = run(DECLARATION, state_with(replace(RED, controlled=True)), result)
    release = Release(by="CUSTOMS", declaration="I1")

    assert Code.NO_RESULT == run(DECLARATION, writes, release)[0]


def test_a_hold_after_the_release_stops_the_goods_at_once_and_keeps_the_decision(run):
    hold = PlaceHold(by="CUSTOMS", declaration="I1", hold="H1", reason="SCAN")
    _, writes = run(DECLARATION, state_with(RELEASED), hold)

    assert lets_go(RELEASED, "X1")
    assert not lets_go(writes["customs.declaration/I1"], "X1")
    assert not lets_go(RELEASED, "X2")
    assert not lets_go(None, "X1")
    assert not lets_go(GREEN, "X1")


def test_a_release_without_selection_would_be_our_bug():
    assert not released_after_selection(None, {"d": replace(LODGED, status=Status.RELEASED)})
    assert released_after_selection(None, {"d": RELEASED, "r": next(iter(TAKEN.values()))})


@given(st.lists(st.sampled_from([command for _, command, _ in OUTCOMES]), max_size=30))
def test_goods_with_an_open_hold_or_without_a_good_control_are_never_released(history):
    people = tuple(
        Signer(f"{party}.1", party, ("officer", "declarant")) for party in ("CUSTOMS", "AGENT")
    )
    state, released = {"customs.declaration/I1": RED}, 0
    # Alone, the last two commands lead to a release: the property is not vacuous.
    good = RecordResult(by="CUSTOMS", declaration="I1", satisfactory=True)
    for command in (*history, good, Release(by="CUSTOMS", declaration="I1")):
        before = state["customs.declaration/I1"]
        try:
            done = step(DECLARATION, Env(1000, state.get, people, lambda _: True), command)
        except Refused:
            continue
        state |= done.writes
        if done.name == "DeclarationReleased":
            released += 1
            assert not before.holds
            assert before.controlled or before.lane is Lane.GREEN

    after = state["customs.declaration/I1"]
    assert released or after.holds or after.status is Status.INVALIDATED
