"""One consignment on one page: what the person's organisation, and its role, may see of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from quayledger.app import policy
from quayledger.app.node import Node
from quayledger.contracts.tracking.public import Batch, BatchStatus
from quayledger.kernel import Key, Malformed, key
from quayledger.readmodel.projection import Act
from quayledger.vault.events import Seen

Plain = dict[str, Any]


class Box(Struct, frozen=True):
    """A container with its release right and its events, oldest first."""

    record: Plain
    right: Plain | None
    events: tuple[Seen, ...]


class Overview(Struct, frozen=True):
    """A consignment and everything of it that may be seen, newest act first."""

    consignment: Plain
    documents: tuple[Plain, ...]
    bills: tuple[Plain, ...]
    credits: tuple[Plain, ...]
    presentations: tuple[Plain, ...]
    declarations: tuple[Plain, ...]
    boxes: tuple[Box, ...]
    calls: tuple[Plain, ...]
    plans: tuple[Plain, ...]
    acts: tuple[Act, ...]


def overview(node: Node, id: str, roles: Sequence[str]) -> Overview | None:
    """Everything of a consignment that a person in these roles may see; None if nothing."""
    node.sync()
    consignment = _one(node, roles, key("consignment.consignment", id))
    if consignment is None:
        return None
    containers = [
        one for one in _all(node, roles, "consignment.container") if id in one["consignments"]
    ]
    ids = {one["id"] for one in containers}
    documents = [
        one for one in _all(node, roles, "consignment.document") if one["consignment"] == id
    ]
    bills = [one for one in _all(node, roles, "ebl.bill") if ids & set(one["containers"])]
    terms = {one["id"] for one in documents}
    credits = [one for one in _all(node, roles, "finance.credit") if one["terms"] in terms]
    known = {one["id"] for one in credits}
    presentations = [
        one for one in _all(node, roles, "finance.presentation") if one["credit"] in known
    ]
    declarations = [
        one for one in _all(node, roles, "customs.declaration") if ids & set(one["containers"])
    ]
    boxes = tuple(_box(node, roles, one) for one in reversed(containers))
    rights = [box.right for box in boxes if box.right is not None]
    shown = [
        consignment, *documents, *containers, *bills, *credits, *presentations, *declarations,
        *rights,
    ]  # fmt: skip
    return Overview(
        consignment=consignment,
        documents=tuple(documents),
        bills=tuple(bills),
        credits=tuple(credits),
        presentations=tuple(presentations),
        declarations=tuple(declarations),
        boxes=boxes,
        calls=tuple(_all(node, roles, "port.call")),
        plans=tuple(_all(node, roles, "port.plan")),
        acts=tuple(node.projection.acts(list(_keys(shown)))),
    )


def history(node: Node, number: str) -> list[Seen]:
    """Everything known of a container, after fetching what others let us read.

    Only batches that are on the ledger count: what was read and never signed is nobody's word.

    Raises:
        Malformed: If a producer sends other events than the ledger commits to.
    """
    committed = set()
    for plain in node.projection.records("tracking.batch"):
        batch = node.record(key("tracking.batch", plain["id"]))
        if isinstance(batch, Batch):
            _fetch(node, batch)
            committed.add(batch.id)
    return [seen for seen in node.events.history(number) if seen.batch in committed]


def _fetch(node: Node, batch: Batch) -> None:
    if not node.events.holds(batch.id):
        leaves = node.courier.batch(batch.producer, node.party, batch.id)
        if leaves is None:
            raise Malformed(f"batch {batch.id}: {batch.producer} does not give its events")
        node.events.keep(batch.id, batch.producer, leaves, batch.root)
    if batch.status == BatchStatus.RETRACTED:
        node.events.retract(batch.id)


def _box(node: Node, roles: Sequence[str], record: Plain) -> Box:
    right = _one(node, roles, key("release.right", record["id"]))
    return Box(record, right, tuple(history(node, record["number"])))


def _keys(records: Iterable[Plain]) -> Iterable[Key]:
    for record in records:
        yield key(record["kind"], record["id"] if "id" in record else record["container"])


def _one(node: Node, roles: Sequence[str], name: Key) -> Plain | None:
    found = node.projection.record(name)
    return None if found is None else policy.narrowed(roles, found)


def _all(node: Node, roles: Sequence[str], kind: str) -> list[Plain]:
    found = (policy.narrowed(roles, one) for one in node.projection.records(kind))
    return [one for one in found if one is not None]
