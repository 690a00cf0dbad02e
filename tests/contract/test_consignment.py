"""What consignment, container and document accept and refuse, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.consignment import consignment as consignments
from quayledger.contracts.consignment import container as containers
from quayledger.contracts.consignment import document as documents
from quayledger.contracts.consignment.consignment import (
    CONSIGNMENT,
    AddParty,
    Close,
    Consignment,
    Open,
    Role,
)
from quayledger.contracts.consignment.container import (
    CONTAINER,
    AddHandler,
    Container,
    LinkBill,
    Register,
)
from quayledger.contracts.consignment.document import DOCUMENT, Commit, Document, Grant, Withdraw
from quayledger.kernel import Env, Refused, Signer, step

TRADE = Consignment(id="C1", opener="SELLER", parties={Role.BUYER: "BUYER"}, version=1)
CLOSED = replace(TRADE, status=consignments.Status.CLOSED)
BOX = Container(
    id="X1",
    carrier="CARRIER",
    number="CSQU3054383",
    consignments=("C1",),
    parties={Role.FORWARDER: "FORWARDER", Role.SELLER: "SELLER"},
    bills=("B1",),
    version=1,
)
PAPER = Document(
    id="D1",
    consignment="C1",
    document_type="commercial invoice",
    issuer="SELLER",
    digest="D" * 43,
    sealed="S" * 43,
    readers=("BANK",),
    version=1,
)
WITHDRAWN = replace(PAPER, status=documents.Status.WITHDRAWN)
OPEN = Open(by="SELLER", consignment="C1", parties={Role.BUYER: "BUYER"})
REGISTER = Register(
    by="CARRIER", container="X1", number="CSQU3054383", consignments=("C1",), parties={}
)
COMMIT = Commit(
    by="SELLER",
    document="D1",
    consignment="C1",
    document_type="commercial invoice",
    digest="D" * 43,
    sealed="S" * 43,
    readers=("BANK",),
)

# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (CONSIGNMENT, None,   Close(by="SELLER", consignment="C1"),                              consignments.Code.NOT_FOUND),
    (CONSIGNMENT, TRADE,  Close(by="THIEF", consignment="C1"),                               consignments.Code.NOT_FOUND),
    (CONSIGNMENT, CLOSED, Close(by="SELLER", consignment="C1"),                              consignments.Code.WRONG_STATUS),
    (CONSIGNMENT, None,   OPEN,                                                              "ConsignmentOpened"),
    (CONSIGNMENT, TRADE,  AddParty(by="BUYER", consignment="C1", role=Role.BUYER, party="X"), consignments.Code.NOT_OPENER),
    (CONSIGNMENT, TRADE,  AddParty(by="SELLER", consignment="C1", role=Role.BUYER, party="X"), consignments.Code.ROLE_TAKEN),
    (CONSIGNMENT, TRADE,  AddParty(by="SELLER", consignment="C1", role=Role.INSURER, party="X"), "PartyAdded"),
    (CONSIGNMENT, TRADE,  Close(by="BUYER", consignment="C1"),                               consignments.Code.NOT_OPENER),
    (CONSIGNMENT, TRADE,  Close(by="SELLER", consignment="C1"),                              "ConsignmentClosed"),

    (CONTAINER,   None,   LinkBill(by="CARRIER", container="X1", bill="B2"),                 containers.Code.NOT_FOUND),
    (CONTAINER,   BOX,    REGISTER,                                                          containers.Code.WRONG_STATUS),
    (CONTAINER,   None,   REGISTER,                                                          "ContainerRegistered"),
    (CONTAINER,   BOX,    LinkBill(by="SELLER", container="X1", bill="B1"),                  containers.Code.NOT_CARRIER),
    (CONTAINER,   BOX,    LinkBill(by="CARRIER", container="X1", bill="B1"),                 containers.Code.ALREADY_LINKED),
    (CONTAINER,   BOX,    LinkBill(by="CARRIER", container="X1", bill="B2"),                 "BillLinked"),
    (CONTAINER,   BOX,    LinkBill(by="FORWARDER", container="X1", bill="B2"),               "BillLinked"),
    (CONTAINER,   BOX,    AddHandler(by="SELLER", container="X1", role=Role.SELLER, party="X"), containers.Code.NOT_CARRIER),
    (CONTAINER,   BOX,    AddHandler(by="CARRIER", container="X1", role=Role.SELLER, party="X"), containers.Code.ROLE_TAKEN),
    (CONTAINER,   BOX,    AddHandler(by="CARRIER", container="X1", role=Role.HAULIER, party="X"), "HandlerAdded"),

    (DOCUMENT,    None,   Withdraw(by="SELLER", document="D1"),                              documents.Code.NOT_FOUND),
    (DOCUMENT,    WITHDRAWN, Withdraw(by="SELLER", document="D1"),                           documents.Code.WRONG_STATUS),
    (DOCUMENT,    None,   COMMIT,                                                            "DocumentCommitted"),
    (DOCUMENT,    PAPER,  Grant(by="SELLER", document="D1", to="BANK"),                      documents.Code.ALREADY_READER),
    (DOCUMENT,    PAPER,  Grant(by="BANK", document="D1", to="SELLER"),                      documents.Code.ALREADY_READER),
    (DOCUMENT,    PAPER,  Grant(by="BANK", document="D1", to="OTHER"),                       "DocumentGranted"),
    (DOCUMENT,    PAPER,  Withdraw(by="BANK", document="D1"),                                documents.Code.NOT_ISSUER),
    (DOCUMENT,    PAPER,  Withdraw(by="SELLER", document="D1"),                              "DocumentWithdrawn"),
]
# fmt: on


def state_with(contract, record):
    return {} if record is None else {f"{contract.name}/{record.id}": record}


@pytest.mark.parametrize(("contract", "record", "command", "outcome"), OUTCOMES)
def test_outcome(run, contract, record, command, outcome):
    assert outcome == run(contract, state_with(contract, record), command)[0]


@pytest.mark.parametrize("contract", [CONSIGNMENT, CONTAINER, DOCUMENT])
def test_every_code_and_every_event_has_a_row(contract):
    seen = {outcome for one, _, _, outcome in OUTCOMES if one is contract}

    assert {*contract.codes, *(rule.event for rule in contract.table)} == seen


def test_everybody_who_takes_part_sees_the_consignment(run):
    _, writes = run(CONSIGNMENT, {}, OPEN)

    assert {"SELLER", "BUYER"} == {*writes["consignment.consignment/C1"].relations().values()}


def test_a_granted_reader_sees_the_document_and_others_stay_readers(run):
    grant = Grant(by="BANK", document="D1", to="OTHER")
    _, writes = run(DOCUMENT, state_with(DOCUMENT, PAPER), grant)

    assert ("BANK", "OTHER") == writes["consignment.document/D1"].readers


def test_a_bill_that_is_linked_comes_after_the_ones_before(run):
    link = LinkBill(by="CARRIER", container="X1", bill="B2")
    _, writes = run(CONTAINER, state_with(CONTAINER, BOX), link)

    assert ("B1", "B2") == writes["consignment.container/X1"].bills


def test_what_would_be_our_bugs():
    assert not consignments.nobody_is_dropped(TRADE, {"c": replace(TRADE, parties={})})
    assert consignments.nobody_is_dropped(None, {"c": TRADE})
    assert not containers.bills_only_grow(BOX, {"x": replace(BOX, bills=())})
    assert containers.bills_only_grow(None, {"x": BOX})
    assert not documents.commitment_stays(PAPER, {"d": replace(PAPER, digest="E" * 43)})
    assert not documents.commitment_stays(PAPER, {"d": replace(PAPER, sealed="E" * 43)})
    assert not documents.commitment_stays(PAPER, {"d": replace(PAPER, issuer="BANK")})
    assert documents.commitment_stays(None, {"d": PAPER})


@given(st.lists(st.sampled_from([command for _, _, command, _ in OUTCOMES]), max_size=40))
def test_whatever_is_tried_bills_stay_linked_and_readers_stay_readers(history):
    table = {rule.on: one for one in (CONSIGNMENT, CONTAINER, DOCUMENT) for rule in one.table}
    names = ("SELLER", "BUYER", "CARRIER", "FORWARDER", "BANK")
    people = tuple(Signer(f"{name}1", name, ("clerk",)) for name in names)
    state = {"consignment.container/X1": BOX, "consignment.document/D1": PAPER}
    link = LinkBill(by="CARRIER", container="X1", bill="B9")  # Succeeds always: not vacuous.
    for command in (*history, link):
        try:
            env = Env(1000, state.get, people, lambda _: True)
            state |= step(table[type(command)], env, command).writes
        except Refused:
            continue

    assert "B1" == state["consignment.container/X1"].bills[0]
    assert "B9" == state["consignment.container/X1"].bills[-1]
    assert "BANK" == state["consignment.document/D1"].readers[0]
