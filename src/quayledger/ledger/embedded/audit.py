"""The audit of a host's database: everything in it, replayed with the rules, against its log."""

from pathlib import Path

from quayledger.contracts.membership.public import Genesis
from quayledger.kernel import Malformed, Rulebook
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.bundle import Verdict
from quayledger.ledger.embedded.reading import Reading
from quayledger.ledger.embedded.store import Store
from quayledger.ledger.follower import Follower

_STEP = 1000


def audit(folder: Path, genesis: Genesis, rulebook: Rulebook) -> Verdict:
    """Check a host's whole ledger.

    Raises:
        Alarm: With the number of the first bad entry.
        Malformed: If the folder holds no ledger.
    """
    path = folder / "ledger.sqlite"
    if not path.exists():
        raise Malformed(f"{folder}: holds no ledger")
    reading = Reading(Store(path), rulebook)
    try:
        follower = Follower(rulebook, genesis)
        start = 0
        while entries := reading.entries(start, _STEP):
            follower.chronicle.append(entries)
            start += len(entries)
        for at in range(0, start, _STEP):
            for content in reading.everything(at, _STEP):
                follower.take(content)
        try:
            follower.advance((), reading.checkpoint())
        except Malformed as malformed:
            raise Alarm(None, str(malformed)) from None
    finally:
        reading.close()
    tally = follower.tally
    return Verdict(follower.founding.network, start, start, tally.full, tally.part)
