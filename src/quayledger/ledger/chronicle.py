"""The chronicle: a log followed from its entries alone, by anyone, without rules and content."""

from bisect import bisect_left
from collections.abc import Iterable

from quayledger.kernel import Malformed
from quayledger.kernel.codec import sha256, unb64
from quayledger.kernel.merkle import Tree, leaf_hash
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.entry import Entry, read_entry
from quayledger.ledger.log.checkpoint import Checkpoint
from quayledger.ledger.log.statemap import StateMap


class Chronicle:
    """Entries in order, their tree and state map, and who wrote what last."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.tree = Tree()
        self.state = StateMap()
        self._intents: set[str] = set()
        self._writes: dict[str, list[int]] = {}

    def append(self, entries: Iterable[bytes]) -> None:
        """Follow the log.

        Raises:
            Alarm: If an entry is not canonical, repeats an intent, goes back in time, or its
                writes are not one a key in order.
        """
        for data in entries:
            n = len(self.entries)
            try:
                entry = read_entry(data)
                pairs = [(_hash(name), _hash(record)) for name, record in entry.writes]
            except Malformed as malformed:
                raise Alarm(n, str(malformed)) from None
            self._check(n, entry, [name for name, _ in pairs])
            self.entries.append(entry)
            self.tree.append(leaf_hash(data))
            self.state.write(pairs)
            self._intents.add(entry.intent)
            for name, _ in entry.writes:
                self._writes.setdefault(name, []).append(n)

    def hold_against(self, checkpoint: Checkpoint) -> None:
        """Compare with a checkpoint over exactly these entries.

        Raises:
            Alarm: If size or a root differs.
        """
        if checkpoint.size != len(self.entries):
            raise Alarm(None, f"checkpoint over {checkpoint.size}, not {len(self.entries)} entries")
        if checkpoint.log_root != self.tree.root():
            raise Alarm(None, f"log root of {checkpoint.size} entries is not the checkpoint's")
        if checkpoint.state_root != self.state.commit():
            raise Alarm(None, f"state root after {checkpoint.size} entries is not the checkpoint's")

    def last_write(self, key_hash: str, before: int) -> int | None:
        """The last entry before a position that wrote the key, None if none did."""
        numbers = self._writes.get(key_hash, [])
        at = bisect_left(numbers, before)
        return numbers[at - 1] if at else None

    def _check(self, n: int, entry: Entry, names: list[bytes]) -> None:
        if entry.intent in self._intents:
            raise Alarm(n, "repeats an intent")
        if self.entries and entry.time_ms < self.entries[-1].time_ms:
            raise Alarm(n, "goes back in time")
        if names != sorted(set(names)):
            raise Alarm(n, "its writes are not one a key, in order of the key hashes")


def _hash(text: str) -> bytes:
    value = unb64(text, "hash")
    if len(value) != len(sha256(b"")):
        raise Malformed("hash: not 32 bytes")
    return value
