"""quayledger: a shared ledger at the quay for international trade."""

__version__ = "0.1.0"
