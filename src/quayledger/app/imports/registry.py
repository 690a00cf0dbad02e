"""The formats that a node reads."""

from collections.abc import Mapping
from typing import Final

from quayledger.app.imports import (
    berth_plan,
    credit,
    declaration,
    events,
    plain_document,
    transport_document,
)
from quayledger.app.imports.prepared import Importer

FORMATS: Final[Mapping[str, Importer]] = {
    "berth-problem": berth_plan.prepare,
    "dcsa-track-trace-2.2": events.prepare_track_trace,
    "dcsa-transport-document-3.0": transport_document.prepare,
    "document": plain_document.prepare,
    "edifact-moves": events.prepare_moves,
    "mt700": credit.prepare,
    "wco-declaration": declaration.prepare,
}
