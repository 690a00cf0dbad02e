"""Virtual time and a bad network: everything that happens, in one thread, from one seed."""

import hashlib
import heapq
from random import Random

from kit.seeded import START_MS


class Violation(AssertionError):
    """Something happened that must never happen."""


class Unreachable(OSError):
    """The other side did not answer."""


class World:
    """The clock, what is yet to happen, and the trace of what happened."""

    def __init__(self, seed):
        self.seed = seed
        self.chance = Random(seed)
        self.time_ms = START_MS
        self.events = 0
        self.log = []
        self._waiting = []
        self._number = 0
        self._trace = hashlib.sha256()

    @property
    def trace(self):
        """The hash over every event so far."""
        return self._trace.hexdigest()

    def clock(self):
        return self.time_ms

    def after(self, delay_ms, action, *arguments):
        """Let something happen later; what is due at the same time happens in order."""
        self._number += 1
        heapq.heappush(
            self._waiting, (self.time_ms + int(delay_ms), self._number, action, arguments)
        )

    def run(self, until_ms):
        """Let everything happen that is due before a time."""
        while self._waiting and self._waiting[0][0] < until_ms:
            self.time_ms, _, action, arguments = heapq.heappop(self._waiting)
            self.events += 1
            action(*arguments)
        self.time_ms = until_ms

    def note(self, *words):
        """Add a line to the trace."""
        line = f"{self.time_ms - START_MS} {' '.join(map(str, words))}"
        self._trace.update(line.encode())
        self.log.append(line)

    def between(self, low, high):
        """A number that is more often near the low end."""
        return int(low * (high / low) ** self.chance.random())


class Network:
    """Loses, doubles, delays and so reorders messages, and cuts off whole groups."""

    def __init__(self, world):
        chance = world.chance
        self.world = world
        self.loss = chance.choice((0.0, 0.05, 0.2, 0.4))
        self.doubling = chance.choice((0.0, 0.1, 0.3))
        self.lateness = chance.choice((0.0, 0.02, 0.1))
        self.cut_off = frozenset()
        self.whole = False

    def heal(self):
        """From now on everything arrives, once and soon."""
        self.whole, self.cut_off = True, frozenset()

    def send(self, sender, receiver, action, *arguments):
        """Perhaps let an action happen at the receiver, perhaps more than once."""
        world, chance = self.world, self.world.chance
        if self.whole:
            world.after(chance.randrange(1, 50), action, *arguments)
            return
        if self._is_cut(sender, receiver) or chance.random() < self.loss:
            return
        for _ in range(1 + (chance.random() < self.doubling)):
            late = chance.random() < self.lateness
            world.after(
                world.between(2_000, 40_000) if late else world.between(1, 400), action, *arguments
            )

    def call(self, sender, receiver):
        """Whether a question gets its answer now.

        Raises:
            Unreachable: If it, or the answer, is lost.
        """
        if self.whole:
            return
        if self._is_cut(sender, receiver) or self.world.chance.random() < self.loss / 2:
            raise Unreachable

    def partition(self, names):
        """Cut a group off from the rest."""
        if not self.whole:
            self.cut_off = frozenset(names)

    def _is_cut(self, one, other):
        return (one in self.cut_off) != (other in self.cut_off)
