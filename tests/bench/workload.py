"""The workload of all benchmarks: a network with a ledger full of bills, and signed intents on them."""

import random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from quayledger.contracts.ebl.bill import Bill, Order, Transfer
from quayledger.contracts.membership.public import Founder, FoundingPerson, Genesis
from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import key
from quayledger.kernel.codec import b64, encode, sha256
from quayledger.ledger import intent as intents
from quayledger.ledger.chamber import seal
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.entry import openings
from quayledger.ledger.identity import x509
from quayledger.ledger.log.note import verifier_key

BATCH = 1_000
PARTIES = ("CARRIER", "BANK-A", "BANK-B", "BUYER")


class Bench:
    """A network with one signer a party and a ledger full of bills."""

    def __init__(self, folder, seed, bills=100_000):
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
        self.bills = {f"b{n}": self.bill(f"b{n}") for n in range(bills)}
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
        for at in range(0, len(ids), BATCH):
            writes = {key(Bill, id): self.bills[id] for id in ids[at : at + BATCH]}
            opened = openings(writes, b"\0" * 32)
            sealed = seal(b64(sha256(at.to_bytes(8, "big"))), (), intents.now_ms(), opened)
            book.append(sealed, opened, {}, encode((intents.SignedIntent("", ()), ())))
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
