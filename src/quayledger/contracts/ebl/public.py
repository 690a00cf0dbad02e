"""What other modules may know of bills."""

from quayledger.contracts.ebl.bill import BILL, Bill, BillId, Issue, Order
from quayledger.contracts.ebl.bill import Status as BillStatus
from quayledger.kernel import Env, Id, key

__all__ = ["BILL", "Bill", "BillId", "BillStatus", "Issue", "Order", "bill"]


def bill(env: Env, id: Id) -> Bill | None:
    """The bill as the asking party may see it."""
    found = env.read(key("ebl.bill", id))
    return found if isinstance(found, Bill) else None
