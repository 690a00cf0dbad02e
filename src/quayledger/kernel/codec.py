"""The one codec: canonical JSON, hashes and base64url.

Within our profile (bounded integers, no floats, NFC text) the bytes equal RFC 8785. Bytes that
come in must be what we would have written: then a duplicate key, a float, white space or an
unsorted object cannot hide anything.
"""

import binascii
import hashlib
import unicodedata
from typing import Any, Final, TypeVar

import msgspec

from quayledger.kernel.failure import Malformed

T = TypeVar("T")

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")

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
    value = read(data, decoder, what)
    check_canonical(data, value, what)
    return value


def read(data: bytes, decoder: msgspec.json.Decoder[T], what: str) -> T:
    """Read bytes whose form is checked later, together with what they are part of.

    Raises:
        Malformed: If the bytes are not text in normal form, or do not fit the type.
    """
    check_text(data, what)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Malformed(f"{what}: {error}") from None


def check_canonical(data: bytes, value: Any, what: str) -> None:
    """Hold bytes against what we would have written for their value.

    Raises:
        Malformed: If they differ.
    """
    if encode(value) != data:
        raise Malformed(f"{what}: not canonical JSON (RFC 8785: sorted keys, no white space)")


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
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def unb64(text: str, what: str) -> bytes:
    """Read base64url without padding.

    Raises:
        Malformed: If the text is not exactly what `b64` writes.
    """
    try:
        padded = text.encode("ascii").translate(_FROM_URL) + b"==="[: -len(text) % 4]
        data = binascii.a2b_base64(padded)
    except ValueError:
        raise Malformed(f"{what}: not base64url") from None
    if b64(data) != text:
        raise Malformed(f"{what}: base64url that does not re-encode equal")
    return data


def digest(value: Any) -> str:
    """The SHA-256 of a value's canonical bytes, in base64url."""
    return b64(sha256(encode(value)))
