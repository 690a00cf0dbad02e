"""What other modules may know of credits, presentations and accounts."""

from quayledger.contracts.finance.account import ACCOUNT, Account
from quayledger.contracts.finance.credit import CREDIT, Credit, IssueCredit
from quayledger.contracts.finance.presentation import (
    PRESENTATION,
    Presentation,
    RecordFindings,
)

__all__ = [
    "ACCOUNT",
    "CREDIT",
    "PRESENTATION",
    "Account",
    "Credit",
    "IssueCredit",
    "Presentation",
    "RecordFindings",
]
