"""A small network for ledger tests: three organisations, membership rules and one toy contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta
from msgspec.structs import replace

from quayledger.contracts.membership.public import (
    ORGANISATION,
    PERSON,
    Founder,
    FoundingPerson,
    Genesis,
    network_id,
)
from quayledger.durable import DISK
from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Party,
    Record,
    RefusalCode,
    Rule,
    Rulebook,
    require,
)
from quayledger.ledger import intent as intents
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.identity import x509
from quayledger.ledger.log.note import verifier_key

CrateId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "toy.crate"})]


class Status(StrEnum):
    KEPT = "KEPT"


class Code(RefusalCode):
    NOT_FOUND = 0, "no such crate"
    WRONG_STATUS = 1, "the crate is there already"
    NOT_KEEPER = 2, "only the keeper hands it on"


class Crate(Record, frozen=True, tag="toy.crate"):
    id: str
    keeper: Party
    maker: Party
    status: Status = Status.KEPT

    def relations(self) -> Mapping[str, Party | None]:
        return {"keeper": self.keeper, "maker": self.maker}


class Make(Command, frozen=True, tag="toy.MAKE"):
    crate: CrateId
    to: Party


class Hand(Command, frozen=True, tag="toy.HAND"):
    crate: CrateId
    to: Party


def make(_, __, command):
    return Crate(id=command.crate, keeper=command.to, maker=command.by)


def hand(_, crate, command):
    if command.crate == "cursed":
        raise ValueError("a rule that fails in a way that nobody thought of")
    require(crate.keeper == command.by, Code.NOT_KEEPER)
    return replace(crate, keeper=command.to)


TOY = Contract(
    "toy.crate",
    "crate",
    Code,
    (
        Rule(Make, None, Status.KEPT, "CrateMade", make),
        Rule(Hand, Status.KEPT, Status.KEPT, "CrateHanded", hand, stated=True),
    ),
    (),
    (Crate,),
    chain=True,
)

RULEBOOK = Rulebook((ORGANISATION, PERSON, TOY))


@dataclass
class World:
    """Keys of everybody, and a ledger in a folder."""

    folder: object
    genesis: Genesis
    people: dict
    authorities: dict
    log_key: Ed25519PrivateKey
    rulebook: Rulebook = RULEBOOK
    ledgers: list = field(default_factory=list)
    Make = Make
    Hand = Hand
    Crate = Crate
    Code = Code

    def open(self, disk=DISK, **options):
        ledger = EmbeddedLedger(
            self.folder, self.genesis, self.rulebook, self.log_key, disk, **options
        )
        self.ledgers.append(ledger)
        return ledger

    @property
    def network(self):
        return network_id(self.genesis)

    def draft(self, *commands, expects=None, network=None, **options):
        pairs = [(command, (expects or {}) if n == 0 else {}) for n, command in enumerate(commands)]
        return intents.draft(network or self.network, pairs, intents.now_ms(), **options)

    def sign(self, draft, *people):
        signatures = [intents.sign(draft.payload, p, self.people[p]) for p in people]
        return intents.complete(draft, signatures)

    def submission(self, *commands, by, expects=None, **options):
        return self.sign(self.draft(*commands, expects=expects, **options), *by)


def build(folder):
    now = intents.now_ms()
    log_key = Ed25519PrivateKey.generate()
    founders, people, keys, authorities = [], [], {}, {}
    for party in ("ALPHA", "BETA", "GAMMA"):
        authority = x509.new_key()
        certificate = x509.authority_certificate(party, authority, now)
        authorities[party] = (certificate, authority)
        founders.append(Founder(party, f"{party} Ltd", ("trader",), x509.der(certificate), "vault"))
        for role in ("clerk", "admin"):
            pseudonym = f"{party}.{role}"
            keys[pseudonym] = x509.new_key()
            person = x509.person_certificate(
                certificate, authority, pseudonym, keys[pseudonym].public_key(), now
            )
            people.append(FoundingPerson(pseudonym, party, (role,), x509.der(person)))
    key = verifier_key("toy-log", log_key.public_key())
    genesis = Genesis("toy", now, 2, key, tuple(founders), tuple(people))
    return World(folder, genesis, keys, authorities, log_key)
