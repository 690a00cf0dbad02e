"""Events of containers, from EDIFACT or DCSA messages, become one committed batch."""

from collections.abc import Sequence

from quayledger.app.imports.prepared import Prepared, Query, needed, parties
from quayledger.app.node import Node
from quayledger.contracts.tracking.public import CommitBatch
from quayledger.kernel import Malformed
from quayledger.standards.dcsa.track_trace import read_events
from quayledger.standards.edifact.moves import read_moves
from quayledger.standards.edifact.syntax import parse
from quayledger.vault.events import Event, batch_root, salted


def prepare_moves(node: Node, data: bytes, query: Query) -> Prepared:
    """CODECO and COARRI; `offset_minutes` is the sender's offset from UTC.

    Raises:
        FormatRefused: If the interchange is not sound; names the segment.
        Malformed: If a parameter is missing or no number.
    """
    offset = needed(query, "offset_minutes")
    if not offset.removeprefix("-").isdigit():
        raise Malformed("import: offset_minutes must be a whole number")
    interchange = parse(data)
    read = read_moves(interchange, int(offset))
    events = [
        Event(
            id=f"{interchange.sender}-{interchange.reference}-{move.message}-{number}",
            container=move.container,
            code=move.event,
            classifier="ACT",
            time_ms=move.time_ms,
            offset_minutes=move.offset_minutes,
            source=f"EDIFACT interchange {interchange.reference} message {move.message}",
            location=move.location,
            facility=move.facility,
            vessel=move.vessel,
        )
        for number, move in enumerate(read.moves)
    ]
    return _commit(node, events, read.notices, query)


def prepare_track_trace(node: Node, data: bytes, query: Query) -> Prepared:
    """DCSA Track & Trace 2.2.

    Raises:
        FormatRefused: If an event is not sound; names place and path.
        Malformed: If a parameter is missing.
    """
    read = read_events(data)
    events = [
        Event(
            id=f"{event.id or f'{event.time_ms}-{event.classifier}-{event.code}'}-{container}",
            container=container,
            code=event.code,
            classifier=event.classifier,
            time_ms=event.time_ms,
            offset_minutes=event.offset_minutes,
            source="DCSA Track & Trace 2.2",
            location=event.location,
            facility=event.facility,
            vessel=event.vessel,
        )
        for event in read.events
        for container in event.containers
    ]
    return _commit(node, events, read.notices, query)


def _commit(
    node: Node, events: Sequence[Event], notices: tuple[str, ...], query: Query
) -> Prepared:
    if not events:
        raise Malformed("import: no event names a container")
    batch, leaves = needed(query, "batch"), salted(events)
    root = batch_root(leaves)
    node.events.keep(batch, node.party, leaves, root)
    command = CommitBatch(
        by=node.party,
        batch=batch,
        root=root,
        count=len(leaves),
        first_ms=min(event.time_ms for event in events),
        last_ms=max(event.time_ms for event in events),
        readers=parties(query, "readers"),
    )
    return Prepared((command,), notices, {"events": len(leaves)})
