"""ES256 signatures as JWS writes them (RFC 7518 section 3.4), with the low-S rule.

An ECDSA signature (r, s) has a twin (r, n - s) that verifies as well; only the smaller s is
accepted, so nobody but the signer can make a second signature out of one.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key

from quayledger.kernel import Malformed
from quayledger.kernel.codec import unb64

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the P-256 group (FIPS 186-5, SP 800-186)."""

_ES256: Final = ec.ECDSA(hashes.SHA256())


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign: 64 bytes, r and s, with s in the lower half."""
    r, s = decode_dss_signature(key.sign(message, _ES256))
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the key's low-S signature over the message."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "big")
    if s > ORDER // 2:
        return False
    try:
        key.verify(encode_dss_signature(int.from_bytes(signature[:32], "big"), s), message, _ES256)
    except InvalidSignature:
        return False
    return True


def load_public(key: str) -> ec.EllipticCurvePublicKey:
    """Read a registered key (SubjectPublicKeyInfo, base64url).

    Raises:
        Malformed: If it is not a P-256 key.
    """
    try:
        loaded = load_der_public_key(unb64(key, "key"))
    except ValueError:
        raise Malformed("key: not a SubjectPublicKeyInfo") from None
    if not isinstance(loaded, ec.EllipticCurvePublicKey) or loaded.curve.name != "secp256r1":
        raise Malformed("key: not a P-256 key")
    return loaded
