"""The network itself: its name, how many founders decide, and who signs its log."""

from collections.abc import Mapping
from typing import Final

from quayledger.kernel import EVERYONE, Count, Key, Party, Record, key

NETWORK: Final[Key] = "membership.network/NETWORK"


class Network(Record, frozen=True, tag="membership.network"):
    """Facts of the founding that every rule may read.

    `quorum` is the number of organisations that must sign to admit or suspend a member; `log_key`
    the verifier key of the log (C2SP signed note: name, key hash, algorithm and key).
    """

    name: str
    quorum: Count
    log_key: str

    def relations(self) -> Mapping[str, Party | None]:
        return {"everyone": EVERYONE}


def organisation_key(party: Party) -> Key:
    """The key of a member's record."""
    return key("membership.organisation", party)


def person_key(person: str) -> Key:
    """The key of the record of a person or device."""
    return key("membership.person", person)
