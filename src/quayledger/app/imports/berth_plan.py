"""A berth problem becomes a plan, solved here and committed with its bound."""

from typing import Any

import msgspec
from msgspec import Struct

from quayledger.app.imports.prepared import Prepared, Query, commit_document, needed, parties
from quayledger.app.node import Node
from quayledger.contracts.port.public import CommitPlan
from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64
from quayledger.planning.berth import Berth, Call, Infeasible, Instance, digest
from quayledger.planning.solve import solve
from quayledger.standards.strict_json import decode


class Wire(Struct, frozen=True, forbid_unknown_fields=True):
    """The problem as a file: calls and berths, times in minutes from the plan's beginning."""

    calls: tuple[Call, ...]
    berths: tuple[Berth, ...]


def prepare(node: Node, data: bytes, query: Query) -> Prepared:
    """Solve the problem, commit to the plan, seal problem and plan as a document.

    Raises:
        FormatRefused: If it is not JSON that means one thing only.
        Malformed: If it is no problem, or has no plan, or a parameter is missing.
    """
    try:
        wire = msgspec.convert(decode(data), Wire)
        instance = Instance(wire.calls, wire.berths)
        solution = solve(instance)
    except (msgspec.ValidationError, Infeasible) as error:
        raise Malformed(f"berth problem: {error}") from None
    facts: dict[str, Any] = msgspec.to_builtins(solution)
    command = CommitPlan(
        by=node.party,
        plan=needed(query, "plan"),
        instance=b64(digest(instance)),
        plan_hash=b64(digest(solution.placements)),
        cost=solution.cost,
        fcfs_cost=solution.fcfs_cost,
        lower_bound=solution.lower_bound,
        readers=parties(query, "readers"),
    )
    fields = {"problem": msgspec.to_builtins(instance), **facts}
    commit = commit_document(
        node,
        needed(query, "document"),
        needed(query, "consignment"),
        "berth plan",
        fields,
        parties(query, "readers"),
    )
    return Prepared((command, commit), facts=facts)
