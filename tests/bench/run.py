"""Benchmarks, as ratios to bare signature checks in the same run where that can be.

Each module says what it measures. `--only` takes names of modules; without it all of them run.
"""

import argparse
import sys
from pathlib import Path

import checking
import clients
import events
import msgspec
import ordering

MODULES = {module.__name__: module for module in (ordering, checking, events, clients)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=MODULES, nargs="*", default=list(MODULES))
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    found = {}
    for name in options.only:
        figures = MODULES[name].figures(options.seed)
        for figure, value in figures.items():
            sys.stdout.write(f"{figure:32} {value}\n")
            sys.stdout.flush()
        found |= figures
    if options.json:
        options.json.write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
