"""Ordering: one writer takes what is waiting, runs it in order, and makes it durable at once.

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

from quayledger.kernel import IntentCode, InvariantBroken, Malformed, Refused, require
from quayledger.ledger.admission import Admitted, admit, check_frame
from quayledger.ledger.chamber import Chamber
from quayledger.ledger.embedded.book import Book

BATCH_MAX: Final = 1000
_STOP: Final = None

log = logging.getLogger(__name__)

Verdict = int | Exception
"""The entry number of an accepted intent, or why it was not accepted."""

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""

Order = Callable[[Sequence[bytes]], list[bytes | Exception]]
"""Runs a batch and commits it: a receipt or a refusal for each submission, in order."""


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


class Ordering:
    """What happens to a batch, whoever calls: no thread, and no clock but the one it is given."""

    def __init__(self, network: str, chamber: Chamber, book: Book, clock: Clock) -> None:
        self._network = network
        self._chamber = chamber
        self._book = book
        self._clock = clock

    def order(self, batch: Sequence[bytes]) -> list[bytes | Exception]:
        """Run a batch and commit it: a receipt or a refusal for each submission, in order."""
        time_ms = self._clock()
        admitted = [self._admit(data) for data in batch]
        self._book.begin([one for one in admitted if isinstance(one, Admitted)])
        verdicts: list[Verdict] = [
            self._judge(one, time_ms) if isinstance(one, Admitted) else one for one in admitted
        ]
        # The clock may be set back, the log's time is not: only by that a spent id is expired.
        self._book.commit(self._chamber.time_ms)
        return [
            verdict if isinstance(verdict, Exception) else self._book.receipt(verdict)
            for verdict in verdicts
        ]

    def _admit(self, data: bytes) -> Admitted | Malformed:
        try:
            return admit(self._chamber.rulebook, data)
        except Malformed as malformed:
            return malformed
        except Exception as fault:  # A reader that fails on one submission must not stop the rest.
            log.critical("a submission could not be read", exc_info=True)
            return Malformed(f"submission: {type(fault).__name__}")

    def _time(self, admitted: Admitted, now: int) -> int:
        """The host's clock, never backwards.

        A change of membership has a moment of its own: what was signed before it stays valid, what
        comes after is judged by it, and both can be told from the time alone.
        """
        changes = self._chamber.rulebook.changes_membership
        later = any(changes(one.command) for one in admitted.disclosures)
        return max(now, self._chamber.time_ms + later)

    def _judge(self, admitted: Admitted, now: int) -> Verdict:
        payload, time_ms = admitted.payload, self._time(admitted, now)
        try:
            require(payload.network == self._network, IntentCode.WRONG_NETWORK)
            known = self._book.used(payload.id)
            if known is not None:
                require(known[0] == admitted.payload_hash, IntentCode.ID_USED)
                return known[1]
            check_frame(payload, self._network, time_ms)
            require(not self._book.is_spent(payload.id), IntentCode.ID_SPENT)
            signers = self._chamber.signers(admitted, time_ms)
        except (Malformed, Refused) as refused:
            return refused
        try:
            sealed = self._chamber.run(admitted, signers, self._book, time_ms)
        except Refused as refused:
            self._book.spend(payload.id, payload.expires_ms)
            return refused
        except Exception as fault:  # Nothing is written yet, so a rule's fault is one intent's.
            log.critical("a rule failed on intent %s", payload.id, exc_info=True)
            self._book.spend(payload.id, payload.expires_ms)
            broken = isinstance(fault, InvariantBroken)
            return fault if broken else InvariantBroken(type(fault).__name__)
        return self._book.add(admitted, sealed)
