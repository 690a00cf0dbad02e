"""Every dependency is argued for on one line, and the locks answer what is asked for."""

import re
import runpy
import shutil
import tomllib

import pytest

COLUMNS = 5
"""Dependency, why it, what it replaces, licence, last release."""


def name_of(requirement):
    """The bare name of a requirement such as `lxml>=6; python_version < "4"`."""
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def required(root):
    """The names of all direct dependencies: at run time, to build, to develop."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    extras = project["project"].get("optional-dependencies", {})
    groups = [project["project"]["dependencies"], project["build-system"]["requires"]]
    developers = (root / "requirements/dev.in").read_text().splitlines()
    groups += [*extras.values(), [line for line in developers if line and line[0] != "#"]]
    return {name_of(requirement) for group in groups for requirement in group}


def argued(text):
    """The names of the dependencies that have a complete line in a decision's table."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    complete = [row for row in rows if len(row) == COLUMNS and all(cell.strip() for cell in row)]
    return {row[0].strip(" `").lower() for row in complete}


@pytest.fixture(scope="session")
def lock(root):
    """The names that requirements/lock.py defines."""
    return runpy.run_path(str(root / "requirements/lock.py"))


def test_each_dependency_is_argued_for(root):
    decisions = "\n".join(p.read_text() for p in root.glob("docs/adr/*dependencies*.md"))

    assert set() == required(root) - argued(decisions)


def test_an_incomplete_line_argues_for_nothing():
    assert {"lxml"} == argued("| `lxml` | a | b | c | d |\n| `six` | a | | c | d |\n| `x` | a |")


def test_the_locks_are_current(root, lock):
    assert [] == lock["stale"](root)


def test_a_changed_requirement_makes_the_locks_stale(root, lock, tmp_path):
    (tmp_path / "requirements").mkdir()
    for name in ("pyproject.toml", lock["RUNTIME"], lock["DEV"], lock["DEV_INPUT"]):
        shutil.copy(root / name, tmp_path / name)
    assert [] == lock["stale"](tmp_path)

    developers = tmp_path / lock["DEV_INPUT"]
    developers.write_text(developers.read_text() + "another\n")
    assert [lock["DEV"]] == lock["stale"](tmp_path)

    project = tmp_path / "pyproject.toml"
    project.write_text(project.read_text().replace('"msgspec', '"msgspec-next'))
    assert [lock["RUNTIME"], lock["DEV"]] == lock["stale"](tmp_path)


def test_every_locked_file_is_pinned_by_hash(root, lock):
    for name in (lock["RUNTIME"], lock["DEV"]):
        text = (root / name).read_text().replace("\\\n", " ")
        pins = [line for line in text.splitlines() if line and not line.startswith("#")]

        assert pins
        assert [] == [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]
