"""What the release right accepts and refuses: one container, one gate, once, bound to people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.consignment.container import Container
from quayledger.contracts.customs.declaration import Declaration, Direction, Hold, Lane
from quayledger.contracts.customs.declaration import Status as CustomsStatus
from quayledger.contracts.ebl.bill import Bill, Order
from quayledger.contracts.ebl.bill import Status as BillStatus
from quayledger.contracts.release.right import (
    RIGHT,
    TABLE,
    Clear,
    Code,
    Delegate,
    GateOut,
    Grant,
    NameDriver,
    Present,
    Revoke,
    Right,
    Status,
    chain_only_grows,
    leaves_presented_and_cleared,
)
from quayledger.kernel import Env, Refused, Signer, step

BILL = Bill(
    id="B1",
    carrier="CARRIER",
    shipper="SELLER",
    order=Order.TO_ORDER,
    possessor="CARRIER",
    title_holder="BUYER",
    document="D1",
    containers=("X1",),
    requester="BUYER",
    status=BillStatus.SURRENDERED,
    version=3,
)
BOX = Container(
    id="X1",
    carrier="CARRIER",
    number="CSQU3054383",
    consignments=("C1",),
    parties={},
    bills=("B1", "B2"),
    version=2,
)
FREE = Declaration(
    id="I1",
    direction=Direction.IMPORT,
    declarant="AGENT",
    trader="BUYER",
    authority="CUSTOMS",
    document="D2",
    containers=("X1",),
    presented_to="TERMINAL",
    lane=Lane.GREEN,
    status=CustomsStatus.RELEASED,
    version=3,
)
GRANTED = Right(
    container="X1",
    carrier="CARRIER",
    terminal="TERMINAL",
    declaration="I1",
    chain=("AGENT", "HAULIER"),
    driver="HAULIER.driver",
    version=4,
    time_ms=900,
)
CLEARED = replace(GRANTED, cleared=True)
AT_GATE = replace(CLEARED, presented_ms=1000, status=Status.AT_GATE, time_ms=1000)
OUT = replace(AT_GATE, status=Status.GATED_OUT)
GRANT = Grant(
    by="CARRIER",
    container="X1",
    bills=("B1", "B2"),
    freight_paid=True,
    terminal="TERMINAL",
    declaration="I1",
    to="AGENT",
)
OUTGO = GateOut(by="TERMINAL", container="X1", declaration="I1")
STATE = {
    "consignment.container/X1": BOX,
    "ebl.bill/B1": BILL,
    "ebl.bill/B2": replace(BILL, id="B2"),
    "customs.declaration/I1": FREE,
}
OPEN_BILL = {"ebl.bill/B2": replace(BILL, id="B2", status=BillStatus.PENDING)}
HELD = {"customs.declaration/I1": replace(FREE, holds=(Hold("H1", "SCAN"),))}
LODGED = {"customs.declaration/I1": replace(FREE, status=CustomsStatus.LODGED)}
OTHER_BOX = {"customs.declaration/I1": replace(FREE, containers=("X9",))}
NO_BOX = {"consignment.container/X1": None}

# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (None,    {},        Delegate(by="AGENT", container="X1", to="HAULIER"),   Code.NOT_FOUND),
    (GRANTED, {},        Present(by="THIEF", container="X1"),                  Code.NOT_FOUND),
    (OUT,     {},        OUTGO,                                                Code.WRONG_STATUS),
    (OUT,     {},        Present(by="HAULIER", container="X1"),                Code.WRONG_STATUS),
    (GRANTED, {},        GRANT,                                                Code.WRONG_STATUS),
    (None,    NO_BOX,    GRANT,                                                Code.NOT_CARRIER),
    (None,    OPEN_BILL, replace(GRANT, by="AGENT", bills=("B1",)),            Code.NOT_CARRIER),
    (None,    OPEN_BILL, replace(GRANT, bills=("B1",), freight_paid=False),    Code.BILLS_NOT_NAMED),
    (None,    {"consignment.container/X1": replace(BOX, bills=())},
              replace(GRANT, bills=(), freight_paid=False),                    Code.BILLS_NOT_NAMED),
    (None,    OPEN_BILL, replace(GRANT, freight_paid=False),                   Code.BILL_NOT_SURRENDERED),
    (None,    {"ebl.bill/B2": None}, GRANT,                                    Code.BILL_NOT_SURRENDERED),
    (None,    {},        replace(GRANT, freight_paid=False),                   Code.FREIGHT_UNPAID),
    (None,    {},        GRANT,                                                "RightGranted"),
    (GRANTED, {},        Delegate(by="AGENT", container="X1", to="AGENT"),     Code.NOT_HOLDER),
    (GRANTED, {},        Delegate(by="HAULIER", container="X1", to="AGENT"),   Code.ALREADY_HOLDER),
    (GRANTED, {},        Delegate(by="HAULIER", container="X1", to="OTHER"),   "RightDelegated"),
    (GRANTED, {},        NameDriver(by="AGENT", container="X1", driver="D"),   Code.NOT_HOLDER),
    (GRANTED, {},        NameDriver(by="HAULIER", container="X1", driver="D"), "DriverNamed"),
    (GRANTED, {},        Clear(by="CARRIER", container="X1"),                  Code.NOT_TERMINAL),
    (GRANTED, {},        Clear(by="TERMINAL", container="X1"),                 "TerminalCleared"),
    (replace(GRANTED, driver=None), {}, Present(by="AGENT", container="X1"),   Code.NOT_HOLDER),
    (replace(GRANTED, driver=None), {}, Present(by="HAULIER", container="X1"), Code.NO_DRIVER),
    (replace(GRANTED, driver="X"), {}, Present(by="HAULIER", container="X1"),  Code.NOT_THE_DRIVER),
    (GRANTED, {},        Present(by="HAULIER", container="X1"),                "DriverPresented"),
    (AT_GATE, {},        Present(by="HAULIER", container="X1"),                "DriverPresented"),
    (replace(AT_GATE, presented_ms=999, cleared=False), HELD,
              replace(OUTGO, by="HAULIER"),                                    Code.NOT_TERMINAL),
    (replace(AT_GATE, presented_ms=999, cleared=False), HELD, OUTGO,           Code.NOT_AT_THE_GATE),
    (replace(AT_GATE, cleared=False), HELD, OUTGO,                             Code.TERMINAL_HOLDS),
    (AT_GATE, HELD,      OUTGO,                                                Code.CUSTOMS_HOLDS),
    (AT_GATE, LODGED,    OUTGO,                                                Code.CUSTOMS_HOLDS),
    (AT_GATE, OTHER_BOX, OUTGO,                                                Code.CUSTOMS_HOLDS),
    (AT_GATE, {"customs.declaration/I1": None}, OUTGO,                         Code.CUSTOMS_HOLDS),
    (AT_GATE, {"customs.declaration/I2": replace(FREE, id="I2")},
              replace(OUTGO, declaration="I2"),                                Code.CUSTOMS_HOLDS),
    (AT_GATE, {},        OUTGO,                                                "GatedOut"),
    (GRANTED, {},        Revoke(by="AGENT", container="X1"),                   Code.NOT_CARRIER),
    (GRANTED, {},        Revoke(by="CARRIER", container="X1"),                 "RightRevoked"),
    (AT_GATE, {},        Revoke(by="CARRIER", container="X1"),                 "RightRevoked"),
]
# fmt: on


def state_with(right, changes):
    state = STATE | changes | ({"release.right/X1": right} if right else {})
    return {name: record for name, record in state.items() if record}


@pytest.mark.parametrize(("right", "changes", "command", "outcome"), OUTCOMES)
def test_outcome(run, right, changes, command, outcome):
    assert outcome == run(RIGHT, state_with(right, changes), command)[0]


def test_every_code_and_every_event_has_a_row():
    assert {*Code, *(rule.event for rule in TABLE)} == {outcome for *_, outcome in OUTCOMES}


def test_of_the_sixteen_combinations_of_lights_exactly_one_opens_the_gate(run):
    opened = []
    for bits in range(16):
        surrendered, freight, customs, cleared = (bool(bits >> n & 1) for n in range(4))
        state = state_with(None, {} if surrendered else OPEN_BILL)
        event, writes = run(RIGHT, state, replace(GRANT, freight_paid=freight))
        if event != "RightGranted":
            continue
        right = replace(writes["release.right/X1"], chain=("HAULIER",), driver="HAULIER.driver")
        state = state_with(
            replace(right, cleared=cleared, presented_ms=1000, status=Status.AT_GATE),
            {} if customs else HELD,
        )
        if run(RIGHT, state, OUTGO)[0] == "GatedOut":
            opened.append(bits)

    assert [0b1111] == opened


def test_a_driver_of_the_same_haulier_who_was_not_named_is_refused(run):
    other = Signer("HAULIER.other", "HAULIER", ("driver",))
    command = Present(by="HAULIER", container="X1")

    assert Code.NOT_THE_DRIVER == run(RIGHT, state_with(GRANTED, {}), command, [other])[0]


def test_a_new_holder_names_its_own_driver(run):
    command = Delegate(by="HAULIER", container="X1", to="OTHER")
    _, writes = run(RIGHT, state_with(GRANTED, {}), command)

    assert writes["release.right/X1"].driver is None
    assert "OTHER" == writes["release.right/X1"].holder


def test_a_holder_slipped_out_of_the_chain_would_be_our_bug():
    assert not chain_only_grows(GRANTED, {"r": replace(GRANTED, chain=("HAULIER",))})
    assert chain_only_grows(None, {"r": GRANTED})


@pytest.mark.parametrize("change", [{"cleared": False}, {"driver": None}, {"presented_ms": 1}])
def test_a_container_out_without_driver_or_light_would_be_our_bug(change):
    assert not leaves_presented_and_cleared(AT_GATE, {"r": replace(OUT, **change)})
    assert leaves_presented_and_cleared(AT_GATE, {"r": OUT})


@given(st.lists(st.sampled_from([row[2] for row in OUTCOMES]), max_size=40))
def test_a_container_leaves_at_most_once_whatever_is_tried(history):
    names = ("CARRIER", "AGENT", "HAULIER", "TERMINAL", "OTHER")
    roles = ("title", "dispatcher", "gate", "driver")
    people = tuple(Signer(f"{name}.{role}", name, (role,)) for name in names for role in roles)
    state, left = dict(state_with(CLEARED, {})), 0
    # The last two commands lead out of the gate unless the right was changed before: not vacuous.
    for command in (*history, Present(by="HAULIER", container="X1"), OUTGO):
        try:
            done = step(RIGHT, Env(1000, state.get, people, lambda _: True), command)
        except Refused:
            continue
        left += done.name == "GatedOut"
        state |= done.writes

    assert left <= 1
    assert left == 1 or state["release.right/X1"] != CLEARED
