"""One run of each scenario, as `quay demo` runs it, for all tests that look at the result."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


def played(name, folder):
    out, data = folder / "out.json", folder / "network"
    command = [
        sys.executable, "-m", "quayledger.edge.cli", "demo", "--no-serve", "--json", str(out),
        "--data", str(data), "--scenario", str(ROOT / "scenarios" / name),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert out.exists(), done.stdout + done.stderr
    return SimpleNamespace(
        status=done.returncode, text=done.stdout, out=json.loads(out.read_bytes()), data=data
    )


@pytest.fixture(scope="session")
def rotterdam(tmp_path_factory):
    """The main scenario, played."""
    return played("shekou-rotterdam", tmp_path_factory.mktemp("rotterdam"))


@pytest.fixture(scope="session")
def nansha(tmp_path_factory):
    """The second scenario, played: other parties, ports, goods, currency and amounts."""
    return played("santos-nansha", tmp_path_factory.mktemp("nansha"))
