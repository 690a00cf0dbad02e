"""A person's key in a file: encrypted PKCS#8, readable by its owner only, never on a server."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from quayledger.kernel import Malformed


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes) -> None:
    """Write the key encrypted, mode 0600; an existing file is never overwritten.

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


def read_key(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    """Read an encrypted P-256 key.

    Raises:
        Malformed: If the file is not such a key, or the passphrase is wrong.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (ValueError, TypeError):
        raise Malformed(f"{path.name}: not an encrypted key, or a wrong passphrase") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Malformed(f"{path.name}: not a P-256 key")
    return key
