"""The one codec: canonical JSON, hashes and base64url.

Within our profile (bounded integers, no floats, NFC text) the bytes equal RFC 8785. Bytes that
come in must be what we would have written: then a duplicate key, a float, white space or an
unsorted object cannot hide anything.
"""

import base64
import binascii
import hashlib
import unicodedata
from typing import Any, Final, TypeVar

import msgspec

from quayledger.kernel.failure import Malformed

T = TypeVar("T")

encode: Final = msgspec.json.Encoder(order="sorted").encode
"""The canonical bytes of a value."""


def decode(data: bytes, decoder: msgspec.json.Decoder[T], what: str) -> T:
    """Read canonical bytes.

    Args:
        data: Untrusted bytes.
        decoder: The typed decoder.
        what: Names the thing in refusals.

    Raises:
        Malformed: If the bytes do not fit the type or are not canonical.
    """
    check_text(data, what)
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Malformed(f"{what}: {error}") from None
    if encode(value) != data:
        raise Malformed(f"{what}: not canonical JSON (RFC 8785: sorted keys, no white space)")
    return value


def check_text(data: bytes, what: str) -> None:
    """Refuse bytes that are not UTF-8 text in Unicode normal form C.

    Raises:
        Malformed: If they are not, or would change under normalisation.
    """
    if data.isascii():
        return
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Malformed(f"{what}: not UTF-8") from None
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed(f"{what}: text is not in Unicode normal form C")


def sha256(data: bytes) -> bytes:
    """The SHA-256 value of the bytes: 32 bytes."""
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str, what: str) -> bytes:
    """Read base64url without padding.

    Raises:
        Malformed: If the text is not exactly what `b64` writes.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Malformed(f"{what}: not base64url") from None
    if b64(data) != text:
        raise Malformed(f"{what}: base64url that does not re-encode equal")
    return data


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical bytes, in base64url."""
    return b64(sha256(encode(value)))
