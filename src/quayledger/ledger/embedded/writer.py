"""The writer: one thread takes what is waiting, runs it in order, and makes it durable at once.

Nothing is answered before the commit. A fault of the disk leaves the outcome unknown, so the
engine stops; whoever asks again under the same id after a restart learns what happened.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Final

BATCH_MAX: Final = 1000
_STOP: Final = None

Order = Callable[[Sequence[bytes]], list[bytes | Exception]]
"""Runs a batch and commits it: a receipt or a refusal for each submission, in order."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ticket:
    """A submission that waits for its answer."""

    data: bytes
    answer: "Future[bytes]" = field(default_factory=Future)


class Writer:
    """The one thread that changes the ledger: whatever waits is one batch."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, data: bytes) -> "Future[bytes]":
        """Queue a submission."""
        ticket = Ticket(data)
        self._queue.put(ticket)
        return ticket.answer

    def stop(self) -> None:
        """Finish what is queued and end the thread."""
        self._queue.put(_STOP)
        self._thread.join()

    def _serve(self) -> None:
        running = True
        while running:
            tickets = [self._queue.get()]
            while len(tickets) < BATCH_MAX and not self._queue.empty():
                tickets.append(self._queue.get())
            running = _STOP not in tickets
            batch = [ticket for ticket in tickets if ticket is not None]
            try:
                answers = self._order([ticket.data for ticket in batch])
            except Exception as fault:
                log.critical("the ledger stops: outcome of the last batch unknown", exc_info=True)
                for ticket in batch:
                    ticket.answer.set_exception(fault)
                self._refuse_all(fault)
                return
            for ticket, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Exception):
                    ticket.answer.set_exception(answer)
                else:
                    ticket.answer.set_result(answer)

    def _refuse_all(self, fault: Exception) -> None:
        while (ticket := self._queue.get()) is not _STOP:
            ticket.answer.set_exception(fault)
