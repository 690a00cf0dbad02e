"""Contracts are tables of pure rules; the kernel alone dispatches, counts versions and checks.

A rule is `(env, record, command) -> record`, or a mapping of all records it changes, or it
refuses. A table has at most one row a command and status, so the outcome never depends on order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quayledger.kernel.failure import IntentCode, InvariantBroken, RefusalCode, Refused, require
from quayledger.kernel.types import Command, Id, Key, Party, Record, key, kind_of, visible

Writes = Mapping[Key, Record]
Read = Callable[[Key], Record | None]
Invariant = Callable[[Any, Writes], bool]


class Signer(Struct, frozen=True):
    """A registered person or device that signed the intent, as membership knew it then."""

    person: Id
    organisation: Party
    roles: tuple[str, ...] = ()


class Certified(Struct, frozen=True):
    """What an authority's certificate vouches for: a public key and how long it may sign."""

    key: str
    from_ms: int
    to_ms: int


def no_member(_: Party) -> bool:
    """Membership of a network that has no members."""
    return False


def no_certificate(_: str, __: str) -> Certified | None:
    """The certificate check of a network that accepts none."""
    return None


class Env(Struct, frozen=True):
    """What a rule may know beside its record and its command.

    `certified(authority, certificate)` gives what the authority's certificate vouches for, None
    if it is not the authority's; both are DER in base64url.
    """

    time_ms: int
    read: Read
    signers: tuple[Signer, ...] = ()
    member: Callable[[Party], bool] = no_member
    certified: Callable[[str, str], Certified | None] = no_certificate

    def seen_by(self, party: Party) -> "Env":
        """The same world, but records that the party is not related to are absent."""

        def read(name: Key) -> Record | None:
            record = self.read(name)
            return record if visible(record, party) else None

        return replace_read(self, read)

    def signed(self, party: Party) -> bool:
        """Whether any person of the party signed."""
        return party in [signer.organisation for signer in self.signers]

    def persons(self, party: Party, role: str | None = None) -> frozenset[Id]:
        """The distinct persons of the party that signed, in that role if one is given."""
        found = [
            signer.person
            for signer in self.signers
            if signer.organisation == party and (role is None or role in signer.roles)
        ]
        return frozenset(found)


def replace_read(env: Env, read: Read) -> Env:
    """The same world with another way to read it."""
    return Env(env.time_ms, read, env.signers, env.member, env.certified)


class Rule(Struct, frozen=True):
    """One row: on this command, from this status, this happens.

    `source` None creates. Several targets leave the choice to the rule. `role` and `eyes` say how
    many distinct persons in which role must sign; `stated` that the signer must say which version
    of the record it saw.
    """

    on: type[Command]
    source: StrEnum | None
    target: StrEnum | tuple[StrEnum, ...]
    event: str
    apply: Callable[[Env, Any, Any], Any]
    role: str | None = None
    eyes: int = 1
    stated: bool = False


@dataclass(frozen=True)
class Contract:
    """A record's whole life: its table, its codes, its invariants.

    `name` is the kind of the subject record, `subject` the command field that holds its id,
    `records` all record types that its rules write.
    """

    name: str
    subject: str
    codes: type[RefusalCode]
    table: tuple[Rule, ...]
    invariants: tuple[Invariant, ...]
    records: tuple[type[Record], ...]
    chain: bool = False
    rows: dict[tuple[type[Command], str | None], Rule] = field(init=False, repr=False)
    creates: frozenset[type[Command]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = {(rule.on, rule.source): rule for rule in self.table}
        if len(rows) != len(self.table):
            raise InvariantBroken(f"{self.name}: two rows for one command and status")
        creates = frozenset(rule.on for rule in self.table if rule.source is None)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "creates", creates)

    def subject_of(self, command: Command) -> Key:
        """The key of the record whose life the command moves."""
        return key(self.name, getattr(command, self.subject))

    def possible(self, status: str | None) -> tuple[Rule, ...]:
        """What can happen next from a status; None asks what creates."""
        return tuple(rule for rule in self.table if rule.source == status)


class Accepted(Struct, frozen=True):
    """What one command did: the past-tense event, the command, and every record it left behind."""

    name: str
    command: Command
    writes: Writes


def step(contract: Contract, env: Env, command: Command) -> Accepted:
    """Run the one rule that fits, or refuse; then check that the results may exist.

    Raises:
        Refused: If no rule fits, the signers lack the role, or the rule says no.
        InvariantBroken: If the rule left a state that must not exist.
    """
    subject = contract.subject_of(command)
    view = env.seen_by(command.by)  # A refusal must not tell a stranger that a record exists.
    before: Any = view.read(subject)
    codes: Any = contract.codes
    require(before is not None or type(command) in contract.creates, codes.NOT_FOUND)
    rule = contract.rows.get((type(command), before.status if before else None))
    if rule is None:
        raise Refused(codes.WRONG_STATUS)
    if rule.role is not None:
        signed = env.persons(command.by, rule.role)
        require(len(signed) >= rule.eyes, IntentCode.ROLE_MISSING)
    result = rule.apply(view, before, command)
    writes = {subject: result} if isinstance(result, Record) else dict(result)
    for name in writes:
        if name != subject or before is None:
            require(view.read(name) is env.read(name), codes.NOT_FOUND)
    writes[subject] = _arrive(rule, writes[subject])
    stamped = {name: _stamp(name, record, env) for name, record in writes.items()}
    for holds in contract.invariants:
        if not holds(before, stamped):
            raise InvariantBroken(f"{contract.name}: {holds.__name__}")
    return Accepted(rule.event, command, stamped)


def _arrive(rule: Rule, record: Any) -> Any:
    """Set the one target status, or check that the rule chose one of several."""
    if isinstance(rule.target, tuple):
        if record.status not in rule.target:
            raise InvariantBroken(f"{rule.event}: a status that its row does not list")
        return record
    return record if record.status is rule.target else replace(record, status=rule.target)


def _stamp(name: Key, record: Record, env: Env) -> Record:
    if not name.startswith(kind_of(type(record)) + "/"):
        raise InvariantBroken(f"{name}: a record of kind {kind_of(type(record))}")
    before = env.read(name)
    if before is not None and before.time_ms > env.time_ms:
        raise InvariantBroken(f"{name}: time would run backwards")
    version = before.version + 1 if before else 1
    return replace(record, version=version, time_ms=env.time_ms)
