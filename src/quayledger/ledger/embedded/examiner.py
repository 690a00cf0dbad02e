"""The examiner: checks the signatures of a batch before its rules run, in chunks side by side.

OpenSSL lets go of the interpreter while it checks, so threads are enough. What was found holds for
one edition of the directory and one time; if an earlier intent of the batch changes membership, the
later ones are looked at again.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from msgspec import Struct

from quayledger.kernel import IntentCode, Malformed, Refused, Signer
from quayledger.ledger.admission import Claim, check_signatures, claims
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.intent import SignedIntent

CHUNK: Final = 128
"""Signatures a task: a task for each would cost more than it saves."""


Claimed = tuple[Claim, ...] | Malformed | Refused
Found = tuple[Signer, ...] | Malformed | Refused


class Examined(Struct, frozen=True):
    """Who signed, or why that does not hold, as of an edition of the directory."""

    edition: int
    found: Found


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Examiner:
    """Checks signatures against the directory.

    One core is left to the writer; where that leaves one, the writer checks by itself, since
    handing the interpreter to and fro costs a tenth of the time.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        workers = cores() - 1
        self._pool = ThreadPoolExecutor(workers, "ledger-examiner") if workers > 1 else None

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    def examine(self, intents: Sequence[SignedIntent], time_ms: int) -> list[Examined]:
        """Who signed each of the intents, as of that time."""
        edition = self._directory.edition
        claimed = [self._claims(intent, time_ms) for intent in intents]
        if self._pool is None:
            return _check(edition, claimed)
        chunks = [claimed[at : at + CHUNK] for at in range(0, len(claimed), CHUNK)]
        checked = self._pool.map(_check, [edition] * len(chunks), chunks)
        return [one for chunk in checked for one in chunk]

    def signers(self, intent: SignedIntent, examined: Examined, time_ms: int) -> tuple[Signer, ...]:
        """Who signed an intent, looked at again if membership changed since it was examined.

        Raises:
            Malformed, Refused: As `check_signatures` says.
        """
        if examined.edition != self._directory.edition:
            return check_signatures(self._directory, intent.payload, intent.signatures, time_ms)
        if isinstance(examined.found, tuple):
            return examined.found
        raise examined.found

    def _claims(self, intent: SignedIntent, time_ms: int) -> Claimed:
        try:
            return claims(self._directory, intent.payload, intent.signatures, time_ms)
        except (Malformed, Refused) as refused:
            return refused


def _check(edition: int, claimed: Sequence[Claimed]) -> list[Examined]:
    return [Examined(edition, _signers(one)) for one in claimed]


def _signers(claimed: Claimed) -> Found:
    if not isinstance(claimed, tuple):
        return claimed
    for claim in claimed:
        if not claim.holds():
            return Refused(IntentCode.BAD_SIGNATURE)
    return tuple([claim.signer for claim in claimed])
