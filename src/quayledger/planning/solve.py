"""Solving berth allocation: first come first served as the baseline, then branch and bound.

The search places calls in order of their starts and keeps the cheapest frontier on a heap; a call
still to come costs at least its shortest handling after the first berth is free. Found with the
heap's order, the first complete plan is optimal. Beyond its budget of nodes the search gives the
best plan that it knows and the bound that it has proved.
"""

import heapq
from typing import Final

from msgspec import Struct

from quayledger.planning.berth import Berth, Call, Infeasible, Instance, Placement, cost

BUDGET: Final = 300_000


class Solution(Struct, frozen=True):
    """A plan, its cost, what first come first served costs, and a proven lower bound."""

    placements: tuple[Placement, ...]
    cost: int
    fcfs_cost: int
    lower_bound: int

    @property
    def proven(self) -> bool:
        """Whether no plan can be cheaper."""
        return self.cost == self.lower_bound


def first_come_first_served(instance: Instance) -> tuple[Placement, ...]:
    """Each call in order of arrival, at the berth where it ends first.

    Raises:
        Infeasible: If a call fits nowhere.
    """
    free = {berth.id: berth.opens for berth in instance.berths}
    placements = []
    for call in sorted(instance.calls, key=lambda one: (one.arrival, one.id)):
        options = [_place(call, berth, free[berth.id]) for berth in instance.berths]
        fitting = [one for one in options if one is not None]
        if not fitting:
            raise Infeasible(f"{call.id} fits at no berth in order of arrival")
        chosen = min(fitting, key=lambda one: (one.end, one.berth))
        free[chosen.berth] = chosen.end
        placements.append(chosen)
    return tuple(placements)


def solve(instance: Instance, budget: int = BUDGET) -> Solution:
    """The cheapest plan that is found within a budget of search nodes, with a proven bound.

    Raises:
        Infeasible: If first come first served finds no plan to begin with.
    """
    baseline = first_come_first_served(instance)
    fcfs = cost(instance, baseline)
    search = _Search(instance, baseline, fcfs)
    bound = search.run(budget)
    return Solution(search.best, search.best_cost, fcfs, bound)


def _place(call: Call, berth: Berth, free: int) -> Placement | None:
    """The call at a berth as soon as both are ready, None if it cannot lie there."""
    if berth.id not in call.handling:
        return None
    start = max(call.arrival, free)
    end = start + call.handling[berth.id]
    return Placement(call.id, berth.id, start, end) if end <= berth.closes else None


class _Search:
    """Best-first search over partial plans."""

    def __init__(self, instance: Instance, best: tuple[Placement, ...], best_cost: int) -> None:
        self.calls = sorted(instance.calls, key=lambda one: (one.arrival, one.id))
        self.berths = instance.berths
        self.best = best
        self.best_cost = best_cost
        self.shortest = [min(call.handling.values()) for call in self.calls]

    def run(self, budget: int) -> int:
        """Search; gives the proven lower bound."""
        free = tuple(berth.opens for berth in self.berths)
        heap: list[tuple[int, int, int, tuple[int, ...], int, tuple[Placement, ...]]] = []
        whole = (1 << len(self.calls)) - 1
        first = self.rest(0, free)
        heapq.heappush(heap, (first, 0, 0, free, 0, ()))
        seen: dict[tuple[int, tuple[int, ...], int], int] = {}
        count = 0
        while heap and count < budget:
            bound, _, done, free, spent, placed = heapq.heappop(heap)
            if bound >= self.best_cost:
                return self.best_cost
            if done == whole:
                self.best, self.best_cost = placed, spent
                return spent
            for node in self.branch(done, free, spent, placed):
                key = (node[2], node[3], node[5][-1].start)
                if node[0] < self.best_cost and node[4] < seen.get(key, 1 << 62):
                    seen[key] = node[4]
                    count += 1
                    heapq.heappush(heap, (node[0], -count, *node[2:]))
        return heap[0][0] if heap else self.best_cost

    def branch(
        self, done: int, free: tuple[int, ...], spent: int, placed: tuple[Placement, ...]
    ) -> list[tuple[int, int, int, tuple[int, ...], int, tuple[Placement, ...]]]:
        """All ways to place one more call that starts no earlier than the last one placed."""
        latest = placed[-1].start if placed else 0
        nodes = []
        for number, call in enumerate(self.calls):
            if done >> number & 1:
                continue
            for place, berth in enumerate(self.berths):
                one = _place(call, berth, free[place])
                if one is None or one.start < latest:
                    continue
                after = (*free[:place], one.end, *free[place + 1 :])
                now = spent + call.weight * (one.end - call.arrival)
                bound = now + self.rest(done | 1 << number, after)
                nodes.append((bound, 0, done | 1 << number, after, now, (*placed, one)))
        return nodes

    def rest(self, done: int, free: tuple[int, ...]) -> int:
        """What the calls that are not placed yet cost at the least."""
        first = min(free)
        return sum(
            call.weight * (max(call.arrival, first) + self.shortest[number] - call.arrival)
            for number, call in enumerate(self.calls)
            if not done >> number & 1
        )
