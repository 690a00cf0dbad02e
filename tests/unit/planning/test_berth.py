"""Berth plans: optimal where brute force can tell, never below a known bound, always checked."""

import csv
import tarfile
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.planning.berth import Berth, Call, Infeasible, Instance, Placement, cost
from quayledger.planning.solve import first_come_first_served, solve

BERTHS = (Berth("A"), Berth("B", opens=5))


def brute_force(instance):
    """The least cost over all assignments and all orders at every berth."""
    best = None
    names = [berth.id for berth in instance.berths]
    for order in permutations(instance.calls):
        for chosen in product(names, repeat=len(order)):
            free = {berth.id: berth.opens for berth in instance.berths}
            total = 0
            for call, berth in zip(order, chosen, strict=True):
                if berth not in call.handling:
                    break
                free[berth] = max(free[berth], call.arrival) + call.handling[berth]
                total += call.weight * (free[berth] - call.arrival)
            else:
                best = total if best is None else min(best, total)
    return best


calls = st.lists(
    st.builds(
        Call,
        id=st.just(""),
        arrival=st.integers(0, 20),
        handling=st.dictionaries(st.sampled_from("AB"), st.integers(1, 12), min_size=1),
        weight=st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(calls)
def test_the_search_is_as_good_as_brute_force(found):
    instance = Instance(tuple(replace(c, id=f"V{n}") for n, c in enumerate(found)), BERTHS)
    solution = solve(instance)

    assert brute_force(instance) == solution.cost == cost(instance, solution.placements)
    assert solution.proven
    assert solution.cost <= solution.fcfs_cost


def read_instance(text):
    """The text format of the public instances: N, M, arrivals, openings, handling, closings."""
    rows = [list(map(int, line.split())) for line in text.splitlines() if line.split()]
    count, berths = rows[0][0], rows[1][0]
    arrivals, opens = rows[2], rows[3]
    handling, closes = rows[4 : 4 + count], rows[4 + count]
    return Instance(
        tuple(
            Call(f"V{n}", arrivals[n], {f"B{m}": t for m, t in enumerate(row) if t != 99999})
            for n, row in enumerate(handling)
        ),
        tuple(Berth(f"B{m}", opens[m], closes[m]) for m in range(berths)),
    )


def test_no_plan_is_below_the_bound_that_others_proved(shared_data):
    folder, seen = shared_data / "portops" / "dbap", 0
    with (folder / "reference_values.csv").open() as file:
        known = {row["instance"].split(".")[0]: row for row in csv.DictReader(file)}
    with tarfile.open(folder / "generated.tar.gz") as archive:
        for member in archive.getmembers():
            name = member.name.rpartition("/")[2].split(".")[0]
            if member.isfile() and name in known:
                instance = read_instance(archive.extractfile(member).read().decode())
                solution = solve(instance, budget=200)
                row = known[name]
                assert float(row["lower_bound"]) <= solution.cost
                assert solution.lower_bound <= float(row["best"])
                seen += 1
    assert seen


PLAN = (Placement("V1", "A", 0, 10), Placement("V2", "A", 10, 15))
SMALL = Instance((Call("V1", 0, {"A": 10}), Call("V2", 3, {"A": 5, "B": 9})), BERTHS)
BROKEN = {
    "left out": (PLAN[:1], "every call exactly once"),
    "twice": ((PLAN[0], PLAN[0]), "every call exactly once"),
    "overlap": ((PLAN[0], Placement("V2", "A", 9, 14)), "overlap at berth A"),
    "too early": ((PLAN[0], Placement("V2", "B", 2, 11)), "before it arrives"),
    "wrong berth": ((Placement("V1", "B", 5, 15), PLAN[1]), "may not lie at berth B"),
    "wrong length": ((Placement("V1", "A", 0, 9), PLAN[1]), "not handled for as long"),
    "closed": ((PLAN[0], Placement("V2", "B", 4, 13)), "while it is closed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_plan_that_breaks_a_constraint_is_named(name):
    placements, reason = BROKEN[name]

    with pytest.raises(Infeasible, match=reason):
        cost(SMALL, placements)


def test_the_cost_of_a_plan_by_hand():
    assert (10 - 0) + (15 - 3) == cost(SMALL, PLAN)


def test_first_come_first_served_by_hand():
    # V1 at A until 10; V2 arrives at 3: at A it ends at 15, at B, open from 5, at 14.
    second = first_come_first_served(SMALL)[1]

    assert ("V2", "B", 5, 14) == (second.call, second.berth, second.start, second.end)


def test_a_call_that_fits_nowhere_is_named():
    with pytest.raises(Infeasible, match="V9 fits at no berth"):
        solve(Instance((Call("V9", 0, {"C": 1}),), BERTHS))


def test_a_search_that_runs_out_of_its_budget_says_how_far_its_bound_is():
    many = tuple(Call(f"V{n}", n, {"A": 7 + n % 3, "B": 9 - n % 2}) for n in range(12))
    solution = solve(Instance(many, BERTHS), budget=5)

    assert solution.lower_bound < solution.cost == solution.fcfs_cost
    assert not solution.proven
