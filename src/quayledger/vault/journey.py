"""Where a container is: what happened to it last, and what is expected next.

A pure function of what is known; the order in which batches arrived plays no part.
"""

from collections.abc import Sequence

from msgspec import Struct

from quayledger.vault.events import Event, Seen


class Journey(Struct, frozen=True):
    """The history of a container, oldest first, with what follows from it.

    `expected` holds, of every move that has not happened, the firmest and newest statement.
    """

    history: tuple[Seen, ...]
    last: Seen | None
    expected: tuple[Seen, ...]


def journey(history: Sequence[Seen]) -> Journey:
    """Derive where a container is from its history; retracted events do not count.

    A statement about a time before the last actual event is overtaken and no longer expected.
    """
    counted = [seen for seen in history if not seen.retracted]
    actual = [seen for seen in counted if seen.event.classifier == "ACT"]
    last = max(actual, key=_moment, default=None)
    happened = {_move(seen.event) for seen in actual}
    after = last.event.time_ms if last else 0
    stated: dict[tuple[str, str], Seen] = {}
    for seen in counted:
        move = _move(seen.event)
        if move not in happened and seen.event.time_ms > after:
            stated[move] = max(stated.get(move, seen), seen, key=_firmness)
    return Journey(tuple(history), last, tuple(sorted(stated.values(), key=_moment)))


def _move(event: Event) -> tuple[str, str]:
    return event.code, event.location


def _moment(seen: Seen) -> tuple[int, int, str, str]:
    return seen.event.time_ms, seen.event.stated_ms, seen.producer, seen.event.id


def _firmness(seen: Seen) -> tuple[bool, int, str, str]:
    """An estimate is firmer than a plan (DCSA classifiers EST and PLN); then the newest counts."""
    is_estimate = seen.event.classifier == "EST"
    return is_estimate, seen.event.stated_ms, seen.producer, seen.event.id
