"""Group commit: 1, 64 and 1,000 clients, each waiting for its receipt before it submits again.

Prints throughput and the waiting time of the middle and of the slowest hundredth, in milliseconds
of the clock on the wall, so they depend on what else the machine does.
"""

import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path

from workload import Bench

INTENTS = {1: 500, 64: 4_000, 1_000: 8_000}


def play(bench, clients, count):
    """Submit so many intents with so many under way at a time; seconds waited, seconds in all."""
    waiting = [data for _ in range(-(-count // 1_000)) for data, _ in bench.batch(1)][:count]
    began, waited, under_way = time.perf_counter(), [], {}
    while waiting or under_way:
        while waiting and len(under_way) < clients:
            future = bench.ledger.submit(waiting.pop(0))
            under_way[future] = time.perf_counter()
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        now = time.perf_counter()
        for future in done:
            future.result()
            waited.append(now - under_way.pop(future))
    return sorted(waited), time.perf_counter() - began


def figures(seed):
    found = {}
    for clients, count in INTENTS.items():
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), seed, bills=10_000)
            waited, took = play(bench, clients, count)
            bench.ledger.close()
        name = f"clients_{clients}"
        found[f"{name}.intents_per_s"] = round(count / took)
        found[f"{name}.p50_ms"] = round(waited[len(waited) // 2] * 1000, 2)
        found[f"{name}.p99_ms"] = round(waited[len(waited) * 99 // 100] * 1000, 2)
    return found
