"""Who may import whom, where import-linter cannot say it."""

import ast
import sys

import pytest

CONTRACTS = ("quayledger", "contracts")


def names_imported(source):
    """Line and full dotted name of everything that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def trespasses(module, source):
    """Imports by one contract module of another's inside."""
    for line, name in names_imported(source):
        parts = tuple(name.split("."))
        if name.startswith("."):
            yield f"line {line} imports {name}; write the full name"
        elif parts[:2] == CONTRACTS and parts[2:3] != (module,) and parts[3:4] != ("public",):
            yield f"line {line} imports {name}; only its public.py is open to other modules"


def foreign(source):
    """Imports of the verifier that are neither standard library nor cryptography."""
    allowed = {*sys.stdlib_module_names, "cryptography", "quayverify"}
    for line, name in names_imported(source):
        if name.split(".")[0] not in allowed:
            yield f"line {line} imports {name}"


def test_contract_modules_meet_only_through_public(contract_files, root):
    contracts = root / "src/quayledger/contracts"
    found = [
        f"{path.relative_to(root)} {fault}"
        for path in contract_files
        for fault in trespasses(path.relative_to(contracts).parts[0], path.read_text())
    ]

    assert [] == found


def test_the_independent_verifier_needs_only_the_standard_library_and_cryptography(
    python_files, root
):
    verifier = [path for path in python_files if "src/quayverify" in path.as_posix()]
    found = [
        f"{path.relative_to(root)} {fault}"
        for path in verifier
        for fault in foreign(path.read_text())
    ]

    assert [] == found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from quayledger.contracts.ebl.bill import Bill", 1),
        ("from quayledger.contracts.ebl import bill", 1),
        ("import quayledger.contracts.ebl.bill", 1),
        ("from quayledger.contracts import ebl", 1),
        ("from ..ebl.bill import Bill", 1),
        ("from quayledger.contracts.ebl.public import Bill", 0),
        ("from quayledger.contracts.ebl import public", 0),
        ("from quayledger.contracts.release.right import Right", 0),
        ("from quayledger.kernel import Bill", 0),
    ],
)
def test_a_way_around_public_is_reported(source, count):
    assert count == len([*trespasses("release", source)])


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import msgspec", 1),
        ("from quayledger.kernel import codec", 1),
        ("import hashlib, json", 0),
        ("from cryptography.hazmat.primitives import hashes", 0),
    ],
)
def test_a_foreign_import_of_the_verifier_is_reported(source, count):
    assert count == len([*foreign(source)])
