"""Writes the hash-locked requirements, or with --check says whether they are current.

`runtime.txt` is what installing and running take, `dev.txt` adds `dev.in`. Each lock begins with
a fingerprint of what was asked for, so the check needs no network.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
RUNTIME: Final = "requirements/runtime.txt"
DEV: Final = "requirements/dev.txt"
DEV_INPUT: Final = "requirements/dev.in"
COMPILE: Final = (
    "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes"
    " --no-emit-index-url --no-annotate --no-header --no-strip-extras"
).split()


def wanted(root: Path, lock: str) -> list[str]:
    """The requirements that a lock must answer, as people wrote them."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["build-system"]["requires"]
    if lock == DEV:
        lines = (root / DEV_INPUT).read_text().splitlines()
        asked += [line for line in lines if line and not line.startswith("#")]
    return sorted(asked)


def header(root: Path, lock: str) -> str:
    """The first lines of a current lock."""
    fingerprint = hashlib.sha256(json.dumps(wanted(root, lock)).encode()).hexdigest()
    return f"# Written by `make lock`; do not edit.\n# Answers sha256:{fingerprint}\n"


def stale(root: Path) -> list[str]:
    """The locks that do not answer what pyproject.toml and dev.in ask for now."""
    return [lock for lock in (RUNTIME, DEV) if not _begins(root / lock, header(root, lock))]


def _begins(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text().startswith(text)


def write(root: Path, lock: str, *options: str) -> None:
    """Resolve anew, keeping the versions that the lock names unless an option says otherwise."""
    command = [*COMPILE, *options, "--output-file", lock, "-"]
    asked = "\n".join(wanted(root, lock))
    subprocess.run(command, cwd=root, input=asked, text=True, check=True, stdout=subprocess.DEVNULL)
    path = root / lock
    path.write_text(header(root, lock) + path.read_text())


def main(arguments: list[str]) -> None:
    """Run the command line; other options than --check go to the resolver."""
    if arguments == ["--check"]:
        old = stale(ROOT)
        sys.exit(f"not current: {', '.join(old)}; run `make lock`" if old else 0)
    write(ROOT, RUNTIME, *arguments)
    write(ROOT, DEV, "--constraint", RUNTIME, *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
