"""Signed notes (C2SP signed-note): text that people can read, with Ed25519 signatures below it."""

import base64
import binascii
import re
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from quayledger.kernel import Malformed

_ED25519: Final = b"\x01"
_NAME: Final = re.compile(r"[^\s+]+")
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
)
"""Points of order 1, 2, 4 and 8: under such a key one signature fits every message."""


def raw_public(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The verifier key `name+hash+base64(algorithm, key)`."""
    tagged = _ED25519 + raw_public(key)
    return f"{name}+{_key_id(name, tagged).hex()}+{base64.b64encode(tagged).decode('ascii')}"


def read_verifier_key(text: str) -> tuple[str, bytes, Ed25519PublicKey]:
    """Name, key id and key of a verifier key.

    Raises:
        Malformed: If it is not an Ed25519 verifier key, or a key of small order.
    """
    name, _, rest = text.partition("+")
    id, _, encoded = rest.partition("+")
    tagged = _unbase64(encoded, "verifier key")
    if len(tagged) != 33 or tagged[:1] != _ED25519 or _key_id(name, tagged).hex() != id:
        raise Malformed(f"verifier key of {name!r}: not a C2SP Ed25519 key")
    if tagged[1:] in _SMALL_ORDER:
        raise Malformed(f"verifier key of {name!r}: a key of small order signs everything")
    return name, bytes.fromhex(id), Ed25519PublicKey.from_public_bytes(tagged[1:])


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The text, which ends with a line end, and its first signature."""
    tagged = _ED25519 + raw_public(key.public_key())
    signed = _key_id(name, tagged) + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signed).decode('ascii')}\n"


def open_note(note: str, verifier: str) -> str:
    """The text of a note whose signature by the verifier key holds.

    Raises:
        Malformed: If the note is not one, or that signature is missing or wrong.
    """
    name, id, key = read_verifier_key(verifier)
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise Malformed("note: no signature block")
    text, held = text + "\n", False
    for line in signatures[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "\u2014" or not _NAME.fullmatch(signer):
            raise Malformed("note: a signature line must read '\u2014 name base64'")
        signed = _unbase64(encoded, "note signature")
        if signer == name and signed[:4] == id:
            try:
                key.verify(signed[4:], text.encode())
            except InvalidSignature:
                raise Malformed(f"note: the signature of {name} is wrong") from None
            held = True
    if not held:
        raise Malformed(f"note: not signed by {name}")
    return text


def _key_id(name: str, tagged: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + tagged).digest()[:4]


def _unbase64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"{what}: not base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise Malformed(f"{what}: base64 that does not re-encode equal")
    return data
