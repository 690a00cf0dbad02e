"""One seed instead of all chance: the same keys, certificates, ids, salts and signatures every time.

Only for tests: the product's own code runs, but it draws from a generator that anyone can repeat,
and signs as RFC 6979 says.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import pytest
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quayledger.contracts.membership.public import Founder, FoundingPerson, Genesis, network_id
from quayledger.ledger import intent as intents
from quayledger.ledger.identity import signature, x509
from quayledger.ledger.log.note import verifier_key

START_MS = 1_764_000_000_000
"""A moment in November 2025."""

_SIGN = certificates.CertificateBuilder.sign


@contextmanager
def seeded(chance, clock):
    """Let the product draw from `chance` and read `clock`, until the block ends."""

    def certify(builder, key, algorithm):
        return _SIGN(builder, key, algorithm, ecdsa_deterministic=True)

    def new_key(curve):
        return ec.derive_private_key(chance.getrandbits(255) + 1, curve)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intents.secrets, "token_bytes", chance.randbytes)
        patch.setattr(intents.secrets, "randbits", chance.getrandbits)
        patch.setattr(intents, "now_ms", clock)
        patch.setattr(certificates, "random_serial_number", lambda: chance.getrandbits(128) + 1)
        patch.setattr(certificates.CertificateBuilder, "sign", certify)
        patch.setattr(ec, "generate_private_key", new_key)
        patch.setattr(signature, "_ES256", ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        yield


@dataclass(frozen=True)
class Founded:
    """A founding with everybody's keys."""

    genesis: Genesis
    people: dict
    log_key: Ed25519PrivateKey

    @property
    def network(self):
        return network_id(self.genesis)

    def draft(self, *commands, expects=None, now_ms=None, **options):
        """An intent; `expects` is stated with its first command."""
        stated = [
            (command, (expects or {}) if n == 0 else {}) for n, command in enumerate(commands)
        ]
        issued_ms = intents.now_ms() if now_ms is None else now_ms
        return intents.draft(self.network, stated, issued_ms, **options)

    def sign(self, draft, *people):
        signatures = [intents.sign(draft.payload, one, self.people[one]) for one in people]
        return intents.complete(draft, signatures)


def found(parties, roles, seed=0):
    """Found a network in which each party has one person a role, named `PARTY.role`."""
    chance = Random(seed)
    with seeded(chance, lambda: START_MS):
        log_key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        founders, people, keys = [], [], {}
        for party in parties:
            authority = x509.new_key()
            certificate = x509.authority_certificate(party, authority, START_MS)
            founders.append(Founder(party, f"{party} Ltd", (), x509.der(certificate), "vault"))
            for role in roles:
                pseudonym = f"{party}.{role}"
                keys[pseudonym] = x509.new_key()
                public = keys[pseudonym].public_key()
                own = x509.person_certificate(certificate, authority, pseudonym, public, START_MS)
                people.append(FoundingPerson(pseudonym, party, (role,), x509.der(own)))
        log = verifier_key("seeded-log", log_key.public_key())
        genesis = Genesis("seeded", START_MS, 2, log, tuple(founders), tuple(people))
    return Founded(genesis, keys, log_key)
