"""The FIN format: blocks, and the fields of the text block."""

import re
from typing import Final

from msgspec import Struct

from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 1 << 20
_RULE: Final = "SWIFT FIN"
_HEAD: Final = re.compile(r"\{2:[IO](?P<type>[0-9]{3})")
_FIELD: Final = re.compile(r"^:(?P<tag>[0-9]{2}[A-Z]?):", re.MULTILINE)


class Message(Struct, frozen=True):
    """A message: its type, sender's and receiver's addresses, and its fields in order."""

    type: str
    sender: str
    receiver: str
    fields: tuple[tuple[str, str], ...]

    def get(self, tag: str) -> str:
        """The first field of a tag; empty if there is none."""
        return next((value for name, value in self.fields if name == tag), "")

    def tags(self) -> frozenset[str]:
        """The tags that stand in the message."""
        return frozenset(tag for tag, _ in self.fields)


def read_messages(data: bytes) -> list[Message]:
    """The messages of a file, which a line with a dollar sign separates.

    Raises:
        FormatRefused: If a block or the text is not what it must be.
    """
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"more than {SIZE_MAX} bytes", "file", _RULE)
    try:
        text = data.decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FormatRefused("not ASCII", f"byte {error.start}", _RULE) from None
    parts = [part for part in re.split(r"^\$\n?", text, flags=re.MULTILINE) if part.strip()]
    return [_read(part.strip("\n"), number) for number, part in enumerate(parts, 1)]


def _read(text: str, number: int) -> Message:
    where = f"message {number}"
    sender = re.match(r"\{1:F01(?P<bic>[A-Z0-9]{12})[0-9]{10}\}", text)
    head = _HEAD.search(text)
    begin, end = text.find("{4:\n"), text.find("\n-}")
    if sender is None:
        raise FormatRefused("no basic header block 1", where, _RULE)
    if head is None:
        raise FormatRefused("no application header block 2", where, _RULE)
    if begin < 0 or end < begin:
        raise FormatRefused("no text block 4 that ends with -}", where, _RULE)
    receiver = re.match(r"\{2:[IO][0-9]{3}([A-Z0-9]{12})", text[head.start() :])
    body = text[begin + 4 : end]
    marks = list(_FIELD.finditer(body))
    if not marks or marks[0].start() != 0:
        raise FormatRefused("text block does not begin with a field", where, _RULE)
    ends = [mark.start() - 1 for mark in marks[1:]] + [len(body)]
    fields = tuple(
        (mark["tag"], body[mark.end() : stop]) for mark, stop in zip(marks, ends, strict=True)
    )
    return Message(head["type"], sender["bic"], receiver[1] if receiver else "", fields)
