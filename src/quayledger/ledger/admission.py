"""Admission: everything about an intent that can be judged before its rules run."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Raw, Struct

from quayledger.kernel import (
    Disclosure,
    IntentCode,
    Malformed,
    Refused,
    Rulebook,
    Signer,
    require,
)
from quayledger.kernel.codec import b64, sha256, unb64
from quayledger.ledger.identity.directory import Directory
from quayledger.ledger.identity.signature import verify
from quayledger.ledger.intent import (
    LIFETIME_MAX_MS,
    Payload,
    Signature,
    SignedIntent,
    read_header,
    read_payload,
    read_submission,
    signing_input,
)

SKEW_MAX_MS: Final = 5 * 60 * 1000
"""How far a client's clock may be ahead of the host's."""


class Admitted(Struct, frozen=True):
    """A well-formed submission: decoded, every disclosure one of the payload's digests."""

    payload: Payload
    payload_hash: str
    intent: SignedIntent
    raw: tuple[Raw, ...]
    disclosures: tuple[Disclosure, ...]
    seed: bytes


def admit(rulebook: Rulebook, data: bytes) -> Admitted:
    """Decode a submission.

    Raises:
        Malformed: If anything in it is not what it must be.
    """
    submission = read_submission(data)
    payload_data = unb64(submission.intent.payload, "payload")
    payload = read_payload(payload_data)
    return Admitted(
        payload=payload,
        payload_hash=b64(sha256(payload_data)),
        intent=submission.intent,
        raw=submission.disclosures,
        disclosures=disclose(rulebook, payload, submission.disclosures),
        seed=unb64(submission.seed, "seed"),
    )


def disclose(rulebook: Rulebook, payload: Payload, raw: Sequence[Raw]) -> tuple[Disclosure, ...]:
    """Read all disclosures of a payload, each under the digest at its place.

    Raises:
        Malformed: If one is missing, more than named, or not the one that was signed.
    """
    if len(raw) != len(payload.commands):
        raise Malformed("submission: as many disclosures as the payload names commands")
    return tuple([open_command(rulebook, payload, place, one) for place, one in enumerate(raw)])


def open_command(rulebook: Rulebook, payload: Payload, number: int, raw: Raw) -> Disclosure:
    """Read one disclosure of a payload.

    Raises:
        Malformed: If it is not the one that was signed at that place.
    """
    data = bytes(raw)
    if not 0 <= number < len(payload.commands):
        raise Malformed(f"command {number}: the payload names no such command")
    if b64(sha256(data)) != payload.commands[number]:
        raise Malformed(f"command {number}: not the one that the payload names")
    return rulebook.disclosure(data)


def check_frame(payload: Payload, network: str, time_ms: int) -> None:
    """Check network and lifetime.

    Raises:
        Refused: With the code of what is wrong.
    """
    require(payload.network == network, IntentCode.WRONG_NETWORK)
    lifetime = payload.expires_ms - payload.issued_ms
    ahead = payload.expires_ms - time_ms
    fits = lifetime <= LIFETIME_MAX_MS and ahead <= LIFETIME_MAX_MS + SKEW_MAX_MS
    require(fits, IntentCode.LIFETIME_TOO_LONG)
    require(ahead > 0, IntentCode.EXPIRED)


class Claim(NamedTuple):
    """One signature, the registered signer that it names, and what it must be over."""

    signer: Signer
    key: ec.EllipticCurvePublicKey
    signature: bytes
    message: bytes

    def holds(self) -> bool:
        """Whether the signer's key made the signature."""
        return verify(self.key, self.signature, self.message)


def claims(
    directory: Directory, payload: str, signatures: Sequence[Signature], time_ms: int
) -> tuple[Claim, ...]:
    """What the signatures claim, each with the key that its signer may use at that time.

    Raises:
        Malformed: If a header is not one, or a person signed twice.
        Refused: If a signer is unknown.
    """
    found, people = [], set()
    for signature in signatures:
        person = read_header(signature.protected).kid
        known = directory.signer(person, time_ms)
        if known is None:
            raise Refused(IntentCode.UNKNOWN_SIGNER)
        message = signing_input(signature.protected, payload)
        found.append(Claim(*known, unb64(signature.signature, "signature"), message))
        people.add(person)
    if len(people) != len(found):
        raise Malformed("signatures: a person signs an intent once")
    return tuple(found)


def check_signatures(
    directory: Directory, payload: str, signatures: Sequence[Signature], time_ms: int
) -> tuple[Signer, ...]:
    """Check every signature against the key that its signer may use at that time.

    Raises:
        Malformed, Refused: As `claims` says.
        Refused: If a signature is wrong.
    """
    found = claims(directory, payload, signatures, time_ms)
    for claim in found:
        require(claim.holds(), IntentCode.BAD_SIGNATURE)
    return tuple([claim.signer for claim in found])
