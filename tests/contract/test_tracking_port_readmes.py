"""The pages of tracking and port say what their tables say."""

import re
from pathlib import Path

import pytest

from quayledger.contracts.port.public import CALL, PLAN
from quayledger.contracts.tracking.public import BATCH

CONTRACTS = Path(__file__).resolve().parents[2] / "src/quayledger/contracts"
EDGE = re.compile(r"^ +(\S+) --> (\S+): (\S+)$", re.MULTILINE)
CODE = re.compile(r"^\| `(\S+)` \| `(\S+)` \|", re.MULTILINE)
COMMAND = re.compile(r"^\| `(\S+)` \| .* \| `(\S+)` \|$", re.MULTILINE)

every_contract = pytest.mark.parametrize("contract", [BATCH, CALL, PLAN], ids=lambda one: one.name)


def section(contract):
    """The part of the module's page that is about one contract."""
    module = contract.name.partition(".")[0]
    _, *parts = re.split(
        r"^## ", (CONTRACTS / module / "README.md").read_text(), flags=re.MULTILINE
    )
    (part,) = (part for part in parts if part.startswith(f"`{contract.name}`"))
    return part


def tag(rule):
    """The name of a row's command on the wire."""
    return rule.on.__struct_config__.tag


@every_contract
def test_the_diagram_has_the_edges_of_the_table(contract):
    edges = [
        (rule.source or "[*]", rule.target, tag(rule).partition(".")[2]) for rule in contract.table
    ]

    assert sorted(edges) == sorted(EDGE.findall(section(contract)))


@every_contract
def test_every_code_stands_there_in_the_order_in_which_it_is_checked(contract):
    codes = [(f"{contract.name}:{int(code)}", code.name) for code in contract.codes]

    assert codes == CODE.findall(section(contract))


@every_contract
def test_every_command_stands_there_with_its_event(contract):
    rows = COMMAND.findall(section(contract))

    assert {(tag(rule), rule.event) for rule in contract.table} == {*rows}
    assert len({*rows}) == len(rows)


@every_contract
def test_every_invariant_is_named_there(contract):
    always = section(contract).partition("Always true:")[2]

    assert all(f"`{holds.__name__}`" in always for holds in contract.invariants)


@every_contract
def test_the_role_that_a_row_asks_for_stands_in_its_line(contract):
    lines = section(contract).splitlines()
    for rule in contract.table:
        (line,) = (line for line in lines if line.startswith(f"| `{tag(rule)}` |"))

        assert rule.role is None or f"a {rule.role} of " in line
