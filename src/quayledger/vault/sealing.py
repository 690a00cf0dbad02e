"""Sealed documents: every field salted and hashed on its own, the whole encrypted once.

Fields are SD-JWT disclosures (RFC 9901 section 4.2) with salts of 256 bits; the ledger gets one
commitment over their digests. The contents are AES-256-GCM under a key of their own, and that key
is sealed to each reader's vault key with HPKE (RFC 9180: X25519, HKDF-SHA256, AES-128-GCM).
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from msgspec import Struct

from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64, decode, encode, sha256, unb64

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_NONCE: Final = 12


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """A document in clear: its kind, and one disclosure `[salt, name, value]` a field, encoded."""

    kind: str
    disclosures: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """The fields by name."""
        return {name: value for _, name, value in map(read_disclosure, self.disclosures)}

    def commitment(self) -> str:
        """What the ledger keeps of the document: a hash that nobody can guess a field from."""
        return commitment(self.kind, map(disclosure_digest, self.disclosures))


class Sealed(Struct, frozen=True):
    """An encrypted document and its key, sealed to one reader."""

    ciphertext: bytes
    wrapped: bytes


_DOCUMENT: Final = msgspec.json.Decoder(Document)


def disclose(kind: str, fields: Mapping[str, Any]) -> Document:
    """Salt each field; the same fields give another document each time."""
    salted = ([b64(secrets.token_bytes(32)), name, fields[name]] for name in sorted(fields))
    texts = (json.dumps(field, ensure_ascii=False, allow_nan=False) for field in salted)
    return Document(kind, tuple(b64(text.encode()) for text in texts))


def read_disclosure(disclosure: str) -> tuple[str, str, Any]:
    """Salt, name and value of a field.

    Raises:
        Malformed: If it is not the array of these three.
    """
    try:
        salt, name, value = json.loads(unb64(disclosure, "disclosure"))
    except (ValueError, TypeError):
        raise Malformed("disclosure: not an array of salt, name and value") from None
    if not isinstance(salt, str) or not isinstance(name, str):
        raise Malformed("disclosure: salt and name are text")
    return salt, name, value


def disclosure_digest(disclosure: str) -> str:
    """The digest of one disclosure, over its encoded form (RFC 9901 section 4.2.3)."""
    return b64(sha256(disclosure.encode("ascii")))


def commitment(kind: str, digests: Any) -> str:
    """The hash over a document's kind and the sorted digests of its fields."""
    return b64(sha256(encode({"kind": kind, "sd": sorted(digests)})))


def seal(id: str, document: Document) -> tuple[bytes, bytes]:
    """Encrypt a document under a fresh key; gives ciphertext and key."""
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, encode(document), id.encode()), key


def unseal(id: str, ciphertext: bytes, key: bytes) -> Document:
    """Decrypt a document.

    Raises:
        Malformed: If ciphertext, key and id do not belong together.
    """
    try:
        data = AESGCM(key).decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], id.encode())
    except (InvalidTag, ValueError):
        raise Malformed(f"document {id}: ciphertext and key do not fit") from None
    return decode(data, _DOCUMENT, f"document {id}")


def wrap(id: str, key: bytes, reader: str) -> bytes:
    """Seal a document's key to a reader's public vault key (base64url)."""
    public = X25519PublicKey.from_public_bytes(unb64(reader, "vault key"))
    return SUITE.encrypt(key, public, info=_info(id))


def unwrap(id: str, wrapped: bytes, key: X25519PrivateKey) -> bytes:
    """Open a document's key with the reader's private vault key.

    Raises:
        Malformed: If it was sealed to somebody else, or for another document.
    """
    try:
        return SUITE.decrypt(wrapped, key, info=_info(id))
    except (InvalidTag, ValueError):
        raise Malformed(f"document {id}: its key is not sealed to this vault") from None


def public_vault_key(key: X25519PrivateKey) -> str:
    """The public half of a vault key, in base64url."""
    form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return b64(key.public_key().public_bytes(*form))


def _info(id: str) -> bytes:
    return b"quayledger document key v1 " + id.encode()
