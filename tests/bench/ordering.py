"""Ordering intents: accepted signatures a CPU-second, as a ratio to bare verification.

A ledger holds 100,000 bills; intents each transfer one bill (`ledger.ratio`) or three
(`ledger.ratio_3`), chosen uniformly, each stating the version seen, each heard by four parties;
batches of 1,000 take the whole path to a durable commit. Everything is signed before the clock
starts.
"""

import gc
import statistics
import tempfile
import time
from pathlib import Path

from baseline import verify_rate
from workload import BATCH, Bench

ROUNDS = 5


def measure(bench, commands):
    """Signatures accepted a CPU-second, and intents a signature, for one batch."""
    batch = bench.batch(commands)
    signatures = sum(count for _, count in batch)
    gc.collect()
    began = time.process_time()
    answers = bench.ledger._ordering.order([data for data, _ in batch])
    took = time.process_time() - began
    if not all(isinstance(answer, bytes) for answer in answers):
        raise SystemExit("bench: an intent was refused, the figures mean nothing")
    return signatures / took, BATCH / signatures


def figures(seed):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed)
        gc.freeze()
        ratios, ratios_3, intents_s, verifies = [], [], [], []
        measure(bench, 1)  # Warm-up, not counted.
        for _ in range(ROUNDS):
            rate = verify_rate()
            verifies.append(rate)
            one, per_signature = measure(bench, 1)
            ratios.append(one / rate)
            intents_s.append(one * per_signature)
            ratios_3.append(measure(bench, 3)[0] / rate)
        bench.ledger.close()
    return {
        "ledger.ratio": round(statistics.median(ratios), 3),
        "ledger.ratio_3": round(statistics.median(ratios_3), 3),
        "ledger.intents_per_cpu_s": round(statistics.median(intents_s)),
        "ledger.p256_verify_per_cpu_s": round(statistics.median(verifies)),
    }
