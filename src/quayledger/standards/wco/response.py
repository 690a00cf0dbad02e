"""What an authority answers to a declaration: a response of the WCO data model (RES)."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from lxml import etree
from msgspec import Struct

from quayledger.standards.refusal import FormatRefused

METADATA: Final = "urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"
RESPONSE: Final = "urn:wco:datamodel:WCO:RES-DMS:2"
VALUES: Final = "urn:wco:datamodel:WCO:Response_DS:DMS:2"

_RULE: Final = "WCO RES"
_LENGTHS: Final = {"reference": 35, "local_reference": 35, "mrn": 70}


class Function(StrEnum):
    """What the authority says (UN/EDIFACT 1225, as the HMRC declaration service uses it)."""

    ACCEPTED = "01"
    RECEIVED = "02"
    REJECTED = "03"
    UNDER_CONTROL = "05"
    DOCUMENTS_REQUESTED = "06"
    RELEASED = "08"
    CLEARED = "09"
    INVALIDATED = "10"


class Response(Struct, frozen=True, kw_only=True):
    """One answer: `reference` names it, `local_reference` and `mrn` the declaration it is on."""

    function: Function
    reference: str
    issued_ms: int
    local_reference: str
    mrn: str
    version: int = 1
    accepted_ms: int | None = None
    errors: tuple[str, ...] = ()
    """Validation codes of a rejection, of at most eight characters."""


def build_response(response: Response) -> bytes:
    """The message in XML, as the data model's schemas ask for it.

    Raises:
        FormatRefused: If a reference or code is empty, or longer than the data model allows.
    """
    stated = [(name, getattr(response, name), length) for name, length in _LENGTHS.items()]
    for name, value, length in (*stated, *(("errors", code, 8) for code in response.errors)):
        if not 0 < len(value) <= length:
            raise FormatRefused(f"must have 1 to {length} characters", name, _RULE)
    prefixes = {"md": METADATA, "res": RESPONSE, "ds": VALUES}
    root = etree.Element(f"{{{METADATA}}}MetaData", nsmap=prefixes)
    _add(root, METADATA, "WCODataModelVersionCode", "3.6")
    _add(root, METADATA, "WCOTypeName", "RES")
    body = _add(root, RESPONSE, "Response")
    _add(body, RESPONSE, "FunctionCode", response.function.value)
    _add(body, RESPONSE, "FunctionalReferenceID", response.reference)
    _add_time(body, "IssueDateTime", response.issued_ms)
    for code in response.errors:
        _add(_add(body, RESPONSE, "Error"), RESPONSE, "ValidationCode", code)
    declaration = _add(body, RESPONSE, "Declaration")
    if response.accepted_ms is not None:
        _add_time(declaration, "AcceptanceDateTime", response.accepted_ms)
    _add(declaration, RESPONSE, "FunctionalReferenceID", response.local_reference)
    _add(declaration, RESPONSE, "ID", response.mrn)
    if response.function is Function.REJECTED:
        _add_time(declaration, "RejectionDateTime", response.issued_ms)
    _add(declaration, RESPONSE, "VersionID", str(response.version))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(
    parent: etree._Element, namespace: str, name: str, content: str | None = None
) -> etree._Element:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = content
    return element


def _add_time(parent: etree._Element, name: str, time_ms: int) -> None:
    """Format 304: date, time to the second, and the offset from UTC, here always Z."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    element = etree.SubElement(_add(parent, RESPONSE, name), f"{{{VALUES}}}DateTimeString")
    element.set("formatCode", "304")
    element.text = f"{moment:%Y%m%d%H%M%S}Z"
