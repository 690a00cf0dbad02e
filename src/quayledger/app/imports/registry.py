"""The formats that a node reads."""

from collections.abc import Mapping
from typing import Final

from quayledger.app.imports import plain_document
from quayledger.app.imports.prepared import Importer

FORMATS: Final[Mapping[str, Importer]] = {
    "document": plain_document.prepare,
}
