"""What the commands answer to people who bring something wrong."""

import subprocess
import sys

import pytest


def quay(*words):
    command = [sys.executable, "-m", "quayledger.edge.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_that_is_no_bundle_is_unusable(tmp_path):
    file = tmp_path / "x"
    file.write_text("hello\n")
    done = quay("verify", file, "--json")

    assert 2 == done.returncode
    assert '"sound":false' in done.stdout


def test_a_bundle_of_another_network_is_not_accepted(rotterdam):
    done = quay("verify", rotterdam.out["bundle"], "--network", "other.00")

    assert 1 == done.returncode
    assert "of network shekou-rotterdam." in done.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [("name = 3", "scenario.toml"), ("x = [", "scenario.toml"), (None, "scenario.toml")],
)
def test_a_folder_that_is_no_scenario_is_named(tmp_path, text, reason):
    if text is not None:
        (tmp_path / "scenario.toml").write_text(text)
    done = quay("demo", "--no-serve", "--scenario", tmp_path)

    assert 2 == done.returncode
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_network_cannot_be_served_or_verified(tmp_path):
    (tmp_path / "p").write_text("x")
    served = quay("serve", "--data", tmp_path, "--passphrase-file", tmp_path / "p")

    assert 2 == served.returncode == quay("verify", tmp_path).returncode
    assert "holds no network" in served.stderr
