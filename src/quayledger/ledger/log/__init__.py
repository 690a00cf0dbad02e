"""The transparency log: Merkle tree, checkpoints, state map and receipts."""
