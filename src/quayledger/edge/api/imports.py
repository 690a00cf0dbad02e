"""Files in the field's own formats in, drafts of intents out."""

from typing import Any, Final

import msgspec
from msgspec import Raw, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app import examining
from quayledger.app.imports.prepared import Prepared
from quayledger.app.imports.registry import FORMATS
from quayledger.app.node import Node
from quayledger.edge.api.routes import (
    JSON,
    Parameter,
    Route,
    absent,
    limited_body,
    node_of,
    person_of,
)
from quayledger.kernel import Malformed
from quayledger.kernel.codec import encode

FILE_MAX: Final = 16 << 20


class Imported(Struct, frozen=True):
    """A draft to sign, what the reader noticed, and what it read."""

    draft: Raw
    notices: tuple[str, ...]
    facts: dict[str, Any]


async def import_file(request: Request) -> Response:
    node = node_of(request)
    importer = FORMATS.get(request.path_params["format"])
    if importer is None:
        raise absent(f"format; known are {', '.join(sorted(FORMATS))}")
    data = await limited_body(request, FILE_MAX)
    if len(data) > FILE_MAX:
        raise Malformed(f"import: more than {FILE_MAX} bytes")
    return await _answer(node, await run_in_threadpool(importer, node, data, request.query_params))


async def examine(request: Request) -> Response:
    node, person = node_of(request), person_of(request)
    id, document = request.path_params["id"], request.query_params.get("document", "")
    if not {"maker", "checker"} & set(person.roles):
        raise absent(f"presentation {id}")
    if not document:
        raise Malformed("examination: parameter 'document', the id of the report, is missing")
    prepared = await run_in_threadpool(examining.prepare, node, id, person.id, document)
    if prepared is None:
        raise absent(f"presentation {id}")
    return await _answer(node, prepared)


async def _answer(node: Node, prepared: Prepared) -> Response:
    draft = await run_in_threadpool(node.draft, prepared.commands)
    facts = dict(prepared.facts or {})
    body = Imported(Raw(encode(draft)), prepared.notices, facts)
    return Response(msgspec.json.encode(body), 201, None, JSON)


ROUTES = (
    Route(
        "POST",
        "/imports/{format}",
        import_file,
        "Read a file in one of the field's formats and prepare the intent that it stands for",
        Imported,
        bytes,
        201,
        parameters=(
            Parameter("consignment", "The consignment that it belongs to"),
            Parameter("document", "The id under which the document is kept"),
            Parameter("readers", "Organisations that may read it, separated by commas"),
        ),
    ),
    Route(
        "POST",
        "/presentations/{id}/examination",
        examine,
        "Examine a presentation and prepare the intent that records the findings",
        Imported,
        None,
        201,
        parameters=(Parameter("document", "The id under which the report is kept"),),
    ),
)
