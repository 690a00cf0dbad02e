"""What the tidy tests look at: this checkout, as git would commit it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def listed(*options):
    """The files that git lists, those that are gone from the folder left out."""
    out = subprocess.run(
        ["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, check=True
    ).stdout
    paths = [ROOT / name for name in out.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def root():
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def untracked():
    """Files that are neither committed nor ignored."""
    return listed("--others", "--exclude-standard")


@pytest.fixture(scope="session")
def tree(untracked):
    """Every file that is committed or would be by `git add --all`."""
    return sorted({*listed("--cached"), *untracked})


@pytest.fixture(scope="session")
def python_files(tree):
    """All Python sources."""
    return [path for path in tree if path.suffix == ".py"]


@pytest.fixture(scope="session")
def contract_files(python_files):
    """The modules that hold business rules."""
    return [path for path in python_files if path.is_relative_to(ROOT / "src/quayledger/contracts")]


@pytest.fixture(scope="session")
def pure_files(python_files, contract_files):
    """The modules whose results must be equal on every machine: kernel and contracts."""
    kernel = ROOT / "src/quayledger/kernel"
    return [path for path in python_files if path.is_relative_to(kernel)] + contract_files
