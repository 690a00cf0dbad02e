"""Run the commands of one intent over what the host loaded: all of them happen, or none does."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from quayledger.kernel.contract import Accepted, Env, Writes, replace_read, step
from quayledger.kernel.failure import IntentCode, InvariantBroken, require
from quayledger.kernel.rulebook import Disclosure, Rulebook
from quayledger.kernel.types import Key, Party, Record, visible

Loaded = Mapping[Key, Record | None]


class Outcome(Struct, frozen=True):
    """What an intent did.

    `writes` holds the final state of each record, `writers` the numbers of the commands that
    wrote it, `audience` the parties related to it before or after any of these steps.
    """

    accepted: tuple[Accepted, ...]
    writes: Writes
    writers: Mapping[Key, tuple[int, ...]]
    audience: Mapping[Key, frozenset[Party]]


def execute(
    rulebook: Rulebook, env: Env, disclosures: Sequence[Disclosure], loaded: Loaded
) -> Outcome:
    """Run an intent.

    Args:
        rulebook: The rules in force.
        env: Time, signers and membership; its `read` is not used.
        disclosures: The commands in order, with what their signers expect.
        loaded: Every record that the commands name, None where there is none.

    Raises:
        Refused: If any command is refused; nothing of the others happens either.
        InvariantBroken: If a rule misbehaves.
    """
    overlay: dict[Key, Record] = {}
    writers: dict[Key, tuple[int, ...]] = {}
    audience: dict[Key, frozenset[Party]] = {}
    accepted = []
    for number, disclosure in enumerate(disclosures):
        done = run(rulebook, env, disclosure, loaded, overlay)
        for name, record in done.writes.items():
            if name not in audience:
                audience[name] = related(loaded[name])
            audience[name] |= related(record)
            writers[name] = (*writers.get(name, ()), number)
        overlay.update(done.writes)
        accepted.append(done)
    return Outcome(tuple(accepted), overlay, writers, audience)


def related(record: Record | None) -> frozenset[Party]:
    """The parties that a record knows."""
    if record is None:
        return frozenset()
    known: set[Any] = set(record.relations().values())
    known.discard(None)
    return frozenset(known)


def run(
    rulebook: Rulebook,
    env: Env,
    disclosure: Disclosure,
    loaded: Loaded,
    overlay: Mapping[Key, Record],
) -> Accepted:
    """Run one command of an intent.

    Args:
        rulebook: The rules in force.
        env: Time, signers and membership; its `read` is not used.
        disclosure: The command and what its signer expects of the state before the intent.
        loaded: Every record that the command names, as it was before the intent.
        overlay: What earlier commands of the intent wrote.

    Raises:
        Refused: If the command is refused.
        InvariantBroken: If its rule misbehaves.
    """
    command = disclosure.command
    require(env.signed(command.by), IntentCode.NOT_SIGNED)
    for party in command.named_parties():
        require(env.member(party), IntentCode.UNKNOWN_PARTY)
    for name, version in disclosure.expects.items():
        record = loaded.get(name)
        seen = record.version if record is not None and visible(record, command.by) else 0
        require(seen == version, IntentCode.STALE)
    contract = rulebook.contract_for(command)
    if rulebook.must_state(command):
        require(contract.subject_of(command) in disclosure.expects, IntentCode.EXPECTS_MISSING)
    named = _Named({name: overlay.get(name) or loaded[name] for name in command.touches()})
    return step(contract, replace_read(env, named.__getitem__), command)


class _Named(dict[Key, Record | None]):
    """The records that a command names, and no others."""

    def __missing__(self, name: Key) -> Record | None:
        raise InvariantBroken(f"a rule uses {name}, which its command does not name")
