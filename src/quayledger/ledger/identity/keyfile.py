"""Keys in files: encrypted PKCS#8 (RFC 5958), readable by their owner only."""

import os
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from quayledger.kernel import Malformed

PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey | X25519PrivateKey
K = TypeVar("K", ec.EllipticCurvePrivateKey, Ed25519PrivateKey, X25519PrivateKey)


def write_key(path: Path, key: PrivateKey, passphrase: bytes) -> None:
    """Write a private key encrypted, mode 0600; an existing file is never overwritten.

    Raises:
        FileExistsError: If there is a file already.
    """
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)


def read_key(path: Path, passphrase: bytes, kind: type[K]) -> K:
    """Read an encrypted key of the given kind.

    Raises:
        Malformed: If the file is not such a key, or the passphrase is wrong.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError):
        raise Malformed(f"{path.name}: cannot be read, or the passphrase is wrong") from None
    if not isinstance(key, kind):
        raise Malformed(f"{path.name}: a key of another kind")
    return key
