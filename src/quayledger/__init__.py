"""quayledger: a shared ledger at the quay for international trade."""
