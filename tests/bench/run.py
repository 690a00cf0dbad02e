"""Benchmarks of the ledger: figures per CPU-second, as ratios to bare signature checks.

The workload: a ledger that holds 100,000 bills; intents that each transfer one bill (`ledger.ratio`)
or three (`ledger.ratio_3`), chosen uniformly, each stating the version seen, each heard by four
parties; batches of 1,000 through the whole path to a durable commit. Everything is signed before
the clock starts. The baseline is P-256 verification of a 700-byte message with the key loaded.
"""

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from quayledger.contracts.ebl.bill import Bill, Order, Transfer
from quayledger.contracts.membership.public import Founder, FoundingPerson, Genesis
from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import Outcome, key
from quayledger.kernel.codec import b64, encode, sha256
from quayledger.ledger import intent as intents
from quayledger.ledger.chamber import Sealed
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.entry import make_entry, openings, signatures_hash, write_pairs
from quayledger.ledger.identity import x509
from quayledger.ledger.log.note import verifier_key

BILLS = 100_000
BATCH = 1_000
ROUNDS = 5
PARTIES = ("CARRIER", "BANK-A", "BANK-B", "BUYER")


class Bench:
    """A network with one signer a party and a ledger full of bills."""

    def __init__(self, folder, seed):
        self.chance = random.Random(seed)
        now = intents.now_ms()
        founders, people, self.keys = [], [], {}
        for party in PARTIES:
            authority = x509.new_key()
            certificate = x509.authority_certificate(party, authority, now)
            founders.append(Founder(party, party, (), x509.der(certificate), ""))
            person, self.keys[party] = f"{party}.1", x509.new_key()
            own = x509.person_certificate(
                certificate, authority, person, self.keys[party].public_key(), now
            )
            people.append(FoundingPerson(person, party, ("title",), x509.der(own)))
        log = Ed25519PrivateKey.generate()
        self.genesis = Genesis(
            "bench", now, 3, verifier_key("bench", log.public_key()), tuple(founders), tuple(people)
        )
        self.ledger = EmbeddedLedger(folder, self.genesis, RULEBOOK, log)
        self.bills = {f"b{n}": self.bill(f"b{n}") for n in range(BILLS)}
        self.fill()

    def bill(self, id):
        return Bill(
            id=id,
            carrier="CARRIER",
            shipper="BUYER",
            order=Order.TO_ORDER,
            possessor="BANK-A",
            title_holder="BUYER",
            document=id,
            containers=(id,),
            version=1,
        )

    def fill(self):
        """Put the bills into the ledger, a thousand an entry, as a restored ledger would have them."""
        book, ids = self.ledger._book, list(self.bills)
        for at in range(0, BILLS, BATCH):
            writes = {key(Bill, id): self.bills[id] for id in ids[at : at + BATCH]}
            opened = openings(writes, b"\0" * 32)
            digest, pairs = b64(sha256(at.to_bytes(8, "big"))), write_pairs(opened)
            entry = make_entry(digest, signatures_hash(()), intents.now_ms(), pairs)
            sealed = Sealed(entry, pairs, Outcome((), writes, {}, {}), opened)
            book.append(sealed, encode((intents.SignedIntent("", ()), ())))
        book.commit(intents.now_ms())

    def batch(self, commands):
        """A batch of signed intents, each with so many commands on as many bills."""
        chosen = self.chance.sample(list(self.bills), BATCH * commands)
        return [self.intent(chosen[at : at + commands]) for at in range(0, len(chosen), commands)]

    def intent(self, ids):
        bills = [self.bills[id] for id in ids]
        pairs, askers = [], []
        for bill in bills:
            to = "BANK-B" if bill.possessor == "BANK-A" else "BANK-A"
            command = Transfer(by=bill.possessor, bill=bill.id, to=to)
            pairs.append((command, {key(Bill, bill.id): bill.version}))
            askers.append(bill.possessor)
            self.bills[bill.id] = replace(bill, possessor=to, version=bill.version + 1)
        draft = intents.draft(self.ledger.network, pairs, intents.now_ms())
        signers = dict.fromkeys(askers)
        return intents.complete(
            draft, [intents.sign(draft.payload, f"{one}.1", self.keys[one]) for one in signers]
        ), len(signers)

    def measure(self, commands):
        """Signatures accepted a CPU-second, for one batch."""
        batch = self.batch(commands)
        signatures = sum(count for _, count in batch)
        gc.collect()
        began = time.process_time()
        answers = self.ledger._ordering.order([data for data, _ in batch])
        took = time.process_time() - began
        if not all(isinstance(answer, bytes) for answer in answers):
            raise SystemExit("bench: an intent was refused, the figures mean nothing")
        return signatures / took, BATCH / signatures


def verify_rate(count=2_000):
    """P-256 verifications a CPU-second."""
    private = x509.new_key()
    message = bytes(700)
    signature = private.sign(message, ec.ECDSA(hashes.SHA256()))
    public, algorithm = private.public_key(), ec.ECDSA(hashes.SHA256())
    began = time.process_time()
    for _ in range(count):
        public.verify(signature, message, algorithm)
    return count / (time.process_time() - began)


def run(seed):
    """All figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed)
        gc.freeze()
        ratios, ratios_3, intents_s, verifies = [], [], [], []
        bench.measure(1)  # Warm-up, not counted.
        for _ in range(ROUNDS):
            rate = verify_rate()
            verifies.append(rate)
            one, per_signature = bench.measure(1)
            ratios.append(one / rate)
            intents_s.append(one * per_signature)
            ratios_3.append(bench.measure(3)[0] / rate)
        bench.ledger.close()
    return {
        "ledger.ratio": round(statistics.median(ratios), 3),
        "ledger.ratio_3": round(statistics.median(ratios_3), 3),
        "ledger.intents_per_cpu_s": round(statistics.median(intents_s)),
        "ledger.p256_verify_per_cpu_s": round(statistics.median(verifies)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    figures = run(options.seed)
    sys.stdout.write(
        f"seed {options.seed}, {BILLS} bills, batches of {BATCH}, median of {ROUNDS}\n"
    )
    for name, value in figures.items():
        sys.stdout.write(f"{name:32} {value}\n")
    if options.json:
        options.json.write_bytes(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
