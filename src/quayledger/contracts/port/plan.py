"""A berth plan: committed with the hashes of problem and plan, its cost and a proven bound."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from quayledger.kernel import (
    ID_PATTERN,
    Command,
    Contract,
    Count,
    Digest,
    Env,
    Party,
    Record,
    RefusalCode,
    Rule,
    Writes,
    require,
)

PlanId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "port.plan"})]


class Status(StrEnum):
    """Whether the plan is the one that counts."""

    COMMITTED = "COMMITTED"
    SUPERSEDED = "SUPERSEDED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such berth plan among those that you may read; check its id."
    WRONG_STATUS = 1, "The plan is committed already, or superseded; commit a new one."
    BOUND_ABOVE_COST = 2, "A lower bound cannot lie above the cost of a feasible plan."
    NOT_TERMINAL = 3, "Only the terminal whose plan it is may supersede it."


class Plan(Record, frozen=True, tag="port.plan"):
    """Costs in weighted minutes at berth and at anchor; `fcfs_cost` is first come first served.

    The plan is optimal where `lower_bound` equals `cost`.
    """

    id: PlanId
    terminal: Party
    instance: Digest
    plan: Digest
    cost: Count
    fcfs_cost: Count
    lower_bound: Count
    readers: tuple[Party, ...] = ()
    status: Status = Status.COMMITTED

    def relations(self) -> Mapping[str, Party | None]:
        readers = {f"reader {number}": party for number, party in enumerate(self.readers)}
        return {"terminal": self.terminal, **readers}


class CommitPlan(Command, frozen=True, tag="port.COMMIT_PLAN"):
    """Commit to a berth plan and show it to its readers."""

    plan: PlanId
    instance: Digest
    plan_hash: Digest
    cost: Count
    fcfs_cost: Count
    lower_bound: Count
    readers: tuple[Party, ...] = ()


class Supersede(Command, frozen=True, tag="port.SUPERSEDE_PLAN"):
    """Say that another plan counts from now on."""

    plan: PlanId


def commit(_: Env, __: None, command: CommitPlan) -> Plan:
    require(command.lower_bound <= command.cost, Code.BOUND_ABOVE_COST)
    return Plan(
        id=command.plan,
        terminal=command.by,
        instance=command.instance,
        plan=command.plan_hash,
        cost=command.cost,
        fcfs_cost=command.fcfs_cost,
        lower_bound=command.lower_bound,
        readers=command.readers,
    )


def supersede(_: Env, plan: Plan, command: Supersede) -> Plan:
    require(command.by == plan.terminal, Code.NOT_TERMINAL)
    return plan


def bound_holds(_: Plan | None, writes: Writes) -> bool:
    """The bound never lies above the cost."""
    plans = [record for record in writes.values() if isinstance(record, Plan)]
    return all(plan.lower_bound <= plan.cost for plan in plans)


# fmt: off
TABLE: Final = (
    #    command     from              to                 event             rule
    Rule(CommitPlan, None,             Status.COMMITTED,  "PlanCommitted",  commit,
         role="planner"),
    Rule(Supersede,  Status.COMMITTED, Status.SUPERSEDED, "PlanSuperseded", supersede,
         role="planner"),
)
# fmt: on

PLAN: Final = Contract("port.plan", "plan", Code, TABLE, (bound_holds,), (Plan,))
