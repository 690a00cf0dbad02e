"""The messages of a log-in: a question that only a person's own key can answer."""

from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from quayledger.kernel import Party
from quayledger.kernel.codec import b64, decode, encode, unb64
from quayledger.ledger.identity import signature as es256

TYPE: Final = "quay-login+jws"


class LoginHeader(Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header of a log-in; `kid` is the person's pseudonym."""

    alg: str
    kid: str
    typ: str


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a challenge: a JWS in flattened form (RFC 7515 section 7.2.2)."""

    payload: str
    protected: str
    signature: str


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: the challenge, and to whom, so that it cannot be used elsewhere."""

    challenge: str
    network: str
    party: Party


_HEADER: Final = msgspec.json.Decoder(LoginHeader)
_QUESTION: Final = msgspec.json.Decoder(Question)


def answer(question: Question, person: str, key: ec.EllipticCurvePrivateKey) -> Login:
    """What a person's own device sends back."""
    payload = b64(encode(question))
    protected = b64(encode(LoginHeader("ES256", person, TYPE)))
    signature = es256.sign(key, f"{protected}.{payload}".encode("ascii"))
    return Login(payload, protected, b64(signature))


def read_login(login: Login) -> tuple[LoginHeader, Question]:
    """Header and question of an answer.

    Raises:
        Malformed: If it is not an answer at all.
    """
    header = decode(unb64(login.protected, "protected header"), _HEADER, "protected header")
    return header, decode(unb64(login.payload, "payload"), _QUESTION, "payload")
