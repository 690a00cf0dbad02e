"""Takes one `require` at a time out of a contract: that contract's own tests must turn red.

By default the bill alone, because every guard costs a run; `GUARDS=all` tries every contract.
"""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "src/quayledger/contracts"
SAMPLE = "ebl/bill.py"


def guards(source):
    """First line, last line, indentation and condition of every `require` statement."""
    return [
        (node.lineno, node.end_lineno, node.col_offset, ast.unparse(node.value))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", None) == "require"
    ]


def without(source, first, last, indent):
    """The source with the statement on these lines replaced by nothing."""
    lines = source.splitlines()
    return "\n".join([*lines[: first - 1], " " * indent + "pass", *lines[last:], ""])


def chosen():
    """The contracts to try: path below contracts, and the name of the test file."""
    everything = os.environ.get("GUARDS") == "all"
    pattern = "*/*.py" if everything else SAMPLE
    for path in sorted(CONTRACTS.glob(pattern)):
        if guards(path.read_text()):
            yield path.relative_to(CONTRACTS), f"test_{path.parent.name}_{path.stem}.py"


CASES = [
    pytest.param(contract, test, guard, id=f"{contract}:{guard[0]} {guard[3]}")
    for contract, test in chosen()
    for guard in guards((CONTRACTS / contract).read_text())
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the sources and the contract tests, to be broken."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("src", "tests/contract"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def pytest_status(folder, test):
    """Exit status of a contract's tests in the copy: 0 all passed, 1 some failed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    # Stale bytecode would hide a change that keeps a file's size and second.
    environment = inherited | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, f"tests/contract/{test}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    return run.returncode


@pytest.mark.parametrize("test", sorted({test for _, test in chosen()}))
def test_the_untouched_copy_passes(copy, test):
    assert 0 == pytest_status(copy, test)


@pytest.mark.parametrize(("contract", "test", "guard"), CASES)
def test_without_this_guard_a_test_fails(copy, contract, test, guard):
    source = (CONTRACTS / contract).read_text()
    target = copy / "src/quayledger/contracts" / contract
    target.write_text(without(source, *guard[:3]))
    try:
        assert 1 == pytest_status(copy, test)
    finally:
        target.write_text(source)


def test_a_guard_of_several_lines_is_taken_out_whole():
    source = "def rule():\n    require(\n        a,\n        Code.B,\n    )\n    return c\n"
    (guard,) = guards(source)

    assert "def rule():\n    pass\n    return c\n" == without(source, *guard[:3])
