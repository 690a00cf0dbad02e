"""The founding: a file that names the first members and people; its hash is the network's name.

Whoever signs an intent names the network and so the whole founding: an intent of one network is
worth nothing in another, even under the same title.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from quayledger.contracts.membership.network import (
    NETWORK,
    Network,
    organisation_key,
    person_key,
)
from quayledger.contracts.membership.organisation import Organisation
from quayledger.contracts.membership.person import Person, SigningKey
from quayledger.kernel import Certified, Count, Id, Key, Malformed, Party, Record, Text, TimeMs
from quayledger.kernel.codec import encode, sha256


class Founder(Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation of the first hour."""

    id: Party
    name: Text
    roles: tuple[str, ...]
    certificate: str
    vault_key: str


class FoundingPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """A person or device of the first hour, under a pseudonym."""

    id: Id
    organisation: Party
    roles: tuple[str, ...]
    certificate: str


class Genesis(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole founding."""

    name: Id
    time_ms: TimeMs
    quorum: Count
    log_key: str
    organisations: tuple[Founder, ...]
    people: tuple[FoundingPerson, ...]


def network_id(genesis: Genesis) -> str:
    """The network's name followed by 128 bits of the hash of its founding."""
    return f"{genesis.name}.{sha256(encode(genesis)).hex()[:32]}"


def founding_records(
    genesis: Genesis, certified: Callable[[str, str], Certified | None]
) -> Mapping[Key, Record]:
    """The records that entry 0 writes.

    Raises:
        Malformed: If a person's organisation is absent or did not certify it, or an id is
            used twice.
    """
    network = Network(name=genesis.name, quorum=genesis.quorum, log_key=genesis.log_key)
    records: dict[Key, Record] = {NETWORK: network}
    authorities = {founder.id: founder.certificate for founder in genesis.organisations}
    for founder in genesis.organisations:
        organisation = Organisation(
            id=founder.id,
            name=founder.name,
            roles=founder.roles,
            certificate=founder.certificate,
            vault_key=founder.vault_key,
        )
        _add(records, organisation_key(founder.id), organisation)
    for person in genesis.people:
        found = certified(authorities.get(person.organisation, ""), person.certificate)
        if found is None:
            raise Malformed(f"genesis: {person.id} is not certified by {person.organisation}")
        _add(records, person_key(person.id), _person(person, found))
    return {
        name: replace(record, version=1, time_ms=genesis.time_ms)
        for name, record in records.items()
    }


def _person(person: FoundingPerson, certified: Certified) -> Person:
    return Person(
        id=person.id,
        organisation=person.organisation,
        roles=person.roles,
        certificate=person.certificate,
        keys=(SigningKey(certified.key, certified.from_ms, certified.to_ms),),
    )


def _add(records: dict[Key, Record], name: Key, record: Record) -> None:
    if name in records:
        raise Malformed(f"genesis: {name} stands twice")
    records[name] = record
