"""Verifying a log: what entries, roots, content and signatures cost beside bare verification.

A bundle of 5,000 intents with one signature and their whole content; `verify.ratio` is the time a
signature over that of a bare verification (`quay verify`), `verify.rules_ratio` the same with the
rules run again, `verify.independent_ratio` that of `quayverify`.
"""

import statistics
import tempfile
import time
from pathlib import Path

from baseline import verify_rate
from workload import BATCH, Bench

import quayverify
from quayledger.contracts.rules import RULEBOOK
from quayledger.ledger import bundle

BATCHES = 5
ROUNDS = 5


def lines(bench):
    """A bundle of everything that was really signed."""
    ledger = bench.ledger
    start = len(ledger.entries(0, 1 << 20))
    for _ in range(BATCHES):
        ledger._ordering.order([data for data, _ in bench.batch(1)])
    contents = list(ledger.reading.everything(0, 1))
    for at in range(start, start + BATCHES * BATCH, BATCH):
        contents += ledger.reading.everything(at, BATCH)
    return list(bundle.export(ledger, bench.genesis, contents))


def figures(seed):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed, bills=5_000)
        held = lines(bench)
        bench.ledger.close()
    ways = {
        "verify.ratio": lambda: bundle.verify(held, RULEBOOK),
        "verify.rules_ratio": lambda: bundle.verify(held, RULEBOOK, rules=True),
        "verify.independent_ratio": lambda: quayverify.verify(held),
    }
    found = {name: [] for name in ways}
    for _ in range(ROUNDS):
        bare = BATCHES * BATCH / verify_rate()
        for name, way in ways.items():
            began = time.process_time()
            way()
            found[name].append((time.process_time() - began) / bare)
    return {name: round(statistics.median(values), 2) for name, values in found.items()}
