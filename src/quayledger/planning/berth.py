"""Berth allocation: vessels that call, berths that take them, and what a plan costs.

The discrete dynamic problem: each call gets one berth and one start, no earlier than it arrives;
a berth takes one call at a time. The cost is the sum of weighted minutes from arrival to the end
of handling. All times are whole minutes from the beginning of the plan.
"""

import hashlib
from collections.abc import Mapping
from itertools import pairwise

import msgspec
from msgspec import Struct


class Call(Struct, frozen=True):
    """A vessel's call; `handling` is minutes a berth, a berth that is missing cannot take it."""

    id: str
    arrival: int
    handling: dict[str, int]
    weight: int = 1


class Berth(Struct, frozen=True):
    """A berth and the minutes between which it works."""

    id: str
    opens: int = 0
    closes: int = 1 << 40


class Instance(Struct, frozen=True):
    """A problem."""

    calls: tuple[Call, ...]
    berths: tuple[Berth, ...]


class Placement(Struct, frozen=True):
    """Where and when a call is handled."""

    call: str
    berth: str
    start: int
    end: int


class Infeasible(Exception):
    """A plan, or a problem, breaks a constraint; the text names it."""


def cost(instance: Instance, placements: tuple[Placement, ...]) -> int:
    """Weighted minutes from arrival to end, after checking the plan.

    Raises:
        Infeasible: If the plan leaves out a call or breaks a constraint.
    """
    calls = {call.id: call for call in instance.calls}
    berths = {berth.id: berth for berth in instance.berths}
    if sorted(one.call for one in placements) != sorted(calls):
        raise Infeasible("the plan does not have every call exactly once")
    for one in placements:
        _check(one, calls[one.call], berths)
    ordered = sorted(placements, key=lambda one: (one.berth, one.start))
    for before, after in pairwise(ordered):
        if before.berth == after.berth and after.start < before.end:
            raise Infeasible(f"{before.call} and {after.call} overlap at berth {after.berth}")
    return sum(calls[one.call].weight * (one.end - calls[one.call].arrival) for one in placements)


def _check(one: Placement, call: Call, berths: Mapping[str, Berth]) -> None:
    if one.berth not in berths or one.berth not in call.handling:
        raise Infeasible(f"{one.call} may not lie at berth {one.berth}")
    if one.start < call.arrival:
        raise Infeasible(f"{one.call} begins before it arrives")
    if one.end - one.start != call.handling[one.berth]:
        raise Infeasible(f"{one.call} is not handled for as long as berth {one.berth} takes")
    berth = berths[one.berth]
    if one.start < berth.opens or one.end > berth.closes:
        raise Infeasible(f"{one.call} lies at berth {one.berth} while it is closed")


def digest(value: Instance | tuple[Placement, ...]) -> bytes:
    """The SHA-256 of the canonical JSON of a problem or a plan."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).digest()
