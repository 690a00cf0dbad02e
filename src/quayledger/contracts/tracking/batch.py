"""A batch of events: one Merkle root commits to all of them, readers get the whole batch."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

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
    TimeMs,
    Writes,
    require,
)

BatchId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "tracking.batch"})]


class Status(StrEnum):
    """Whether the producer stands by the events."""

    COMMITTED = "COMMITTED"
    RETRACTED = "RETRACTED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such batch among those that you may read; check its id."
    WRONG_STATUS = 1, "The batch is committed already, or retracted; commit a new one."
    EMPTY = 2, "A batch has at least one event, and ends no earlier than it begins."
    NOT_PRODUCER = 3, "Only the producer of the events may grant or retract them."
    ALREADY_READER = 4, "The party may read the batch already; nothing needs to be granted."


class Batch(Record, frozen=True, tag="tracking.batch"):
    """`root` is the RFC 6962 root over the salted events, in the order of the batch."""

    id: BatchId
    producer: Party
    root: Digest
    count: Count
    first_ms: TimeMs
    last_ms: TimeMs
    readers: tuple[Party, ...] = ()
    status: Status = Status.COMMITTED

    def relations(self) -> Mapping[str, Party | None]:
        readers = {f"reader {number}": party for number, party in enumerate(self.readers)}
        return {"producer": self.producer, **readers}


class CommitBatch(Command, frozen=True, tag="tracking.COMMIT_BATCH"):
    """Commit to events and grant them to their first readers."""

    batch: BatchId
    root: Digest
    count: Count
    first_ms: TimeMs
    last_ms: TimeMs
    readers: tuple[Party, ...] = ()


class GrantBatch(Command, frozen=True, tag="tracking.GRANT_BATCH"):
    """Let another party read the events."""

    batch: BatchId
    to: Party


class RetractBatch(Command, frozen=True, tag="tracking.RETRACT_BATCH"):
    """Say that the events are wrong; they stay, and show as retracted."""

    batch: BatchId


def commit(_: Env, __: None, command: CommitBatch) -> Batch:
    require(command.count > 0 and command.first_ms <= command.last_ms, Code.EMPTY)
    return Batch(
        id=command.batch,
        producer=command.by,
        root=command.root,
        count=command.count,
        first_ms=command.first_ms,
        last_ms=command.last_ms,
        readers=command.readers,
    )


def grant(_: Env, batch: Batch, command: GrantBatch) -> Batch:
    require(command.by == batch.producer, Code.NOT_PRODUCER)
    require(command.to not in {batch.producer, *batch.readers}, Code.ALREADY_READER)
    return replace(batch, readers=(*batch.readers, command.to))


def retract(_: Env, batch: Batch, command: RetractBatch) -> Batch:
    require(command.by == batch.producer, Code.NOT_PRODUCER)
    return batch


def commitment_stays(before: Batch | None, writes: Writes) -> bool:
    """What was committed to never changes."""
    after = [record for record in writes.values() if isinstance(record, Batch)]
    return before is None or all(
        (batch.root, batch.count, batch.producer) == (before.root, before.count, before.producer)
        for batch in after
    )


# fmt: off
TABLE: Final = (
    #    command       from              to                event             rule
    Rule(CommitBatch,  None,             Status.COMMITTED, "BatchCommitted", commit),
    Rule(GrantBatch,   Status.COMMITTED, Status.COMMITTED, "BatchGranted",   grant),
    Rule(RetractBatch, Status.COMMITTED, Status.RETRACTED, "BatchRetracted", retract),
)
# fmt: on

BATCH: Final = Contract("tracking.batch", "batch", Code, TABLE, (commitment_stays,), (Batch,))
