"""One run from one seed, and the command that runs many: `python -m sim.run --seeds 2000`."""

import argparse
import gc
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from kit.seeded import found, seeded
from sim.checks import Checks, converged
from sim.client import Client
from sim.host import Host
from sim.node import OrganisationNode
from sim.witness import Witness
from sim.world import Network, Violation, World

from quayledger.ledger import admission
from quayledger.ledger.identity import directory
from quayledger.ledger.identity import signature as signatures
from quayledger.ledger.log import checkpoint

PARTIES = ("CARRIER", "SELLER", "BANK", "BUYER")
TROUBLE_MS = 10_000
"""How long the trouble lasts, in virtual time."""
PEACE_MS = 60_000
"""How soon after it everybody must agree."""
VAULT_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass(frozen=True)
class Summary:
    """What one run was like."""

    seed: int
    trace: str
    events: int
    accepted: int
    refused: int
    crashes: int
    log: tuple


class Run:
    """Everybody of one run."""

    def __init__(self, seed, weaker):
        world = self.world = World(seed)
        self.network = Network(world)
        self.checks = Checks()
        self.host = Host(world, self.network, founded(), weaker)
        self.host.opened.append(self.checks.opened)
        self.nodes = [
            OrganisationNode(world, self.host, party, VAULT_KEY, self.checks) for party in PARTIES
        ]
        self.witnesses = [
            Witness(world, self.network, self.host, f"witness {number}") for number in (1, 2)
        ]
        for witness in self.witnesses:
            witness.others = [other for other in self.witnesses if other is not witness]
        self.clients = [
            Client(world, self.network, self.host, node, _others(node.party), self.checks)
            for node in self.nodes
        ]

    def go(self):
        """Trouble, then peace; gives the run's summary.

        Raises:
            Violation: If anything happened that must never happen.
        """
        world, chance = self.world, self.world.chance
        self.host.start()
        for node in self.nodes:
            world.after(chance.randrange(500), node.start)
            world.after(chance.randrange(1_000), node.follow)
        for witness in self.witnesses:
            world.after(chance.randrange(1_000), witness.look)
        for client in self.clients:
            world.after(chance.randrange(2_000), client.act)
        world.after(1_000, self._trouble)
        start_ms = world.time_ms
        world.run(start_ms + TROUBLE_MS)
        self._make_peace()
        until_ms = world.time_ms + PEACE_MS
        while not self._converged():
            if world.time_ms >= until_ms:
                raise Violation(f"no agreement {PEACE_MS // 1000} s after the network healed")
            world.run(world.time_ms + 2_000)
        self.checks.finish(self.host, self.nodes, self.witnesses)
        accepted, refused = len(self.checks.receipts), len(self.checks.refused)
        crashes = self.host.crashes
        return Summary(
            world.seed, world.trace, world.events, accepted, refused, crashes, tuple(world.log)
        )

    def _trouble(self):
        world, chance = self.world, self.world.chance
        if self.network.whole:
            return
        world.after(world.between(400, 6_000), self._trouble)
        trouble = chance.randrange(5)
        if trouble == 0:
            self.host.crash()
        elif trouble == 1:
            chance.choice(self.nodes).crash()
        elif trouble == 2:
            names = [one.name for one in (*self.nodes, *self.witnesses, *self.clients, self.host)]
            self.network.partition(name for name in names if chance.random() < 0.4)
            world.after(world.between(500, 8_000), self.network.partition, ())
        else:
            self.host.skew_ms = chance.choice((-1, 1)) * world.between(1, 600_000)
            world.note("clock", self.host.skew_ms)

    def _make_peace(self):
        self.world.note("peace")
        self.network.heal()
        for client in self.clients:
            client.resting = True

    def _converged(self):
        attempts = [attempt for client in self.clients for attempt in client.open]
        return converged(self.host, self.nodes, self.witnesses, attempts)


def _others(party):
    return [other for other in PARTIES if other != party]


@cache
def founded():
    """The network of every run."""
    return found(PARTIES, ("title",))


def simulate(seed, **weaker):
    """Run one seed; `weaker` pragmas are a negative control.

    Raises:
        Violation: If anything happened that must never happen.
    """
    run = Run(seed, weaker)
    with seeded(Random(f"products {seed}"), run.world.clock), remembered():
        try:
            return run.go()
        except Violation as violation:
            violation.add_note(f"seed {seed}: make sim SEEDS=1 FIRST={seed} shows it again")
            raise
        finally:
            run.host.disk.close()
            gc.unfreeze()  # The engine froze what it loaded; here it comes and goes.


@contextmanager
def remembered():
    """Check the same signature over the same bytes only once: every node checks every one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directory, "load_public", _load_public)
        patch.setattr(admission, "verify", _verify)
        patch.setattr(checkpoint, "open_note", _open_note)
        yield


_load_public = cache(directory.load_public)
_open_note = lru_cache(4096)(checkpoint.open_note)
_verified = {}


def _verify(key, signature, message):
    known = id(key), signature, message  # A key that was loaded stays, so its number is its own.
    if known not in _verified:
        if len(_verified) > 4096:
            _verified.clear()
        _verified[known] = signatures.verify(key, signature, message)
    return _verified[known]


def main():
    """Run seeds one after the other; print the first that fails and end with 1."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=2000)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--show", action="store_true", help="print every event")
    chosen, began, runs = options.parse_args(), time.monotonic(), []
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        runs.append(simulate(seed))
        if chosen.show:
            sys.stdout.write("\n".join(runs[-1].log) + f"\ntrace {runs[-1].trace}\n")
    seconds = time.monotonic() - began
    totals = (
        f"{sum(run.events for run in runs)} events, {sum(run.accepted for run in runs)} accepted,"
        f" {sum(run.refused for run in runs)} refused, {sum(run.crashes for run in runs)} host crashes"
    )
    sys.stdout.write(
        f"{len(runs)} seeds from {chosen.first}: {totals}; no violation; {seconds:.1f} s\n"
    )


if __name__ == "__main__":
    main()
