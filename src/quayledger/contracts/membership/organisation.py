"""Organisations: admitted and suspended by a quorum of the members, never by an operator."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from quayledger.contracts.membership.network import NETWORK, Network
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
    Text,
    Writes,
    require,
)

OrganisationId = Annotated[
    str, Meta(pattern=ID_PATTERN, extra={"record": "membership.organisation"})
]


class Status(StrEnum):
    """Whether an organisation may act."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such organisation is a member; check its identifier."
    WRONG_STATUS = 1, "The organisation is already a member, or already suspended."
    NO_QUORUM = 2, "Too few members' administrators signed; collect the quorum of the founding."


class Organisation(Record, frozen=True, tag="membership.organisation"):
    """A member: a company or an authority with its own certificate authority.

    `certificate` is the DER of its CA certificate, `vault_key` its X25519 public key to which
    documents are sealed; both in base64url.
    """

    id: Party
    name: Text
    roles: tuple[str, ...]
    certificate: str
    vault_key: str
    status: Status = Status.ACTIVE

    def relations(self) -> Mapping[str, Party | None]:
        return {"everyone": EVERYONE}


class Admit(Command, frozen=True, tag="membership.ADMIT"):
    """Make an organisation a member; the approvers' administrators sign the same intent."""

    organisation: OrganisationId
    name: Text
    roles: tuple[str, ...]
    certificate: str
    vault_key: str
    approvers: tuple[Party, ...]

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), NETWORK)


class Suspend(Command, frozen=True, tag="membership.SUSPEND"):
    """Take the right to act from a member; what it did before stays valid."""

    organisation: OrganisationId
    approvers: tuple[Party, ...]

    def touches(self) -> tuple[Key, ...]:
        return (*super().touches(), NETWORK)


def admit(env: Env, _: None, command: Admit) -> Organisation:
    require(_quorum(env, command.approvers), Code.NO_QUORUM)
    return Organisation(
        id=command.organisation,
        name=command.name,
        roles=command.roles,
        certificate=command.certificate,
        vault_key=command.vault_key,
    )


def suspend(env: Env, organisation: Organisation, command: Suspend) -> Organisation:
    require(_quorum(env, command.approvers), Code.NO_QUORUM)
    return organisation


def _quorum(env: Env, approvers: tuple[Party, ...]) -> bool:
    network = env.read(NETWORK)
    signed = [party for party in dict.fromkeys(approvers) if env.persons(party, "admin")]
    return isinstance(network, Network) and len(signed) >= network.quorum


def certificate_stays(before: Organisation | None, writes: Writes) -> bool:
    """A member's certificate authority never changes silently."""
    after = [record for record in writes.values() if isinstance(record, Organisation)]
    return before is None or all(record.certificate == before.certificate for record in after)


# fmt: off
TABLE: Final = (
    #    command  from           to                event                    rule
    Rule(Admit,   None,          Status.ACTIVE,    "OrganisationAdmitted",  admit,   role="admin"),
    Rule(Suspend, Status.ACTIVE, Status.SUSPENDED, "OrganisationSuspended", suspend, role="admin"),
)
# fmt: on

ORGANISATION: Final = Contract(
    "membership.organisation",
    "organisation",
    Code,
    TABLE,
    (certificate_stays,),
    (Organisation, Network),
)
