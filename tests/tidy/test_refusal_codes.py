"""Refusal codes stand in check order and keep their numbers, so the first fault always wins."""

import ast
from itertools import pairwise

import pytest

SAMPLE = """
class Code(RefusalCode):
    NOT_FOUND = 0, "a"
    NOT_POSSESSOR = 4, "b"
    NOT_MEMBER = 2, "c"


def transfer(env, bill, command):
    require(command.by == bill.possessor, Code.NOT_POSSESSOR)
    require(env.member(command.to), Code.NOT_MEMBER)
    return bill
"""


def declared(tree):
    """Class name -> member name -> number, in order, of every enum of refusal codes."""
    return {
        node.name: {
            item.targets[0].id: number(item.value)
            for item in node.body
            if isinstance(item, ast.Assign)
        }
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "id", None) == "RefusalCode" for base in node.bases)
    }


def number(value):
    """The number of a member written as `N, "text"`."""
    return ast.literal_eval(value.elts[0] if isinstance(value, ast.Tuple) else value)


def is_require(node):
    """Whether a node is a call of `require`."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", None) == "require"


def checks(function, functions, codes, seen=()):
    """The (enum, member) pairs in the order of the source, those of called rules at their call."""
    nodes = [node for node in ast.walk(function) if hasattr(node, "lineno")]
    out = []
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in codes:
            out.append((node.value.id, node.attr))
        name = getattr(node.func, "id", None) if isinstance(node, ast.Call) else None
        if name in functions and name not in seen:
            out += checks(functions[name], functions, codes, (*seen, name))
    return out


def order_faults(source):
    """Where a rule checks a code before one that is declared above it."""
    tree = ast.parse(source)
    codes = declared(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    rules = [
        function
        for function in functions.values()
        if any(is_require(node) for node in ast.walk(function))
    ]
    for rule in rules:
        for (enum, first), (other, second) in pairwise(checks(rule, functions, codes)):
            members = [*codes[enum]]
            if enum == other and members.index(first) > members.index(second):
                yield f"{rule.name} checks {first} before {second}; {enum} declares them otherwise"


def number_faults(source):
    """Members whose number is taken or negative: a reader of old answers would be misled."""
    for enum, members in declared(ast.parse(source)).items():
        numbers = [*members.values()]
        for name, value in members.items():
            if value < 0 or numbers.count(value) > 1:
                yield f"{enum}.{name} has the number {value}"


def swaps(source):
    """The source with two neighbouring checks of different codes swapped, for every such pair."""
    lines = source.splitlines()
    bodies = [node.body for node in ast.walk(ast.parse(source)) if hasattr(node, "body")]
    for body in (body for body in bodies if isinstance(body, list)):
        for one, two in pairwise(body):
            if code_of(one) and code_of(two) and code_of(one) != code_of(two):
                first = lines[one.lineno - 1 : one.end_lineno]
                between = lines[one.end_lineno : two.lineno - 1]
                second = lines[two.lineno - 1 : two.end_lineno]
                head, tail = lines[: one.lineno - 1], lines[two.end_lineno :]
                yield "\n".join([*head, *second, *between, *first, *tail])


def code_of(statement):
    """The code of a `require` statement, or None for any other."""
    if isinstance(statement, ast.Expr) and is_require(statement.value):
        return ast.unparse(statement.value.args[1])
    return None


def test_every_rule_checks_in_the_order_of_its_codes(pure_files, root):
    found = [
        f"{path.relative_to(root)}: {fault}"
        for path in pure_files
        for fault in order_faults(path.read_text())
    ]

    assert [] == found


def test_no_number_of_a_code_is_used_twice_or_negative(pure_files, root):
    found = [
        f"{path.relative_to(root)}: {fault}"
        for path in pure_files
        for fault in number_faults(path.read_text())
    ]

    assert [] == found


def test_any_two_neighbouring_checks_swapped_are_reported(contract_files):
    for path in contract_files:
        assert all([*order_faults(text)] for text in swaps(path.read_text())), path


def test_a_swapped_pair_is_named():
    (swapped,) = swaps(SAMPLE)

    assert [] == [*order_faults(SAMPLE)]
    assert [*order_faults(swapped)] == [
        "transfer checks NOT_MEMBER before NOT_POSSESSOR; Code declares them otherwise"
    ]


def test_a_check_in_a_function_that_the_rule_calls_counts_at_its_call():
    source = SAMPLE + "\n\ndef lend(env, bill, command):\n"
    source += "    require(True, Code.NOT_MEMBER)\n    transfer(env, bill, command)\n"

    assert [*order_faults(source)] == [
        "lend checks NOT_MEMBER before NOT_POSSESSOR; Code declares them otherwise"
    ]


@pytest.mark.parametrize("value", [0, -1])
def test_a_number_that_is_taken_or_negative_is_named(value):
    source = SAMPLE.replace("NOT_MEMBER = 2", f"NOT_MEMBER = {value}")

    assert f"Code.NOT_MEMBER has the number {value}" in [*number_faults(source)]
