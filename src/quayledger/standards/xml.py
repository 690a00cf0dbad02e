"""XML from outside: no DOCTYPE, no entities, no network, bounded size and depth.

What could be a bomb is refused before the parser sees it; what is left is plain elements and text.
"""

import re
from typing import Final

from lxml import etree

from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 4 << 20
"""Bytes of a document."""
TAGS_MAX: Final = 200_000
"""Tags, opening, closing and empty, comments among them."""
DEPTH_MAX: Final = 64
"""Elements within each other."""

_RULE: Final = "XML 1.0"
# Atomic groups: a prolog of many comments must not be read in many ways.
_DOCTYPE: Final = re.compile(r"\ufeff?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_ENCODING: Final = re.compile(r"\ufeff?<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
_ENCODINGS: Final = {"utf-8", "us-ascii"}


def parse_xml(data: bytes) -> etree._Element:
    """Read a document, without its comments and processing instructions.

    Raises:
        FormatRefused: If it is too large or deep, not UTF-8, not well-formed, or has a DOCTYPE;
            names the line where the parser stopped.
    """
    _check_text(data)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        message = f"is not well-formed: {error.msg}"
        raise FormatRefused(message, f"line {error.lineno}", _RULE) from None
    _check_depth(root)
    return root


def place(element: etree._Element) -> str:
    """The path to an element by local names, counted where names repeat, and its line."""
    steps = [_step(element), *(_step(parent) for parent in element.iterancestors())]
    return f"{'/'.join(reversed(steps))}, line {element.sourceline}"


def _check_text(data: bytes) -> None:
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"has more than {SIZE_MAX} bytes", "document", _RULE)
    if data.count(b"<") > TAGS_MAX:
        raise FormatRefused(f"has more than {TAGS_MAX} tags", "document", _RULE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatRefused("is not UTF-8", f"byte {error.start}", _RULE) from None
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() not in _ENCODINGS:
        raise FormatRefused(f"says that it is {declared[1][:40]}; send UTF-8", "line 1", _RULE)
    if _DOCTYPE.match(text):
        raise FormatRefused("has a DOCTYPE, which is not accepted", "document", _RULE)


def _check_depth(root: etree._Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MAX:
            where = f"line {element.sourceline}"
            raise FormatRefused(f"is deeper than {DEPTH_MAX} elements", where, _RULE)


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    after = next(element.itersiblings(element.tag), None)
    return f"{name}[{before + 1}]" if before or after is not None else name
