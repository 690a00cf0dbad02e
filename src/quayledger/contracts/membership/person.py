"""People and devices: registered and revoked by their own organisation.

A record names nobody: its id is a pseudonym, and who it is stays with the organisation. Every key
stays in the record with the time in which it may sign, so an old signature can be judged for ever.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

from quayledger.contracts.membership.network import organisation_key
from quayledger.contracts.membership.organisation import Organisation
from quayledger.kernel import (
    EVERYONE,
    ID_PATTERN,
    Command,
    Contract,
    Env,
    Key,
    Party,
    Record,
    RefusalCode,
    Rule,
    TimeMs,
    Writes,
    require,
)

PersonId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "membership.person"})]

FORBIDDEN_PAIRS: Final = (("admin", "title"), ("maker", "checker"), ("auditor", "title"))
"""Roles that one person may not hold together (separation of duties)."""


class Status(StrEnum):
    """Whether a person or device may sign."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such person or device is registered; check the pseudonym."
    WRONG_STATUS = 1, "The person is already registered, or already revoked."
    NOT_EMPLOYER = 2, "Only the person's own organisation may revoke it."
    FORBIDDEN_ROLES = 3, "One person may not hold these roles together; give them to two people."
    NOT_CERTIFIED = 4, "The certificate is not one of the organisation's own CA, or has run out."


class SigningKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A P-256 public key (SubjectPublicKeyInfo, base64url) and the time in which it may sign."""

    key: str
    from_ms: TimeMs
    to_ms: TimeMs


class Person(Record, frozen=True, tag="membership.person"):
    """Someone or something that signs for an organisation."""

    id: PersonId
    organisation: Party
    roles: tuple[str, ...]
    certificate: str
    keys: tuple[SigningKey, ...]
    status: Status = Status.ACTIVE

    def relations(self) -> Mapping[str, Party | None]:
        return {"everyone": EVERYONE}


class Register(Command, frozen=True, tag="membership.REGISTER"):
    """Let a person or device sign for the organisation in these roles."""

    person: PersonId
    roles: tuple[str, ...]
    certificate: str

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), organisation_key(self.by))


class Revoke(Command, frozen=True, tag="membership.REVOKE"):
    """End a person's or device's right to sign, from now on."""

    person: PersonId


def register(env: Env, _: None, command: Register) -> Person:
    organisation = env.read(organisation_key(command.by))
    roles = command.roles
    forbidden = any(one in roles and other in roles for one, other in FORBIDDEN_PAIRS)
    require(not forbidden, Code.FORBIDDEN_ROLES)
    authority = organisation.certificate if isinstance(organisation, Organisation) else ""
    certified = env.certified(authority, command.certificate)
    require(certified is not None and certified.to_ms > env.time_ms, Code.NOT_CERTIFIED)
    return Person(
        id=command.person,
        organisation=command.by,
        roles=roles,
        certificate=command.certificate,
        keys=(SigningKey(certified.key, max(certified.from_ms, env.time_ms), certified.to_ms),)
        if certified
        else (),
    )


def revoke(env: Env, person: Person, command: Revoke) -> Person:
    require(command.by == person.organisation, Code.NOT_EMPLOYER)
    ended = (replace(key, to_ms=min(key.to_ms, env.time_ms)) for key in person.keys)
    return replace(person, keys=tuple(ended))


def revoked_cannot_sign(_: Person | None, writes: Writes) -> bool:
    """A revoked person has no key that may sign from now on."""
    people = [record for record in writes.values() if isinstance(record, Person)]
    return all(
        key.to_ms <= person.time_ms
        for person in people
        if person.status is Status.REVOKED
        for key in person.keys
    )


# fmt: off
TABLE: Final = (
    #    command   from           to              event               rule
    Rule(Register, None,          Status.ACTIVE,  "PersonRegistered", register, role="admin"),
    Rule(Revoke,   Status.ACTIVE, Status.REVOKED, "PersonRevoked",    revoke,   role="admin"),
)
# fmt: on

PERSON: Final = Contract(
    "membership.person", "person", Code, TABLE, (revoked_cannot_sign,), (Person,)
)
