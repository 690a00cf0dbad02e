"""What the bill contract accepts and refuses, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.consignment.consignment import Role
from quayledger.contracts.consignment.container import Container
from quayledger.contracts.ebl.bill import (
    BILL,
    TABLE,
    AcceptSurrender,
    Bill,
    BlankEndorse,
    Code,
    Endorse,
    Issue,
    Order,
    Reference,
    RejectSurrender,
    Status,
    Surrender,
    Transfer,
    carrier_holds_ended_bill,
    origin_stays,
    straight_title_stays,
)
from quayledger.kernel import Env, IntentCode, Refused, Signer, step

BOX = Container(
    id="X1",
    carrier="CARRIER",
    number="CSQU3054383",
    consignments=("C1",),
    parties={Role.SELLER: "SELLER"},
    bills=("B1",),
    version=1,
)
HELD = Bill(
    id="B1",
    carrier="CARRIER",
    shipper="SELLER",
    order=Order.TO_ORDER,
    possessor="SELLER",
    title_holder="SELLER",
    document="D1",
    containers=("X1",),
    version=1,
)
PLEDGED = replace(HELD, possessor="BANK")
BLANK = replace(HELD, possessor="BANK", title_holder=None)
STRAIGHT = replace(HELD, order=Order.STRAIGHT)
PENDING = replace(HELD, possessor="CARRIER", requester="SELLER", status=Status.PENDING)
NEW = Issue(
    by="CARRIER",
    bill="B1",
    reference="R" * 43,
    shipper="SELLER",
    order=Order.TO_ORDER,
    entitled="SELLER",
    to="SELLER",
    document="D1",
    containers=("X1",),
)
UNLINKED = replace(NEW, containers=("X1", "X2"))
TAKEN = {NEW.touches()[-1]: Reference(carrier="CARRIER", bill="B0", version=1)}

# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (None,     Transfer(by="BUYER", bill="B1", to="BANK"),     Code.NOT_FOUND),
    (HELD,     Transfer(by="STRANGER", bill="B1", to="BANK"),  Code.NOT_FOUND),
    (PENDING,  Transfer(by="SELLER", bill="B1", to="BANK"),    Code.WRONG_STATUS),
    (HELD,     replace(NEW, by="SELLER"),                      Code.WRONG_STATUS),
    (HELD,     replace(NEW, by="STRANGER", reference="S" * 43, containers=()),
                                                               Code.CONTAINER_NOT_LINKED),
    ("taken",  replace(UNLINKED, order=Order.BLANK),           Code.REFERENCE_TAKEN),
    (None,     replace(UNLINKED, order=Order.BLANK),           Code.CONTAINER_NOT_LINKED),
    (None,     replace(NEW, containers=()),                    Code.CONTAINER_NOT_LINKED),
    (None,     replace(NEW, bill="B2"),                        Code.CONTAINER_NOT_LINKED),
    (None,     replace(NEW, order=Order.BLANK),                Code.ORDER_WITHOUT_PARTY),
    (None,     replace(NEW, entitled=None),                    Code.ORDER_WITHOUT_PARTY),
    (None,     NEW,                                            "BillIssued"),
    (None,     replace(NEW, order=Order.BLANK, entitled=None), "BillIssued"),
    (PLEDGED,  Transfer(by="SELLER", bill="B1", to="BANK"),    Code.NOT_POSSESSOR),
    (HELD,     Transfer(by="SELLER", bill="B1", to="SELLER"),  Code.ALREADY_POSSESSOR),
    (HELD,     Transfer(by="SELLER", bill="B1", to="BANK"),    "PossessionMoved"),
    (PLEDGED,  Endorse(by="SELLER", bill="B1", to="SELLER"),   Code.NOT_POSSESSOR),
    (replace(STRAIGHT, possessor="BANK"),
               Endorse(by="BANK", bill="B1", to="SELLER"),     Code.NOT_TITLE_HOLDER),
    (STRAIGHT, Endorse(by="SELLER", bill="B1", to="SELLER"),   Code.NOT_NEGOTIABLE),
    (HELD,     Endorse(by="SELLER", bill="B1", to="SELLER"),   Code.ALREADY_TITLE_HOLDER),
    (HELD,     Endorse(by="SELLER", bill="B1", to="BUYER"),    "BillEndorsed"),
    (BLANK,    Endorse(by="BANK", bill="B1", to="BUYER"),      "BillEndorsed"),
    (PLEDGED,  BlankEndorse(by="BANK", bill="B1"),             Code.NOT_TITLE_HOLDER),
    (HELD,     BlankEndorse(by="SELLER", bill="B1"),           "BillBlankEndorsed"),
    (PLEDGED,  Surrender(by="CARRIER", bill="B1"),             Code.NOT_POSSESSOR),
    (PLEDGED,  Surrender(by="BANK", bill="B1"),                Code.NOT_TITLE_HOLDER),
    (BLANK,    Surrender(by="BANK", bill="B1"),                "SurrenderRequested"),
    (PENDING,  AcceptSurrender(by="SELLER", bill="B1"),        Code.NOT_CARRIER),
    (PENDING,  AcceptSurrender(by="CARRIER", bill="B1"),       "BillSurrendered"),
    (PENDING,  RejectSurrender(by="SELLER", bill="B1"),        Code.NOT_CARRIER),
    (PENDING,  RejectSurrender(by="CARRIER", bill="B1"),       "SurrenderRejected"),
]
# fmt: on


def state_with(bill):
    state = {"consignment.container/X1": BOX}
    if bill == "taken":
        return state | TAKEN
    return state if bill is None else state | TAKEN | {"ebl.bill/B1": bill}


@pytest.mark.parametrize(("bill", "command", "outcome"), OUTCOMES)
def test_outcome(run, bill, command, outcome):
    assert outcome == run(BILL, state_with(bill), command)[0]


def test_every_code_and_every_event_has_a_row():
    assert {*Code, *(rule.event for rule in TABLE)} == {outcome for *_, outcome in OUTCOMES}


@pytest.mark.parametrize("ask", [Surrender(by="STRANGER", bill="B1"), replace(NEW, by="STRANGER")])
def test_a_stranger_cannot_tell_an_existing_bill_from_an_absent_one(run, ask):
    with_bill = {"ebl.bill/B1": HELD}

    assert run(BILL, {}, ask)[0] == run(BILL, with_bill, ask)[0]


def test_a_new_bill_is_with_the_party_that_the_carrier_named(run):
    _, writes = run(BILL, state_with(None), replace(NEW, to="BANK", entitled="BUYER"))
    bill = writes["ebl.bill/B1"]

    assert ("BANK", "BUYER", "CARRIER") == (bill.possessor, bill.title_holder, bill.carrier)


def test_a_pledge_moves_possession_and_leaves_the_entitlement(run):
    _, writes = run(BILL, state_with(HELD), Transfer(by="SELLER", bill="B1", to="BANK"))

    assert replace(HELD, possessor="BANK", version=2, time_ms=1000) == writes["ebl.bill/B1"]


def test_an_endorsement_moves_the_entitlement_and_leaves_possession(run):
    _, writes = run(BILL, state_with(HELD), Endorse(by="SELLER", bill="B1", to="BUYER"))
    bill = writes["ebl.bill/B1"]

    assert ("SELLER", "BUYER") == (bill.possessor, bill.title_holder)


def test_a_blank_endorsement_leaves_the_entitlement_to_the_possessor(run):
    _, writes = run(BILL, state_with(HELD), BlankEndorse(by="SELLER", bill="B1"))

    assert writes["ebl.bill/B1"].title_holder is None


def test_while_a_surrender_is_open_the_carrier_possesses_and_a_rejection_gives_it_back(run):
    _, writes = run(BILL, state_with(HELD), Surrender(by="SELLER", bill="B1"))
    pending = writes["ebl.bill/B1"]
    reject = RejectSurrender(by="CARRIER", bill="B1")
    _, writes = run(BILL, state_with(pending), reject)

    assert ("CARRIER", "SELLER") == (pending.possessor, pending.requester)
    assert ("SELLER", None) == (writes["ebl.bill/B1"].possessor, writes["ebl.bill/B1"].requester)


@pytest.mark.parametrize("rule", TABLE)
def test_only_a_title_signer_may_act_on_title(run, rule):
    commands = [(bill, command) for bill, command, outcome in OUTCOMES if outcome == rule.event]
    bill, command = commands[0]
    clerk = Signer("p1", command.by, ("clerk",))

    assert IntentCode.ROLE_MISSING == run(BILL, state_with(bill), command, [clerk])[0]


def test_every_act_on_an_issued_bill_must_state_the_version_seen():
    assert {rule.on for rule in TABLE if not rule.stated} == {Issue}


def test_a_bill_that_ended_outside_the_carriers_hands_would_be_our_bug():
    ended = replace(HELD, status=Status.SURRENDERED)

    assert not carrier_holds_ended_bill(HELD, {"ebl.bill/B1": ended})
    assert carrier_holds_ended_bill(HELD, {"ebl.bill/B1": replace(ended, possessor="CARRIER")})


def test_a_straight_bill_with_another_consignee_would_be_our_bug():
    assert not straight_title_stays(STRAIGHT, {"b": replace(STRAIGHT, title_holder="BUYER")})
    assert straight_title_stays(None, {"b": STRAIGHT})


@pytest.mark.parametrize(
    "change", [{"carrier": "X"}, {"shipper": "X"}, {"document": "X"}, {"containers": ()}]
)
def test_a_bill_with_another_origin_would_be_our_bug(change):
    assert not origin_stays(HELD, {"b": replace(HELD, **change)})


@given(st.lists(st.sampled_from([command for _, command, _ in OUTCOMES]), max_size=40))
def test_a_surrendered_bill_never_changes_and_somebody_always_controls_it(history):
    people = [Signer(f"{p}1", p, ("title",)) for p in ("SELLER", "BANK", "BUYER", "CARRIER")]
    bill = BLANK  # Two commands of OUTCOMES lead from here to SURRENDERED: not vacuous.
    for command in (*history, Surrender(by="BANK", bill="B1")):
        before, state = bill, state_with(bill)
        env = Env(1000, state.get, tuple(people), lambda _: True)
        try:
            bill = step(BILL, env, command).writes["ebl.bill/B1"]
        except Refused:
            continue
        assert before.status is not Status.SURRENDERED
        assert bill.possessor in {"SELLER", "BANK", "BUYER", "CARRIER"}
