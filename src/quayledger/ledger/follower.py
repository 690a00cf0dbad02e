"""The follower: an organisation's node believes nothing that its ledger shows, it checks all of it.

It follows the log from entries, holds every content against them, and runs each command whose
records it knows. A command that reads a record which it may not see is counted as checked in part.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from quayledger.contracts.membership.public import Genesis
from quayledger.kernel import (
    Accepted,
    Disclosure,
    Env,
    InvariantBroken,
    Key,
    Party,
    Record,
    Refused,
    Rulebook,
    run,
    visible,
)
from quayledger.kernel.codec import b64
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.chamber import found
from quayledger.ledger.chronicle import Chronicle
from quayledger.ledger.content import Delivery
from quayledger.ledger.entry import key_hash
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.identity.x509 import certified
from quayledger.ledger.inspection import Shown, inspect
from quayledger.ledger.log.checkpoint import read_checkpoint


@dataclass(slots=True)
class Tally:
    """How many commands a follower ran in full, and how many it could check only in part."""

    full: int = 0
    part: int = 0


class Follower:
    """One party's own view of a ledger, built from what it checked itself.

    Without `rules` it checks that contents fit the log and are signed, and runs no command. With
    `party` it also insists on being shown every record that the party is entitled to.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        genesis: Genesis,
        rules: bool = True,
        party: Party | None = None,
    ) -> None:
        self.founding = found(genesis)
        self.chronicle = Chronicle()
        self.directory = Directory()
        self.tally = Tally()
        self._rulebook = rulebook
        self._rules = rules
        self._party = party
        self._versions: dict[Key, dict[int, Record]] = {}

    def advance(self, entries: Iterable[bytes], note: str) -> None:
        """Follow the log to a checkpoint over all of it.

        Raises:
            Alarm: If entries or checkpoint are not consistent with what was seen before.
            Malformed: If the checkpoint is not the log's.
        """
        self.chronicle.append(entries)
        self.chronicle.hold_against(read_checkpoint(note, self.founding.log_key))

    def take(self, delivery: Delivery) -> tuple[Shown, Mapping[int, Accepted]]:
        """Check a content and take in what it shows, with what each command that was run did.

        Raises:
            Alarm: If it does not fit its entry, or breaks a rule.
        """
        n = delivery.n
        if n >= len(self.chronicle.entries):
            raise Alarm(n, "content of an entry that the log does not hold")
        entry = self.chronicle.entries[n]
        if n == 0 and entry != self.founding.entry:
            raise Alarm(0, "another founding than the genesis file's")
        shown = inspect(self._rulebook, self.directory, self.founding.network, entry, delivery)
        done = self._recheck(shown) if n > 0 and self._rules else {}
        for name, opening in shown.openings.items():
            self._versions.setdefault(name, {})[n] = opening.record
            self.directory.learn(opening.record)
        return shown, done

    def record(self, name: Key) -> Record | None:
        """The newest version of a record that was shown, None if none was."""
        versions = self._versions.get(name)
        return versions[max(versions)] if versions else None

    def records(self) -> Mapping[Key, Record]:
        """The newest shown version of every record."""
        return {name: versions[max(versions)] for name, versions in self._versions.items()}

    def _recheck(self, shown: Shown) -> dict[int, Accepted]:
        """Run the shown commands and compare what they write with what was opened."""
        entry, n = shown.entry, shown.n
        member = self.directory.at(entry.time_ms)
        env = Env(entry.time_ms, _unread, shown.signers, member, certified)
        written = {name for name, _ in entry.writes}
        explained: dict[str, None] = {}
        for disclosure in shown.commands.values():
            explained.update(dict.fromkeys(map(_hash, disclosure.command.touches())))
        hidden = set() if shown.whole else written - set(map(_hash, shown.openings))
        overlay: dict[Key, Record] = {}
        done: dict[int, Accepted] = {}
        unrun: set[str] = set()
        for number, disclosure in shown.commands.items():
            loaded = self._before(n, disclosure, hidden, shown)
            if loaded is None:
                self.tally.part += 1
                unrun.update(map(_hash, disclosure.command.touches()))
                continue
            try:
                done[number] = run(self._rulebook, env, disclosure, loaded, overlay)
            except (Refused, InvariantBroken, ValueError, TypeError, LookupError) as refused:
                raise Alarm(n, f"command {number} breaks a rule: {refused}") from None
            overlay.update(done[number].writes)
            self.tally.full += 1
        self._compare(shown, overlay, explained, unrun)
        return done

    def _compare(
        self,
        shown: Shown,
        overlay: Mapping[Key, Record],
        explained: Mapping[str, None],
        unrun: Container[str],
    ) -> None:
        """Hold what was opened against what the commands wrote, as far as all of them ran."""
        for name, opening in shown.openings.items():
            if _hash(name) not in explained:
                raise Alarm(shown.n, f"opens {name}, which no shown command names")
            if _hash(name) not in unrun and name not in overlay:
                raise Alarm(shown.n, f"opens {name}, which no shown command writes")
            if _hash(name) not in unrun and overlay[name] != opening.record:
                raise Alarm(shown.n, f"{name} is not what the commands make of it")
        written = dict(shown.entry.writes)
        for name, record in overlay.items():
            if _hash(name) not in written:
                raise Alarm(shown.n, f"keeps back the write to {name}")
            if name not in shown.openings and self._is_missing(name, shown.n, record):
                raise Alarm(shown.n, f"keeps back {name}, which is ours to see")

    def _is_missing(self, name: Key, n: int, record: Record) -> bool:
        """Whether a record is ours to see and was not shown with what is for everyone either."""
        mine = self._party is not None and visible(record, self._party)
        return mine and self._versions.get(name, {}).get(n) != record

    def _before(
        self, n: int, disclosure: Disclosure, hidden: set[str], shown: Shown
    ) -> dict[Key, Record | None] | None:
        """The named records as they were before entry `n`, None if one of them is not known.

        A command that is not shown may have written `hidden` ones before this command's turn.
        """
        loaded: dict[Key, Record | None] = {}
        for name in (*disclosure.command.touches(), *disclosure.expects):
            last = self.chronicle.last_write(_hash(name), n)
            if _hash(name) in hidden:
                return None
            if last is None:
                loaded[name] = None
            elif last in self._versions.get(name, {}):
                loaded[name] = self._versions[name][last]
            else:
                return None
        return loaded


def _hash(name: Key) -> str:
    return b64(key_hash(name))


def _unread(name: Key) -> Record | None:
    raise InvariantBroken(f"{name} read outside a command")
