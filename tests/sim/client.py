"""Clients: people who act on what their node shows them, and ask again until they are answered."""

from dataclasses import dataclass, field

from sim.world import Unreachable

from quayledger.client.connection import check_receipt
from quayledger.contracts.consignment.container import LinkBill, Register
from quayledger.contracts.ebl.bill import (
    AcceptSurrender,
    Endorse,
    Issue,
    Order,
    RejectSurrender,
    Status,
    Surrender,
    Transfer,
)
from quayledger.contracts.tracking.batch import CommitBatch, GrantBatch
from quayledger.kernel.codec import b64
from quayledger.ledger import intent as intents

LIFETIMES_MS = (8_000, 30_000, 3_600_000)


@dataclass
class Attempt:
    """One intent that a client wants to happen; `bill` and `version` are what its signer saw."""

    client: str
    id: str
    submission: bytes
    bill: str | None = None
    version: int = 0
    done: bool = False
    tries: int = 0
    answers: list = field(default_factory=list)


class Client:
    """One person of one organisation."""

    def __init__(self, world, network, host, node, others, checks):
        self.world = world
        self.network = network
        self.host = host
        self.node = node
        self.party = node.party
        self.name = f"client {node.party}"
        self.open = []
        self.resting = False
        self._others = others
        self._checks = checks
        self._made = 0

    def act(self):
        """Do something, and something else a little later, until told to rest."""
        if self.resting:
            return
        self.world.after(self.world.between(100, 2_500), self.act)
        if not self.node.up:
            return
        try:
            for commands, bill in self._ideas():
                self._begin(commands, bill)
        except Unreachable:
            return

    def _ideas(self):
        """What the person wants now: the commands of each intent, and the bill it is about."""
        chance = self.world.chance
        bills = [
            record
            for name, record in sorted(self.node.node.follower.records().items())
            if name.startswith("ebl.bill/") and self._may_act(record)
        ]
        if bills and chance.random() < 0.8:
            bill = chance.choice(bills)
            return [([self._about(bill)], bill)]
        if self.party == "CARRIER" and chance.random() < 0.6:
            return [(self._issue(), None)]
        return [([command], None) for command in self._commit_and_grant()]

    def _may_act(self, bill):
        """Mostly people do what they may; sometimes they try what they may not."""
        mine = self.party == bill.possessor and bill.status is not Status.SURRENDERED
        return mine or self.world.chance.random() < 0.05

    def _about(self, bill):
        chance = self.world.chance
        to = chance.choice(self._others)
        if bill.status is not Status.ISSUED:
            answer = chance.choice((AcceptSurrender, RejectSurrender, RejectSurrender))
            return answer(by=self.party, bill=bill.id)
        if chance.random() < 0.1:
            return Surrender(by=self.party, bill=bill.id)
        kind = Endorse if chance.random() < 0.15 else Transfer
        return kind(by=self.party, bill=bill.id, to=to)

    def _issue(self):
        container, bill = self._fresh("C"), self._fresh("B")
        to = self.world.chance.choice(self._others)
        reference = b64(self.world.chance.randbytes(32))
        return [
            Register(
                by=self.party,
                container=container,
                number="MSKU0000000",
                consignments=(),
                parties={},
            ),
            LinkBill(by=self.party, container=container, bill=bill),
            Issue(
                by=self.party,
                bill=bill,
                reference=reference,
                shipper=to,
                order=Order.BLANK,
                entitled=None,
                to=to,
                document="D1",
                containers=(container,),
            ),
        ]

    def _commit_and_grant(self):
        """Two intents at once; nobody says which of them arrives first, and neither is stated."""
        batch, root = self._fresh("E"), b64(self.world.chance.randbytes(32))
        yield CommitBatch(by=self.party, batch=batch, root=root, count=1, first_ms=0, last_ms=0)
        yield GrantBatch(by=self.party, batch=batch, to=self.world.chance.choice(self._others))

    def _fresh(self, letter):
        self._made += 1
        return f"{letter}{self._made}-{self.party}"

    def _begin(self, commands, bill):
        expects = {} if bill is None else {f"ebl.bill/{bill.id}": bill.version}
        founded = self.host.founded
        lifetime_ms = self.world.chance.choice(LIFETIMES_MS)
        draft = founded.draft(*commands, expects=expects, lifetime_ms=lifetime_ms)
        attempt = Attempt(
            client=self.name,
            id=intents.payload_of(draft).id,
            submission=founded.sign(draft, f"{self.party}.title"),
            bill=bill and bill.id,
            version=bill.version if bill else 0,
        )
        self.open.append(attempt)
        self._ask(attempt)

    def _ask(self, attempt):
        """Send the intent; ask again if nothing comes, at last only now and then."""
        attempt.tries += 1
        self.network.send(
            self.name,
            "host",
            self.host.receive,
            attempt.submission,
            lambda a: self._reply(attempt, a),
        )
        if not attempt.done:
            wait_ms = 300 * min(attempt.tries, 20)
            self.world.after(wait_ms, self._again, attempt)

    def _again(self, attempt):
        if not attempt.done:
            self._ask(attempt)

    def _reply(self, attempt, answer):
        self._checks.answered(attempt, answer)
        self.network.send("host", self.name, self._hear, attempt, answer)

    def _hear(self, attempt, answer):
        """An answer arrives: check it, and sometimes ask once more much later."""
        if isinstance(answer, bytes):
            check_receipt(answer, self.host.founded.genesis.log_key)
        attempt.done = True
        if attempt.tries < 40 and self.world.chance.random() < 0.2:
            self.world.after(self.world.between(500, 30_000), self._ask, attempt)
