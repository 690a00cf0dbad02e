"""The ledger: intents, entries, proofs, and the engines behind one port."""
