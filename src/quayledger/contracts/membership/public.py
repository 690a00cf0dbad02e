"""What other modules and the ledger may know of membership."""

from quayledger.contracts.membership.genesis import (
    Founder,
    FoundingPerson,
    Genesis,
    founding_records,
    network_id,
)
from quayledger.contracts.membership.network import (
    NETWORK,
    Network,
    organisation_key,
    person_key,
)
from quayledger.contracts.membership.organisation import ORGANISATION, Organisation
from quayledger.contracts.membership.organisation import Status as OrganisationStatus
from quayledger.contracts.membership.person import PERSON, Person, SigningKey
from quayledger.contracts.membership.person import Status as PersonStatus

__all__ = [
    "NETWORK",
    "ORGANISATION",
    "PERSON",
    "Founder",
    "FoundingPerson",
    "Genesis",
    "Network",
    "Organisation",
    "OrganisationStatus",
    "Person",
    "PersonStatus",
    "SigningKey",
    "founding_records",
    "network_id",
    "organisation_key",
    "person_key",
]
