"""The directory: what membership records say about who may sign, kept ready for every check.

Every answer is for a time, so an old signature is judged by the membership of its own day.
"""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec

from quayledger.contracts.membership.public import (
    Organisation,
    OrganisationStatus,
    Person,
    SigningKey,
)
from quayledger.kernel import Party, Record, Signer
from quayledger.kernel.types import MAX_INTEGER
from quayledger.ledger.identity.signature import load_public


class Directory:
    """Members, and every person's keys with the time in which they may sign.

    `edition` counts what was learned: what was found under one edition may not hold under the next.
    """

    def __init__(self) -> None:
        self.edition = 0
        self._organisations: dict[Party, Organisation] = {}
        self._periods: dict[Party, tuple[int, int]] = {}
        self._people: dict[str, Person] = {}
        self._signers: dict[str, tuple[Signer, tuple[SigningKey, ...]]] = {}
        self._loaded: dict[str, ec.EllipticCurvePublicKey] = {}

    def learn(self, record: Record) -> None:
        """Take in a membership record; other kinds are not the directory's business."""
        if isinstance(record, Organisation):
            self.edition += 1
            self._organisations[record.id] = record
            since, until = self._periods.get(record.id, (record.time_ms, MAX_INTEGER))
            suspended = record.status == OrganisationStatus.SUSPENDED
            self._periods[record.id] = (since, record.time_ms if suspended else until)
        elif isinstance(record, Person):
            self.edition += 1
            self._people[record.id] = record
            signer = Signer(record.id, record.organisation, record.roles)
            self._signers[record.id] = (signer, record.keys)

    def member(self, party: Party, time_ms: int) -> bool:
        """Whether the organisation might act at that time."""
        since, until = self._periods.get(party, (0, 0))
        return since <= time_ms < until

    def at(self, time_ms: int) -> Callable[[Party], bool]:
        """The members of that time."""
        return lambda party: self.member(party, time_ms)

    def organisation(self, party: Party) -> Organisation | None:
        """The member's record, None if there is none."""
        return self._organisations.get(party)

    def person(self, id: str) -> Person | None:
        """The record of a person or device, None if there is none."""
        return self._people.get(id)

    def members(self) -> tuple[Party, ...]:
        """Every organisation that was ever admitted, in order of admission."""
        return tuple(self._organisations)

    def signer(self, person: str, time_ms: int) -> tuple[Signer, ec.EllipticCurvePublicKey] | None:
        """The person and the key with which it may sign at that time, None if there is none."""
        signer, keys = self._signers.get(person, (None, ()))
        if signer is None or not self.member(signer.organisation, time_ms):
            return None
        for key in keys:
            if key.from_ms <= time_ms < key.to_ms:
                return signer, self._public(key.key)
        return None

    def _public(self, key: str) -> ec.EllipticCurvePublicKey:
        if key not in self._loaded:
            self._loaded[key] = load_public(key)
        return self._loaded[key]
