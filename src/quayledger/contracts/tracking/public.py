"""What other modules may know of event batches."""

from quayledger.contracts.tracking.batch import BATCH, Batch, CommitBatch
from quayledger.contracts.tracking.batch import Status as BatchStatus

__all__ = ["BATCH", "Batch", "BatchStatus", "CommitBatch"]
