"""Documents: opened for a purpose, every look noted."""

from typing import Any, Final

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app import policy
from quayledger.app.sharing import open_document
from quayledger.edge.api.routes import (
    Parameter,
    Route,
    absent,
    json_answer,
    node_of,
    person_of,
)
from quayledger.kernel import Malformed
from quayledger.vault.documents import Look


class Opened(Struct, frozen=True):
    """A document in clear, with the commitment that the ledger keeps of it."""

    id: str
    type: str
    commitment: str
    fields: dict[str, Any]


async def document(request: Request) -> Response:
    node, person = node_of(request), person_of(request)
    id, purpose = request.path_params["id"], request.query_params.get("purpose", "")
    if purpose not in policy.PURPOSES:
        raise Malformed(f"purpose: one of {', '.join(map(repr, policy.PURPOSES))} is wanted")
    if "*" not in policy.fields(person.roles, "consignment.document"):
        raise absent(f"document {id}")
    opened = await run_in_threadpool(open_document, node, id, person.id, purpose)
    if opened is None:
        raise absent(f"document {id}")
    return json_answer(Opened(id, opened.kind, opened.commitment(), opened.fields()))


async def looks(request: Request) -> Response:
    found = node_of(request).vault.looks(request.path_params["id"])
    return json_answer(found if "*" in _document_fields(request) else [])


def _document_fields(request: Request) -> frozenset[str]:
    return policy.fields(person_of(request).roles, "consignment.document")


_PURPOSE: Final = (Parameter("purpose", "Why you look; it is noted", required=True),)

ROUTES = (
    Route("GET", "/documents/{id}", document, "Open a document", Opened, parameters=_PURPOSE),
    Route("GET", "/documents/{id}/looks", looks, "Who looked at a document", list[Look]),
)
