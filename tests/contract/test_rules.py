"""What holds for every contract of the network."""

import pytest

from quayledger.app import policy
from quayledger.contracts.ebl.bill import Issue, Order
from quayledger.contracts.membership.organisation import Admit, Suspend
from quayledger.contracts.membership.person import Register, Revoke
from quayledger.contracts.release.right import Grant
from quayledger.contracts.rules import RULEBOOK

CONTRACTS = RULEBOOK.contracts
COMMANDS = sorted({rule.on for one in CONTRACTS for rule in one.table}, key=lambda on: on.__name__)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.name)
def test_codes_begin_with_what_the_kernel_itself_answers(contract):
    assert (0, 1) == (contract.codes.NOT_FOUND, contract.codes.WRONG_STATUS)
    assert ["NOT_FOUND", "WRONG_STATUS"] == [code.name for code in contract.codes][:2]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda one: one.name)
def test_a_refusal_is_a_sentence(contract):
    for code in contract.codes:
        assert code.text.endswith(".")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_a_command_is_named_after_its_module_and_says_what_it_means(command):
    module = RULEBOOK._by_command[command].name.partition(".")[0]

    assert command.__struct_config__.tag.startswith(f"{module}.")
    assert command.__doc__
    assert not command.__doc__.startswith(command.__name__ + "(")


def test_every_kind_of_record_has_its_row_in_the_policy():
    kinds = {record.__struct_config__.tag for one in CONTRACTS for record in one.records}

    assert kinds == set(policy.READS)


def test_the_keys_that_commands_name():
    issue = Issue(
        by="CARRIER",
        bill="B1",
        reference="R",
        shipper="S",
        order=Order.BLANK,
        entitled=None,
        to="S",
        document="D1",
        containers=("X1", "X2"),
    )
    grant = Grant(
        by="CARRIER",
        container="X1",
        bills=("B1", "B2"),
        freight_paid=True,
        terminal="T",
        declaration="I1",
        to="F",
    )

    assert {
        "ebl.bill/B1",
        "consignment.container/X1",
        "consignment.container/X2",
        "ebl.reference/CARRIER.R",
    } == {*issue.touches()}
    assert {
        "release.right/X1",
        "ebl.bill/B1",
        "ebl.bill/B2",
        "consignment.container/X1",
    } == {*grant.touches()}
    assert ("CARRIER", "S", "S") == issue.named_parties()


def test_membership_commands_name_the_network_or_the_employer():
    admit = Admit(
        by="A", organisation="N", name="N", roles=(), certificate="", vault_key="", approvers=("A",)
    )
    suspend = Suspend(by="A", organisation="N", approvers=())

    named = ("membership.organisation/N", "membership.network/NETWORK")
    assert named == admit.touches() == suspend.touches()
    register = Register(by="A", person="p", roles=(), certificate="")
    assert ("membership.person/p", "membership.organisation/A") == register.touches()
    assert ("membership.person/p",) == Revoke(by="A", person="p").touches()
