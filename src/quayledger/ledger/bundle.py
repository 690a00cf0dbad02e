"""Bundles: a log, a checkpoint over it and what one party may see of it, in one file for strangers.

Lines of canonical JSON: the founding, every entry with its leaf hash, contents, the checkpoint.
Every byte is under a hash or a signature, so no change goes unseen; `docs/bundle.md` is the spec.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Raw, Struct

from quayledger.contracts.membership.public import Genesis
from quayledger.kernel import Count, Digest, Malformed, Rulebook
from quayledger.kernel.codec import b64, decode, encode
from quayledger.kernel.merkle import leaf_hash
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import Delivery, merge
from quayledger.ledger.follower import Follower
from quayledger.ledger.log.checkpoint import read_checkpoint
from quayledger.ledger.port import Ledger

FORMAT: Final = "quayledger-bundle-1"
_STEP: Final = 1000
_MARKS: Final = (b'{"format":"quayledger-bundle-', b'"line":"founding"}')
_ENTRY_NUMBER: Final = re.compile(rb'"n":([0-9]{1,15})[,}]')


class Head(Struct, frozen=True, tag_field="line", tag="founding", forbid_unknown_fields=True):
    """First line: the format and the genesis file, whose hash is the network's name."""

    format: str
    genesis: Genesis


class EntryLine(Struct, frozen=True, tag_field="line", tag="entry", forbid_unknown_fields=True):
    """An entry and its leaf hash, so that a damaged entry can be named."""

    n: Count
    leaf: Digest
    entry: Raw


class ContentLine(Struct, frozen=True, tag_field="line", tag="content", forbid_unknown_fields=True):
    """What is shown of one entry."""

    content: Delivery


class NoteLine(Struct, frozen=True, tag_field="line", tag="checkpoint", forbid_unknown_fields=True):
    """Last line: the signed checkpoint over all entries."""

    note: str


Line = Head | EntryLine | ContentLine | NoteLine
_LINE: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


class Verdict(Struct, frozen=True):
    """What a sound bundle shows."""

    network: str
    size: int
    contents: int
    rules_full: int
    rules_part: int


def export(ledger: Ledger, genesis: Genesis, contents: Iterable[Delivery]) -> Iterator[bytes]:
    """The lines of a bundle over the newest checkpoint.

    Args:
        ledger: The ledger.
        genesis: Its founding.
        contents: What the bundle shows; what the checkpoint does not cover yet is left out.
    """
    note = ledger.checkpoint()
    size = read_checkpoint(note, genesis.log_key).size
    yield encode(Head(FORMAT, genesis)) + b"\n"
    for start in range(0, size, _STEP):
        for n, data in enumerate(ledger.entries(start, min(_STEP, size - start)), start):
            yield encode(EntryLine(n, b64(leaf_hash(data)), Raw(data))) + b"\n"
    for n, content in sorted(_by_entry(contents).items()):
        if n < size:
            yield encode(ContentLine(content)) + b"\n"
    yield encode(NoteLine(note)) + b"\n"


def verify(lines: Iterable[bytes], rulebook: Rulebook, rules: bool = False) -> Verdict:
    """Check a bundle; with `rules`, also run every command whose records it shows.

    Raises:
        Alarm: With the number of the first bad entry, None if no single entry is to blame.
        Malformed: If the file is not a bundle at all.
    """
    source = enumerate(lines, 1)
    head = _head(source)
    try:
        follower = Follower(rulebook, head.genesis, rules)
    except Malformed as malformed:
        raise Alarm(0, str(malformed)) from None
    contents: dict[int, Delivery] = {}
    note = None
    for number, data in source:
        if note is not None:
            raise Alarm(None, f"line {number}: after the checkpoint, which is the last line")
        line = _read(data, number)
        if isinstance(line, EntryLine):
            _follow(follower, line, bool(contents))
        elif isinstance(line, ContentLine):
            if line.content.n <= next(reversed(contents), -1):
                raise Alarm(line.content.n, "contents are not one an entry, in order")
            contents[line.content.n] = line.content
        elif isinstance(line, NoteLine):
            note = line.note
        else:
            raise Alarm(None, f"line {number}: a second founding")
    return _judge(follower, contents, note)


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a bundle file, without loading all of it."""
    with path.open("rb") as file:
        yield from file


def _by_entry(contents: Iterable[Delivery]) -> dict[int, Delivery]:
    found: dict[int, Delivery] = {}
    for content in contents:
        found[content.n] = merge(found[content.n], content) if content.n in found else content
    return found


def _head(source: Iterator[tuple[int, bytes]]) -> Head:
    _, data = next(source, (0, b""))
    if not any(mark in data for mark in _MARKS):
        raise Malformed(f"not a bundle: the first line is not a founding in format {FORMAT}")
    line = _read(data, 1)
    if not isinstance(line, Head) or line.format != FORMAT:
        raise Alarm(0, f"line 1: not a founding in format {FORMAT}")
    return line


def _read(data: bytes, number: int) -> Line:
    try:
        if not data.endswith(b"\n"):
            raise Malformed("no line end")
        return decode(data[:-1], _LINE, "line")
    except Malformed as malformed:
        n = 0 if number == 1 else _named_entry(data)
        raise Alarm(n, f"line {number}: {malformed}") from None


def _named_entry(data: bytes) -> int | None:
    """The entry that a damaged line is about, as far as it still says so."""
    found = _ENTRY_NUMBER.search(data)
    return int(found[1]) if found else None


def _follow(follower: Follower, line: EntryLine, too_late: bool) -> None:
    data = bytes(line.entry)
    if too_late or line.n != len(follower.chronicle.entries):
        raise Alarm(line.n, "entries are not in order, before all contents")
    if b64(leaf_hash(data)) != line.leaf:
        raise Alarm(line.n, "its leaf hash is another")
    follower.chronicle.append([data])


def _judge(follower: Follower, contents: dict[int, Delivery], note: str | None) -> Verdict:
    if 0 not in contents:
        raise Alarm(0, "its content, the founding, is not shown")
    for content in contents.values():
        follower.take(content)
    if note is None:
        raise Alarm(None, "no checkpoint in the last line")
    try:
        checkpoint = read_checkpoint(note, follower.founding.log_key)
    except Malformed as malformed:
        raise Alarm(None, str(malformed)) from None
    follower.chronicle.hold_against(checkpoint)
    tally = follower.tally
    return Verdict(
        follower.founding.network, checkpoint.size, len(contents), tally.full, tally.part
    )
