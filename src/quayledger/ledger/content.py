"""Content: what one recipient is shown of one entry.

It gets the final openings of the records that it is related to, the commands that wrote them, its
own commands, and the signatures of those who asked for what it sees; the rest stays hashes.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Raw, Struct

from quayledger.kernel import Count, Outcome, Party
from quayledger.kernel.codec import decode
from quayledger.ledger.entry import Entry, signature_hash
from quayledger.ledger.intent import Signature, SignedIntent, read_header


class Share(Struct, frozen=True):
    """Bit masks over an intent's commands and over its openings (in order of their keys)."""

    commands: int
    openings: int

    def join(self, other: "Share") -> "Share":
        """Everything that either share shows."""
        return Share(self.commands | other.commands, self.openings | other.openings)


NOTHING: Final = Share(0, 0)
ALL: Final = Share(-1, -1)


class Delivery(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry with what its recipient may see of it.

    `signatures` holds either a signature or its hash, `commands` disclosures by their place in
    the intent. The payload of entry 0 is the founding itself.
    """

    n: Count
    entry: Entry
    payload: str
    signatures: tuple[Signature | str, ...]
    commands: dict[str, Raw]
    openings: tuple[Raw, ...]


_DELIVERY: Final = msgspec.json.Decoder(Delivery)


def read_delivery(data: bytes) -> Delivery:
    """Read a delivery.

    Raises:
        Malformed: If it is not canonical.
    """
    return decode(data, _DELIVERY, "content")


def shares(outcome: Outcome, askers: Sequence[Party]) -> dict[Party, Share]:
    """Who is shown what of an intent; `askers` are the `by` of its commands in order."""
    found: dict[Party, Share] = {}
    for number, name in enumerate(sorted(outcome.writes)):
        share = Share(mask(outcome.writers[name]), 1 << number)
        for party in outcome.audience[name]:
            found[party] = found[party].join(share) if party in found else share
    for number, party in enumerate(askers):
        found[party] = found.get(party, NOTHING).join(Share(1 << number, 0))
    return found


def mask(numbers: Iterable[int]) -> int:
    """The bits of these numbers."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def deliver(
    n: int,
    entry: Entry,
    intent: SignedIntent,
    disclosures: Sequence[Raw],
    openings: Sequence[Raw],
    share: Share,
    seen: Iterable[bool],
) -> Delivery:
    """Cut an entry's full content down to a share; `seen` says which signatures are shown."""
    return Delivery(
        n=n,
        entry=entry,
        payload=intent.payload,
        signatures=tuple(
            signature if shown else signature_hash(signature)
            for signature, shown in zip(intent.signatures, seen, strict=True)
        ),
        commands={
            str(number): disclosure
            for number, disclosure in enumerate(disclosures)
            if share.commands >> number & 1
        },
        openings=tuple(
            opening for number, opening in enumerate(openings) if share.openings >> number & 1
        ),
    )


def merge(one: Delivery, other: Delivery) -> Delivery:
    """Two contents of the same entry as one that shows what either shows."""
    openings = {bytes(opening): opening for opening in (*one.openings, *other.openings)}
    return Delivery(
        n=one.n,
        entry=one.entry,
        payload=one.payload,
        signatures=tuple(
            first if isinstance(first, Signature) else second
            for first, second in zip(one.signatures, other.signatures, strict=True)
        ),
        commands=one.commands | other.commands,
        openings=tuple(openings[data] for data in sorted(openings)),
    )


def signer_of(signature: Signature) -> str:
    """The pseudonym of whoever made the signature."""
    return read_header(signature.protected).kid
