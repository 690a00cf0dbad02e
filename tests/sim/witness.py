"""A witness as another organisation would run it: it follows the log and hears of checkpoints.

What it has seen it remembers over crashes, so it is down only as long as it is cut off.
"""

from sim.world import Unreachable, Violation

from quayledger.kernel.codec import sha256
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.chronicle import Chronicle
from quayledger.ledger.log.checkpoint import read_checkpoint


class Witness:
    """Holds every checkpoint against the one log that it knows, and tells the others."""

    def __init__(self, world, network, host, name):
        self.world = world
        self.network = network
        self.host = host
        self.name = name
        self.others = []
        self.chronicle = Chronicle()
        self.note = None
        self._log_key = host.founded.genesis.log_key
        self._ahead = {}

    def look(self):
        """Follow the log, cosign in effect, and pass the checkpoint on; for ever."""
        self.world.after(self.world.between(500, 5_000), self.look)
        try:
            ledger = self.host.reached(self.name)
            note = ledger.checkpoint()
            self.follow(note, ledger.entries)
        except Unreachable:
            return
        for other in self.others:
            self.network.send(self.name, other.name, other.hear, self.note)

    def follow(self, note, entries):
        """Take in a newer checkpoint with what it adds."""
        found, size = read_checkpoint(note, self._log_key), len(self.chronicle.entries)
        if found.size < size:
            raise Violation(f"{self.name}: the log went back to {found.size} from {size}")
        try:
            self.chronicle.append(entries(size, found.size - size))
            self.chronicle.hold_against(found)
        except Alarm as alarm:
            raise Violation(f"{self.name} alarms: {alarm}") from alarm
        self.note = note
        self.world.note(self.name, "cosigns", found.size, sha256(note.encode()).hex()[:16])
        for size in sorted(size for size in self._ahead if size <= found.size):
            self._compare(self._ahead.pop(size))

    def hear(self, note):
        """Somebody shows a checkpoint: hold it against what is known, now or later."""
        found = read_checkpoint(note, self._log_key)
        if found.size > len(self.chronicle.entries):
            known = self._ahead.setdefault(found.size, found)
            if known.log_root != found.log_root:
                raise Violation(f"{self.name}: two logs of {found.size} entries")
        else:
            self._compare(found)

    def _compare(self, checkpoint):
        if self.chronicle.tree.root_at(checkpoint.size) != checkpoint.log_root:
            raise Violation(f"{self.name}: another log of {checkpoint.size} entries")
