"""Files in the field's own formats in, drafts of intents out."""

from typing import Any, Final

from msgspec import Raw, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app.imports.registry import FORMATS
from quayledger.edge.api.intents import limited_body
from quayledger.edge.api.routes import JSON, Parameter, Route, absent, node_of
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
    prepared = await run_in_threadpool(importer, node, data, request.query_params)
    draft = await run_in_threadpool(node.draft, prepared.commands)
    facts = dict(prepared.facts or {})
    body = Imported(Raw(encode(draft)), prepared.notices, facts)
    return Response(encode(body), 201, None, JSON)


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
)
