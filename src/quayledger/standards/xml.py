"""XML from outside: no DOCTYPE, no entities, no network, bounded depth and size."""

from typing import Final

from lxml import etree

from quayledger.standards.refusal import FormatRefused

SIZE_MAX: Final = 8 << 20
DEPTH_MAX: Final = 100
ELEMENTS_MAX: Final = 100_000
_RULE: Final = "XML 1.0"


def parse_xml(data: bytes) -> etree._Element:
    """Read a document.

    Raises:
        FormatRefused: If it is too large or deep, not well-formed, or has a DOCTYPE.
    """
    if len(data) > SIZE_MAX:
        raise FormatRefused(f"more than {SIZE_MAX} bytes", "document", _RULE)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise FormatRefused(str(error.msg), f"line {error.lineno}", _RULE) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise FormatRefused("a DOCTYPE is not accepted", "document", _RULE)
    _check_shape(root)
    return root


def _check_shape(root: etree._Element) -> None:
    depth, count = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > DEPTH_MAX or count > ELEMENTS_MAX:
            where = f"line {element.sourceline}"
            reason = f"deeper than {DEPTH_MAX} or more than {ELEMENTS_MAX} elements"
            raise FormatRefused(reason, where, _RULE)
