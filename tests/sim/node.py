"""Nodes: the real node over a ledger that often does not answer, with its stores in memory.

What a node has taken in is durable, as its read model is; everything else is gone at a crash.
"""

from functools import partial

import pytest
from sim.world import Unreachable, Violation

from quayledger.app import node as real
from quayledger.contracts.rules import RULEBOOK
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import read_delivery


class Closed:
    """A store that the simulation has no use for."""

    def __init__(self, *_):
        pass

    def close(self):
        pass


class Taken:
    """What a node's read model keeps: each cursor once, in order."""

    def __init__(self):
        self.rows = []

    def take(self, cursor, checked):
        if self.rows and cursor <= self.rows[-1][0]:
            raise Violation(f"cursor {cursor} is taken in twice")
        self.rows.append((cursor, [one.data for one in checked]))

    def deliveries(self):
        return [data for _, deliveries in self.rows for data in deliveries]

    def cursor(self):
        return self.rows[-1][0] if self.rows else 0

    def close(self):
        pass


class Reached:
    """The ledger's port over the simulated network."""

    def __init__(self, host, name, network_id):
        self._host = host
        self._name = name
        self.network = network_id

    def checkpoint(self):
        return self._host.reached(self._name).checkpoint()

    def entries(self, start, limit):
        return self._host.reached(self._name).entries(start, self._at_most(limit))

    def feed(self, party, after, limit):
        return self._host.reached(self._name).feed(party, after, self._at_most(limit))

    def _at_most(self, limit):
        """A host may hand out less than it was asked for."""
        return min(limit, self._host.world.chance.choice((1, 3, 10, 1000)))


class OrganisationNode:
    """One organisation's node as a process that crashes and follows again."""

    def __init__(self, world, host, party, vault_key, checks):
        self.world = world
        self.party = party
        self.name = f"node {party}"
        self.up = False
        self.node = None
        self._ledger = Reached(host, self.name, host.founded.network)
        self._genesis = host.founded.genesis
        self._vault_key = vault_key
        self._taken = Taken()
        self._checks = checks

    def start(self):
        """Check everything that was taken in before, and follow on."""
        if self.up:
            return
        with pytest.MonkeyPatch.context() as patch:
            for store in ("Vault", "EventStore", "Journal"):
                patch.setattr(real, store, Closed)
            patch.setattr(real, "Projection", lambda _: self._taken)
            build = partial(real.Node, self.party, _Folder(), self._ledger, self._genesis)
            try:
                self.node = build(RULEBOOK, self._vault_key, None)
            except Unreachable:
                self.world.after(self.world.between(100, 2_000), self.start)
                return
            except Alarm as alarm:
                raise Violation(f"{self.name} alarms at start: {alarm}") from alarm
        self.up = True
        self.world.note(self.name, "up", self.node.follower.chronicle.tree.size)

    def crash(self):
        if self.up:
            self.world.note(self.name, "down")
            self.up, self.node = False, None
            self.world.after(self.world.between(50, 4_000), self.start)

    def follow(self):
        """Sync now and then, for ever."""
        self.world.after(self.world.between(200, 3_000), self.follow)
        if self.up:
            self.sync()

    def sync(self):
        """Whether the node reached the host."""
        try:
            self.node.sync()
        except Unreachable:
            return False
        except Alarm as alarm:
            raise Violation(f"{self.name} alarms: {alarm}") from alarm
        finally:
            self._checks.seen(self)
        return True

    def delivered(self):
        """Everything that the node has taken in."""
        return [read_delivery(data) for data in self._taken.deliveries()]


class _Folder:
    """Stands for a folder in which nothing lies."""

    def __truediv__(self, _):
        return self
