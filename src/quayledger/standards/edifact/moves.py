"""CODECO and COARRI (D.95B): containers through the gate, and over the quay.

A message says of each container (EQD) when and where it moved. Times without a zone are local to
the sender; the reader is told the offset.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from quayledger.standards.codes.container import has_check_digit, is_formed
from quayledger.standards.edifact.syntax import Interchange, Message, Segment
from quayledger.standards.refusal import FormatRefused

EVENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "CODECO": {"34": "GTIN", "36": "GTOT"},
    "COARRI": {"44": "DISC", "98": "DISC", "46": "LOAD", "270": "LOAD"},
}
"""UNTDID 1001 document codes (BGM) and the DCSA equipment event that each reports."""
_TAGS: Final = frozenset(
    "BGM TDT LOC DTM NAD CTA COM EQD RFF TMD MEA DIM TMP RNG SEL FTX DGS EQA PIA DAM COD HAN"
    " GID SGP CNT TSR GDS".split()
)
_TIMES: Final = ("203", "7", "137", "132")
_FORMATS: Final = {"203": "%Y%m%d%H%M", "102": "%Y%m%d", "204": "%Y%m%d%H%M%S"}


class Move(Struct, frozen=True):
    """One container's move: what, when (ms UTC), where, under which references; mass in grams."""

    message: str
    event: str
    container: str
    time_ms: int
    offset_minutes: int
    location: str
    facility: str
    empty: bool
    booking: str
    bill: str
    gross_mass_g: int | None
    seals: tuple[str, ...]
    vessel: str
    voyage: str


class Moves(Struct, frozen=True):
    """All moves of an interchange, and what was noticed on the way."""

    moves: tuple[Move, ...]
    notices: tuple[str, ...]


def read_moves(interchange: Interchange, offset_minutes: int) -> Moves:
    """The moves that CODECO and COARRI messages report.

    Args:
        interchange: A parsed interchange.
        offset_minutes: The sender's offset from UTC, for times without one.

    Raises:
        FormatRefused: If a message is of another type, or a segment is missing or wrong.
    """
    moves: list[Move] = []
    for message in interchange.messages:
        if message.type not in EVENTS:
            raise FormatRefused("neither CODECO nor COARRI", message.where, "UN/EDIFACT D.95B")
        moves.extend(_moves(message, offset_minutes))
    notices = (
        f"{move.container}: its check digit is wrong (ISO 6346)"
        for move in moves
        if not has_check_digit(move.container)
    )
    return Moves(tuple(moves), tuple(dict.fromkeys(notices)))


def _moves(message: Message, offset_minutes: int) -> Iterator[Move]:
    rule = f"UN/EDIFACT {message.type} {message.release}"
    for segment in message.segments:
        if segment.tag not in _TAGS:
            raise FormatRefused("no segment of this message", segment.where, rule)
    head, units = _units(message, rule)
    code = head[0].get(0)
    if code not in EVENTS[message.type]:
        known = ", ".join(EVENTS[message.type])
        raise FormatRefused(f"document code {code!r}, known are {known}", head[0].where, rule)
    transport = next((one for one in head if one.tag == "TDT"), None)
    for unit in units:
        own = _where(unit) or _where(head)
        yield Move(
            message=message.reference,
            event=EVENTS[message.type][code],
            container=_container(unit[0], rule),
            time_ms=_time(unit, head, offset_minutes, rule),
            offset_minutes=offset_minutes,
            location=own.get(1) if own else "",
            facility=own.get(2) if own else "",
            empty=unit[0].get(5) == "4",
            booking=_reference(unit, "BN"),
            bill=_reference(unit, "BM"),
            gross_mass_g=_mass(unit, rule),
            seals=tuple(one.get(0) for one in unit if one.tag == "SEL"),
            vessel=transport.get(7, 3) if transport else "",
            voyage=transport.get(1) if transport else "",
        )


def _units(message: Message, rule: str) -> tuple[list[Segment], list[list[Segment]]]:
    """The head of a message, and the segments of each container."""
    found: list[list[Segment]] = [[]]
    for segment in message.segments:
        if segment.tag == "EQD":
            found.append([])
        if segment.tag != "CNT":
            found[-1].append(segment)
    head, units = found[0], found[1:]
    if not head or head[0].tag != "BGM":
        raise FormatRefused("BGM is missing", message.where, rule)
    if not units:
        raise FormatRefused("EQD is missing", message.where, rule)
    for count in (one for one in message.segments if one.tag == "CNT"):
        if count.get(0) == "16" and count.get(0, 1) != str(len(units)):
            said = count.get(0, 1)
            raise FormatRefused(f"{said} units said, {len(units)} found", count.where, rule)
    return head, units


def _container(segment: Segment, rule: str) -> str:
    number = segment.get(1)
    if segment.get(0) != "CN" or not is_formed(number):
        raise FormatRefused(f"{number!r} is no container number", segment.where, "ISO 6346")
    return number


def _time(unit: list[Segment], head: list[Segment], offset_minutes: int, rule: str) -> int:
    times = {one.get(0): one for one in (*head, *unit) if one.tag == "DTM"}
    own = {one.get(0): one for one in unit if one.tag == "DTM"}
    for known in (own, times):
        for qualifier in _TIMES:
            if qualifier in known:
                return _moment(known[qualifier], offset_minutes, rule)
    raise FormatRefused("DTM with the time of the move is missing", unit[0].where, rule)


def _moment(segment: Segment, offset_minutes: int, rule: str) -> int:
    zone = datetime.timezone(datetime.timedelta(minutes=offset_minutes))
    form = _FORMATS.get(segment.get(0, 2))
    try:
        if form is None:
            raise ValueError
        moment = datetime.datetime.strptime(segment.get(0, 1), form).replace(tzinfo=zone)
    except ValueError:
        text = segment.get(0, 1)
        raise FormatRefused(f"{text!r} is no date and time", segment.where, rule) from None
    return int(moment.timestamp()) * 1000


def _where(segments: list[Segment]) -> Segment | None:
    """The place of a move: where it is handled, loaded or discharged."""
    places = {one.get(0): one for one in segments if one.tag == "LOC"}
    return next((places[code] for code in ("165", "9", "11") if code in places), None)


def _reference(unit: list[Segment], qualifier: str) -> str:
    found = (one.get(0, 1) for one in unit if one.tag == "RFF" and one.get(0) == qualifier)
    return next(found, "")


def _mass(unit: list[Segment], rule: str) -> int | None:
    for one in unit:
        if one.tag == "MEA" and one.get(1) in {"G", "EGW", "VGM"} and one.get(2) == "KGM":
            text = one.get(2, 1).replace(",", ".")
            whole, _, rest = text.partition(".")
            if not whole.isdigit() or (rest and not rest.isdigit()) or len(rest) > 3:
                raise FormatRefused(f"{text!r} is no mass in kilograms", one.where, rule)
            return int(whole) * 1000 + int((rest + "000")[:3])
    return None
