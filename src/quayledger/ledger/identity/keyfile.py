"""Keys in files: encrypted PKCS#8 (RFC 5958), readable by their owner only."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from quayledger.kernel import Malformed

PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey | X25519PrivateKey


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


def read_signing_key(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a person's or an authority's key.

    Raises:
        Malformed: If the file is not such a key, or the passphrase is wrong.
    """
    key = _read(path, passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Malformed(f"{path.name}: not a signing key")
    return key


def read_log_key(path: Path, passphrase: bytes) -> Ed25519PrivateKey:
    """Read a log's key.

    Raises:
        Malformed: If the file is not such a key, or the passphrase is wrong.
    """
    key = _read(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed(f"{path.name}: not a log key")
    return key


def read_vault_key(path: Path, passphrase: bytes) -> X25519PrivateKey:
    """Read a vault's key.

    Raises:
        Malformed: If the file is not such a key, or the passphrase is wrong.
    """
    key = _read(path, passphrase)
    if not isinstance(key, X25519PrivateKey):
        raise Malformed(f"{path.name}: not a vault key")
    return key


def _read(path: Path, passphrase: bytes) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError):
        raise Malformed(f"{path.name}: cannot be read, or the passphrase is wrong") from None
