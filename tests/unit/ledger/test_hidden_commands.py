"""A node that is shown one command of an intent may not judge it by what it is not shown."""

import pytest
from kit.seeded import found

from quayledger.contracts.consignment.container import LinkBill, Register
from quayledger.contracts.ebl.bill import Issue, Order
from quayledger.contracts.rules import RULEBOOK
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.follower import Follower

FOUNDED = found(("CARRIER", "SELLER"), ("title",))


@pytest.fixture
def ledger(tmp_path):
    ledger = EmbeddedLedger(tmp_path, FOUNDED.genesis, RULEBOOK, FOUNDED.log_key)
    yield ledger
    ledger.close()


def issue(ledger, parties):
    """The carrier registers a container and issues its bill to SELLER, in one intent."""
    draft = FOUNDED.draft(
        Register(
            by="CARRIER", container="C1", number="MSKU0000000", consignments=(), parties=parties
        ),
        LinkBill(by="CARRIER", container="C1", bill="B1"),
        Issue(
            by="CARRIER",
            bill="B1",
            reference="A" * 43,
            shipper="SELLER",
            order=Order.BLANK,
            entitled=None,
            to="SELLER",
            document="D1",
            containers=("C1",),
        ),
    )
    ledger.submit(FOUNDED.sign(draft, "CARRIER.title")).result()


def follow(ledger, party):
    follower = Follower(RULEBOOK, FOUNDED.genesis, party=party)
    follower.advance(ledger.entries(0, 10), ledger.checkpoint())
    for _, deliveries in ledger.feed(party, 0, 10):
        for delivery in deliveries:
            follower.take(delivery)
    return follower.tally


def test_who_may_not_see_the_container_checks_the_issue_in_part(ledger):
    issue(ledger, {})

    tally = follow(ledger, "SELLER")
    assert (0, 1) == (tally.full, tally.part)


def test_who_sees_every_command_checks_all_of_them(ledger):
    issue(ledger, {"seller": "SELLER"})

    tally = follow(ledger, "SELLER")
    assert (3, 0) == (tally.full, tally.part)
