"""Intents: what people sign, and how it travels.

An intent is a JWS in General JSON Serialization (RFC 7515 section 7.2.1): one payload, one ES256
signature a signer. The payload names its commands only by hash; the commands travel beside it as
disclosures, so that one of them can be shown later and its neighbours hidden.
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Meta, Raw, Struct

from quayledger.kernel import Command, Digest, Disclosure, Id, Key, Malformed, TimeMs
from quayledger.kernel.codec import b64, decode, encode, sha256, unb64
from quayledger.kernel.types import Opaque
from quayledger.ledger.identity import signature as es256

TYPE: Final = "quay-intent+jws"
LIFETIME_MAX_MS: Final = 24 * 3600 * 1000
SIZE_MAX: Final = 1 << 20
COMMANDS_MAX: Final = 64
SIGNATURES_MAX: Final = 64

IntentId = Annotated[
    str,
    Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$(?!\n)"),
]
"""A UUIDv7 (RFC 9562) made by the client; the idempotency key."""


class Payload(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: the network, the id, the time in which it may be ordered, the commands."""

    network: str
    id: IntentId
    issued_ms: TimeMs
    expires_ms: TimeMs
    commands: tuple[Opaque, ...]


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header of one signature; `kid` is the signer's pseudonym."""

    alg: str
    kid: Id
    typ: str


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """One signature as General JSON Serialization writes it."""

    protected: str
    signature: str


class SignedIntent(Struct, frozen=True, forbid_unknown_fields=True):
    """The JWS."""

    payload: str
    signatures: tuple[Signature, ...]


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """What a ledger host is given: intent, disclosures, and the seed of all record salts."""

    intent: SignedIntent
    disclosures: tuple[Raw, ...]
    seed: Digest


class Draft(Struct, frozen=True, forbid_unknown_fields=True):
    """An intent that still collects signatures; `payload` is canonical JSON in base64url."""

    payload: str
    disclosures: tuple[Raw, ...]
    seed: Digest


HEADER: Final = msgspec.json.Decoder(Header)
PAYLOAD: Final = msgspec.json.Decoder(Payload)
_SUBMISSION: Final = msgspec.json.Decoder(Submission)


def new_id(now_ms: int) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) for the given time."""
    value = (now_ms & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def now_ms() -> int:
    """The machine's clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def new_salt() -> str:
    """256 random bits in base64url."""
    return b64(secrets.token_bytes(32))


def draft(
    network: str,
    commands: Iterable[tuple[Command, dict[Key, int]]],
    issued_ms: int,
    lifetime_ms: int = LIFETIME_MAX_MS,
    id: str | None = None,
) -> Draft:
    """Put commands, each with what it expects, into an intent that is ready to be signed."""
    disclosures = [
        encode(Disclosure(command, expects, new_salt())) for command, expects in commands
    ]
    payload = Payload(
        network=network,
        id=id or new_id(issued_ms),
        issued_ms=issued_ms,
        expires_ms=issued_ms + lifetime_ms,
        commands=tuple(b64(sha256(disclosure)) for disclosure in disclosures),
    )
    return Draft(b64(encode(payload)), tuple(map(Raw, disclosures)), new_salt())


def sign(payload: str, person: str, key: ec.EllipticCurvePrivateKey) -> Signature:
    """One person's signature over a draft's payload."""
    protected = b64(encode(Header("ES256", person, TYPE)))
    return Signature(protected, b64(es256.sign(key, signing_input(protected, payload))))


def signing_input(protected: str, payload: str) -> bytes:
    """What a JWS signature covers (RFC 7515 section 5.1)."""
    return f"{protected}.{payload}".encode("ascii")


def complete(draft: Draft, signatures: Sequence[Signature]) -> bytes:
    """The canonical bytes of a submission."""
    intent = SignedIntent(draft.payload, tuple(signatures))
    return encode(Submission(intent, draft.disclosures, draft.seed))


def read_submission(data: bytes) -> Submission:
    """Read a submission.

    Raises:
        Malformed: If it is too large, not canonical, or has too many commands.
    """
    if len(data) > SIZE_MAX:
        raise Malformed(f"submission: more than {SIZE_MAX} bytes")
    submission = decode(data, _SUBMISSION, "submission")
    if not 0 < len(submission.disclosures) <= COMMANDS_MAX:
        raise Malformed(f"submission: an intent has 1 to {COMMANDS_MAX} commands")
    if not 0 < len(submission.intent.signatures) <= SIGNATURES_MAX:
        raise Malformed(f"submission: an intent has 1 to {SIGNATURES_MAX} signatures")
    return submission


def read_payload(data: bytes) -> Payload:
    """Read a JWS payload's canonical bytes.

    Raises:
        Malformed: If they are not a canonical payload.
    """
    return decode(data, PAYLOAD, "payload")


def payload_of(draft: Draft | SignedIntent) -> Payload:
    """The payload that is, or is to be, signed.

    Raises:
        Malformed: If it is not a canonical payload.
    """
    return read_payload(unb64(draft.payload, "payload"))


@lru_cache(maxsize=65_536)
def read_header(protected: str) -> Header:
    """Read a signature's protected header; one person's is the same in every intent.

    Raises:
        Malformed: If it asks for another algorithm or type.
    """
    header = decode(unb64(protected, "protected header"), HEADER, "protected header")
    if header.alg != "ES256" or header.typ != TYPE:
        raise Malformed(f"protected header: alg must be ES256 and typ {TYPE}")
    return header
