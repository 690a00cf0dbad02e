"""Kernel and contracts give equal bytes on every machine: nothing in them may vary or look out."""

import ast

import pytest

PURE_MODULES = frozenset(
    "abc base64 binascii collections dataclasses decimal enum fractions functools hashlib hmac"
    " itertools json msgspec operator quayledger re string types typing unicodedata".split()
)
BANNED_CALLS = frozenset(
    "__import__ eval exec float hash id input open print round compile breakpoint".split()
)
SET_METHODS = frozenset("difference intersection symmetric_difference union".split())
SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub)
KEEPS_ORDER = frozenset("list tuple iter enumerate map filter zip reversed fromkeys join".split())
FORGETS_ORDER = frozenset("all any frozenset len set sorted sum".split())


def called(node):
    """The last name of what is called, or None."""
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    return getattr(function, "attr", None) or getattr(function, "id", None)


def set_names(nodes):
    """Names of functions, fields and variables that these nodes declare to be sets."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and is_set_type(node.returns):
            names.add(node.name)
        if isinstance(node, ast.AnnAssign) and is_set_type(node.annotation):
            names.add(ast.unparse(node.target).split(".")[-1])
        if isinstance(node, ast.arg) and is_set_type(node.annotation):
            names.add(node.arg)
        if isinstance(node, ast.Assign) and is_set(node.value, frozenset()):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


def set_members(trees):
    """Methods and fields of classes that are sets: known by these names in other files too."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return set_names(member for node in classes for member in node.body)


def is_set_type(annotation):
    """Whether an annotation is `set[...]`, `frozenset[...]` or a relative of theirs."""
    text = ast.unparse(annotation).lower() if annotation else ""
    return text.split("[")[0].split(".")[-1] in {"set", "frozenset", "abstractset", "mutableset"}


def is_set(node, names):
    """Whether an expression gives a set, whose order depends on the hash seed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, SET_OPERATORS):
        return any(
            is_set(side, names) or called(side) == "keys" for side in (node.left, node.right)
        )
    known = called(node) or getattr(node, "attr", None) or getattr(node, "id", None)
    is_call = isinstance(node, ast.Call)
    built = is_call and known in {"set", "frozenset", *SET_METHODS}
    return isinstance(node, ast.Set | ast.SetComp) or built or known in names


def ordered_uses(tree):
    """Every expression whose order reaches the result."""
    orderless = {
        id(argument)
        for node in ast.walk(tree)
        if called(node) in FORGETS_ORDER
        for argument in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.Starred):
            yield node.iter if isinstance(node, ast.For) else node.value
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
            yield from (part.iter for part in node.generators if id(node) not in orderless)
        elif called(node) in KEEPS_ORDER:
            yield from node.args


def imported(node):
    """The top packages that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) and node.module else []


def variations(node):
    """What one node does that can differ between machines."""
    for name in imported(node):
        if name not in PURE_MODULES:
            yield f"imports {name}"
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) in BANNED_CALLS:
        yield f"calls {node.func.id}()"
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        yield f"has the float {node.value}"
    if isinstance(getattr(node, "op", None), ast.Div):
        yield "divides with /, which gives a float; use // and name the rounding"


def faults(source, names=frozenset()):
    """All that a source does which a deterministic module may not."""
    tree = ast.parse(source)
    names = names | set_names(ast.walk(tree))
    found = [(node.lineno, fault) for node in ast.walk(tree) for fault in variations(node)]
    found += [
        (node.lineno, f"depends on the order of a set: {ast.unparse(node)}")
        for node in ordered_uses(tree)
        if is_set(node, names)
    ]
    return [f"line {line} {fault}" for line, fault in sorted(set(found))]


def rule_with_clock(source):
    """The source with a look at the clock as the first act of its first function."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    first = min(functions, key=lambda node: node.lineno).body[0]
    lines = source.splitlines()
    lines.insert(first.lineno - 1, " " * first.col_offset + "import time; time.time()")
    return "\n".join(lines)


def test_kernel_and_contracts_hold_nothing_that_varies(pure_files, root):
    texts = {path: path.read_text() for path in pure_files}
    members = set_members([ast.parse(text) for text in texts.values()])
    found = [
        f"{path.relative_to(root)} {fault}"
        for path, text in texts.items()
        for fault in faults(text, members)
    ]

    assert "persons" in members  # `Env.persons` gives a set: not vacuous.
    assert [] == found


def test_a_clock_planted_in_any_contract_is_reported(contract_files):
    rules = [path.read_text() for path in contract_files if "require(" in path.read_text()]

    assert rules
    assert all("imports time" in " ".join(faults(rule_with_clock(text))) for text in rules)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import random", "imports random"),
        ("from datetime import UTC", "imports datetime"),
        ("import quayledger.kernel, os.path", "imports os"),
        ("rate = 1.5", "float 1.5"),
        ("rate = a / b", "divides with /"),
        ("rate = float(a)", "calls float()"),
        ("key = hash(a)", "calls hash()"),
        ("key = id(a)", "calls id()"),
        ("print(a)", "calls print()"),
        ("for x in {1, 2}: f(x)", "order of a set: {1, 2}"),
        ("for x in set(a): f(x)", "order of a set: set(a)"),
        ("out = [x for x in a.keys() & b]", "order of a set: a.keys() & b"),
        ("out = tuple({x for x in a})", "order of a set"),
        ("out = (*frozenset(a), 1)", "order of a set"),
        ("seen = set()\nfor x in seen: f(x)", "order of a set: seen"),
        ("def f() -> frozenset[str]: ...\nout = list(f())", "order of a set: f()"),
    ],
)
def test_each_way_to_vary_is_reported(source, fault):
    assert fault in " ".join(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "out = sorted({1, 2})",
        "good = all(x in a for x in {1, 2})",
        "good = x in {1, 2}",
        "out = a // b",
        "out = [x for x in a | b]",
    ],
)
def test_what_gives_one_result_everywhere_is_let_through(source):
    assert [] == faults(source)
