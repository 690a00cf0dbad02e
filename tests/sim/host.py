"""The ledger host as a process that crashes: the real engine, on a simulated disk and clock."""

from concurrent.futures import Future
from pathlib import Path

import apsw
from sim.disk import PowerCut, SimulatedDisk
from sim.world import Unreachable, Violation

from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import Malformed
from quayledger.ledger.embedded.host import EmbeddedLedger
from quayledger.ledger.embedded.writer import Ticket

FOLDER = Path("host")


class Desk:
    """The writer of a simulated host: what waits is ordered when the simulation says so."""

    def __init__(self, order):
        self._order = order
        self._waiting = []

    def submit(self, data):
        ticket = Ticket(data, Future())
        self._waiting.append(ticket)
        return ticket.answer

    def stop(self):
        pass

    def work(self):
        """Order everything that waits, as one batch; gives the answers and who waits for them."""
        batch, self._waiting = self._waiting, []
        answers = self._order([ticket.data for ticket in batch])
        return list(zip(batch, answers, strict=True))


class Host:
    """Orders, crashes, starts again, and has a clock that jumps."""

    name = "host"

    def __init__(self, world, network, founded, weaker):
        self.world = world
        self.network = network
        self.founded = founded
        self.disk = SimulatedDisk(**weaker)
        self.skew_ms = 0
        self.crashes = 0
        self.ledger = None
        self.desk = None
        self.opened = []
        self._busy = False
        self._replies = {}

    def clock(self):
        return self.world.time_ms + self.skew_ms

    def start(self):
        """Open what the disk holds."""
        if self.ledger is not None:
            return
        try:
            self.ledger = EmbeddedLedger(
                FOLDER,
                self.founded.genesis,
                RULEBOOK,
                self.founded.log_key,
                disk=self.disk,
                clock=self.clock,
                writer=self._seat,
            )
        except Malformed as malformed:
            raise Violation(f"the host cannot start again: {malformed}") from malformed
        self.world.note("host up", self.ledger.checkpoint().split("\n", 3)[1:3])
        for check in self.opened:
            check(self.ledger)

    def _seat(self, order):
        self.desk = Desk(order)
        return self.desk

    def crash(self):
        """Power is gone; so is everything that was not synced, and every question that waits."""
        if self.ledger is None:
            return
        self.crashes += 1
        self.world.note("host down")
        self.disk.crash(self.world.chance)
        self.ledger = self.desk = None
        self._busy = False
        self._replies.clear()
        self.world.after(self.world.between(50, 4_000), self.start)

    def receive(self, data, reply):
        """A submission arrives; `reply` is called with the answer, if there ever is one."""
        if self.ledger is None:
            return
        self._replies[self.ledger.submit(data)] = reply
        if not self._busy:
            self._busy = True
            self.world.after(self.world.chance.randrange(1, 20), self.work, self.ledger)

    def work(self, ledger):
        """Order what waits; the power may go at any write or sync, and before the answers."""
        if ledger is not self.ledger:
            return
        self._busy = False
        chance = self.world.chance
        if not self.network.whole and chance.random() < 0.04:
            self.disk.memory.fuse = chance.randrange(40)
        try:
            done = self.desk.work()
        except (PowerCut, apsw.Error):
            self.crash()
            return
        self.disk.memory.fuse = None
        self.world.note("ordered", len(done), ledger.checkpoint().split("\n", 3)[1:3])
        if not self.network.whole and chance.random() < 0.02:
            self.crash()
            return
        for ticket, answer in done:
            reply = self._replies.pop(ticket.answer)
            reply(answer)

    def reached(self, caller):
        """The ledger, as a caller reaches it now; it may have worked in between.

        Raises:
            Unreachable: If the host is down, or the network swallows question or answer.
        """
        self.network.call(caller, self.name)
        if self.world.chance.random() < 0.1 and self.desk is not None:
            self.work(self.ledger)
        if self.ledger is None:
            raise Unreachable
        return self.ledger
