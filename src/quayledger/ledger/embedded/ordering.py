"""Ordering, stage by stage: read, check signatures, load, run the rules, seal, make durable.

Each stage goes over the whole batch before the next begins. That keeps code and tables of one kind
of work in the processor's caches, and lets signatures be checked side by side; the order of the
intents, and what each of them sees, is the order in which they came.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final

from quayledger.kernel import IntentCode, InvariantBroken, Malformed, Refused, Signer, require
from quayledger.ledger.admission import Admitted, admit, check_frame
from quayledger.ledger.chamber import Chamber
from quayledger.ledger.embedded.book import Book
from quayledger.ledger.embedded.examiner import Examined, Examiner

log = logging.getLogger(__name__)

Clock = Callable[[], int]
"""Milliseconds since 1970, UTC."""

Verdict = int | Exception
"""The entry number of an accepted intent, or why it was not accepted."""

_UNREAD: Final = Examined(-1, ())
"""Of an intent whose id was known before its batch: nobody looked at its signatures."""


class Ordering:
    """What happens to a batch, whoever calls: no thread of its own, no clock but the given one."""

    def __init__(self, network: str, chamber: Chamber, book: Book, clock: Clock) -> None:
        self._network = network
        self._chamber = chamber
        self._book = book
        self._clock = clock
        self._examiner = Examiner(chamber.directory)

    def close(self) -> None:
        """Let the examiner's threads go."""
        self._examiner.close()

    def order(self, batch: Sequence[bytes]) -> list[bytes | Exception]:
        """Run a batch and commit it: a receipt or a refusal for each submission, in order."""
        now = self._clock()
        admitted = [self._admit(data) for data in batch]
        good = [one for one in admitted if isinstance(one, Admitted)]
        self._book.begin(good)
        examined = iter(self._examine(good, now))
        verdicts: list[Verdict] = [
            self._judge(one, next(examined), now) if isinstance(one, Admitted) else one
            for one in admitted
        ]
        self._book.seal()
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

    def _examine(self, good: Sequence[Admitted], now: int) -> list[Examined]:
        """Check the signatures of every intent that is not known already."""
        book, time_ms = self._book, max(now, self._chamber.time_ms)
        fresh = [not book.knows(one.payload.id) for one in good]
        intents = [one.intent for one, is_new in zip(good, fresh, strict=True) if is_new]
        found = iter(self._examiner.examine(intents, time_ms))
        return [next(found) if is_new else _UNREAD for is_new in fresh]

    def _time(self, admitted: Admitted, now: int) -> int:
        """The host's clock, never backwards.

        A change of membership has a moment of its own: what was signed before it stays valid, what
        comes after is judged by it, and both can be told from the time alone.
        """
        later = False
        for disclosure in admitted.disclosures:
            later = later or self._chamber.rulebook.changes_membership(disclosure.command)
        return max(now, self._chamber.time_ms + later)

    def _judge(self, admitted: Admitted, examined: Examined, now: int) -> Verdict:
        payload, time_ms = admitted.payload, self._time(admitted, now)
        try:
            require(payload.network == self._network, IntentCode.WRONG_NETWORK)
            known = self._book.used(payload.id)
            if known is not None:
                require(known[0] == admitted.payload_hash, IntentCode.ID_USED)
                return known[1]
            check_frame(payload, self._network, time_ms)
            require(not self._book.is_spent(payload.id), IntentCode.ID_SPENT)
            signers = self._examiner.signers(admitted.intent, examined, time_ms)
        except (Malformed, Refused) as refused:
            return refused
        return self._run(admitted, signers, time_ms)

    def _run(self, admitted: Admitted, signers: tuple[Signer, ...], time_ms: int) -> Verdict:
        try:
            done = self._chamber.run(admitted, signers, self._book, time_ms)
        except Refused as refused:
            self._book.spend(admitted.payload.id, admitted.payload.expires_ms)
            return refused
        except Exception as fault:  # Nothing is written yet, so a rule's fault is one intent's.
            log.critical("a rule failed on intent %s", admitted.payload.id, exc_info=True)
            self._book.spend(admitted.payload.id, admitted.payload.expires_ms)
            broken = isinstance(fault, InvariantBroken)
            return fault if broken else InvariantBroken(type(fault).__name__)
        return self._book.accept(admitted, done, time_ms)
