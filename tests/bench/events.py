"""Device events: one signature over the root of 100 of them, beside one signature each.

`events.ratio` compares events a CPU-second, signed by the device and checked by the receiver.
"""

import statistics
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from quayledger.ledger.identity import x509
from quayledger.vault.events import Event, batch_root, salted

EVENTS = 100
BATCHES = 50
ROUNDS = 5
ES256 = ec.ECDSA(hashes.SHA256())


def leaves():
    events = [
        Event(
            id=f"reading-{n}", container="CSQU3054383", code="RDNG", classifier="ACT",
            time_ms=1_780_000_000_000 + n, offset_minutes=480, source="logger 7", note=f"{n} mC",
        )
        for n in range(EVENTS)
    ]  # fmt: skip
    return salted(events)


def singly(key, data):
    """Every event signed and checked by itself; events a CPU-second."""
    public = key.public_key()
    began = time.process_time()
    for leaf in data:
        public.verify(key.sign(leaf, ES256), leaf, ES256)
    return len(data) / (time.process_time() - began)


def together(key, data):
    """One signature over the root; the receiver computes the root anew."""
    public = key.public_key()
    began = time.process_time()
    for _ in range(BATCHES):
        signature = key.sign(batch_root(data).encode(), ES256)
        public.verify(signature, batch_root(data).encode(), ES256)
    return BATCHES * len(data) / (time.process_time() - began)


def figures(_):
    key, data = x509.new_key(), leaves()
    rounds = [(singly(key, data * 5), together(key, data)) for _ in range(ROUNDS)]
    return {
        "events.ratio": round(statistics.median(many / one for one, many in rounds), 1),
        "events.batched_per_cpu_s": round(statistics.median(many for _, many in rounds)),
    }
