"""The syntax of an interchange (ISO 9735): service characters, segments, envelopes.

`parse` is strict and refuses at the first defect; `defects` names them all, since about two in
five interchanges from the field have some.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 64 << 20
_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_DEFAULT: Final = ":+.? '"
_RULE: Final = "ISO 9735"


class Segment(Struct, frozen=True):
    """A segment: tag, elements of components, its number in the interchange and its byte offset."""

    tag: str
    elements: tuple[tuple[str, ...], ...]
    number: int
    offset: int

    def get(self, element: int, component: int = 0) -> str:
        """A component by its position from 0; empty if it is not there."""
        if element < len(self.elements) and component < len(self.elements[element]):
            return self.elements[element][component]
        return ""

    @property
    def where(self) -> str:
        """How refusals name it."""
        return f"segment {self.number} {self.tag}"


class Message(Struct, frozen=True):
    """One message: its reference and type from UNH, and the segments between UNH and UNT."""

    reference: str
    type: str
    release: str
    segments: tuple[Segment, ...]
    where: str


class Interchange(Struct, frozen=True):
    """One interchange: sender, recipient and control reference from UNB, and its messages."""

    sender: str
    recipient: str
    reference: str
    messages: tuple[Message, ...]


class Defect(Struct, frozen=True):
    """One fault of an envelope, and where it is."""

    where: str
    message: str


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of an interchange, one by one.

    Raises:
        FormatRefused: If the bytes are too many, or no segments.
    """
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"more than {SIZE_MAX} bytes", "interchange", _RULE)
    text = data.decode("latin-1")
    start, signs = 0, _DEFAULT
    if text.startswith("UNA"):
        signs, start = text[3:9], 9
        if len(set(signs[:2] + signs[3:4] + signs[5:])) != 4:
            raise FormatRefused("service characters are not distinct", "UNA", _RULE)
    component, element, release, end = signs[0], signs[1], signs[3], signs[5]
    raws = ((at, raw) for at, raw in _split(text, start, end, release) if raw.strip())
    for number, (offset, raw) in enumerate(raws, 1):
        parts = _divide(raw, element, release)
        tag = parts[0]
        if not _TAG.fullmatch(tag):
            raise FormatRefused(f"{tag[:20]!r} is no segment tag", f"segment {number}", _RULE)
        elements = tuple(
            tuple(_plain(one, release) for one in _divide(part, component, release))
            for part in parts[1:]
        )
        yield Segment(tag, elements, number, offset)


def _split(text: str, start: int, end: str, release: str) -> Iterator[tuple[int, str]]:
    """Raw segments with their offsets; line ends between them mean nothing."""
    at = start
    while at < len(text):
        while at < len(text) and text[at] in "\r\n \t":
            at += 1
        if at >= len(text):
            return
        stop = text.find(end, at)
        while stop > 0 and _is_released(text, stop, release):
            stop = text.find(end, stop + 1)
        if stop < 0:
            raise FormatRefused("no segment terminator", f"byte {at}", _RULE)
        yield at, text[at:stop]
        at = stop + 1


def _divide(text: str, sign: str, release: str) -> list[str]:
    """Split at a service character that is not released."""
    if release not in text:
        return text.split(sign)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == release:
            at += 1
        elif text[at] == sign:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _is_released(text: str, at: int, release: str) -> bool:
    """Whether an odd number of release characters stands before a position."""
    count = 0
    while at - count > 0 and text[at - count - 1] == release:
        count += 1
    return count % 2 == 1 and release != " "


def _plain(text: str, release: str) -> str:
    if release == " " or release not in text:
        return text
    return re.sub(re.escape(release) + r"(.)", r"\1", text, flags=re.DOTALL)


def defects(data: bytes) -> list[Defect]:
    """Every fault of the envelopes: counts, references, missing or misplaced service segments."""
    return _Envelopes().check(data)[0]


def parse(data: bytes) -> Interchange:
    """Read one interchange.

    Raises:
        FormatRefused: At the first fault of an envelope.
    """
    found, interchange = _Envelopes().check(data)
    if found:
        raise FormatRefused(found[0].message, found[0].where, _RULE)
    return interchange


class _Envelopes:
    """Follows the service segments through an interchange."""

    def __init__(self) -> None:
        self.found: list[Defect] = []
        self.header: Segment | None = None
        self.group: Segment | None = None
        self.start: Segment | None = None
        self.body: list[Segment] = []
        self.messages: list[Message] = []
        self.groups = 0
        self.in_group = 0
        self.ended = False

    def check(self, data: bytes) -> tuple[list[Defect], Interchange]:
        last = "interchange"
        for segment in segments(data):
            last = segment.where
            if self.ended:
                self.fault(segment, "stands after UNZ")
            elif self.header is None and segment.tag != "UNB":
                self.fault(segment, "stands before UNB")
            self.take(segment)
        if self.start is not None:
            self.found.append(Defect(last, "message without UNT"))
        if self.header is None:
            self.found.append(Defect("interchange", "no UNB"))
        if not self.ended:
            self.found.append(Defect(last, "interchange without UNZ"))
        head = self.header
        sender, recipient = (head.get(1), head.get(2)) if head else ("", "")
        reference = head.get(4) if head else ""
        return self.found, Interchange(sender, recipient, reference, tuple(self.messages))

    def take(self, segment: Segment) -> None:
        handlers = {
            "UNB": self.unb,
            "UNG": self.ung,
            "UNH": self.unh,
            "UNT": self.unt,
            "UNE": self.une,
            "UNZ": self.unz,
        }
        if segment.tag in handlers:
            handlers[segment.tag](segment)
        elif self.start is not None:
            self.body.append(segment)
        elif not self.ended and self.header is not None:
            self.fault(segment, "stands outside a message")

    def unb(self, segment: Segment) -> None:
        if self.header is not None:
            self.fault(segment, "a second UNB")
        self.header = segment

    def ung(self, segment: Segment) -> None:
        self.group, self.in_group = segment, 0
        self.groups += 1

    def unh(self, segment: Segment) -> None:
        if self.start is not None:
            self.fault(segment, "the message before has no UNT")
        self.start, self.body = segment, []

    def unt(self, segment: Segment) -> None:
        if self.start is None:
            self.fault(segment, "UNT without UNH")
            return
        count = str(len(self.body) + 2)
        self.compare(segment, "segment count", segment.get(0), count)
        self.compare(segment, "message reference", segment.get(1), self.start.get(0))
        self.messages.append(
            Message(
                reference=self.start.get(0),
                type=self.start.get(1, 0),
                release=self.start.get(1, 1) + "." + self.start.get(1, 2),
                segments=tuple(self.body),
                where=f"message {self.start.get(0)} {self.start.get(1, 0)}",
            )
        )
        self.start, self.in_group = None, self.in_group + 1

    def une(self, segment: Segment) -> None:
        if self.group is None:
            self.fault(segment, "UNE without UNG")
            return
        self.compare(segment, "message count", segment.get(0), str(self.in_group))
        self.compare(segment, "group reference", segment.get(1), self.group.get(4))
        self.group = None

    def unz(self, segment: Segment) -> None:
        if self.header is not None:
            count = self.groups or len(self.messages) + (self.start is not None)
            self.compare(segment, "interchange count", segment.get(0), str(count))
            self.compare(segment, "interchange reference", segment.get(1), self.header.get(4))
        self.ended = True

    def compare(self, segment: Segment, what: str, found: str, wanted: str) -> None:
        same = found == wanted
        if found.isdigit() and wanted.isdigit() and "count" in what:
            same = int(found) == int(wanted)
        if not same:
            self.fault(segment, f"{what} {found or 'missing'}, expected {wanted}")

    def fault(self, segment: Segment, message: str) -> None:
        self.found.append(Defect(segment.where, message))
