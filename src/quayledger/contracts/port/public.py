"""What other modules may know of port calls and berth plans."""

from quayledger.contracts.port.call import CALL, Call
from quayledger.contracts.port.plan import PLAN, CommitPlan
from quayledger.contracts.port.plan import Plan as BerthPlan

__all__ = ["CALL", "PLAN", "BerthPlan", "Call", "CommitPlan"]
