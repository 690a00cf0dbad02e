"""Generated pages say what the code says."""

import subprocess
import sys


def test_the_reference_of_the_contracts_is_current(root):
    command = [sys.executable, "-m", "quayledger.edge.cli", "reference"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == (root / "docs" / "reference" / "contracts.md").read_text()
