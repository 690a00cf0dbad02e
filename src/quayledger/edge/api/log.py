"""The log: entries, what of them is open to us, checkpoints, and bundles for strangers."""

from typing import Any

from msgspec import Raw
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app import policy
from quayledger.edge.api.routes import (
    Parameter,
    Route,
    absent,
    json_answer,
    node_of,
    number_of,
    person_of,
)
from quayledger.ledger import bundle
from quayledger.ledger.content import Delivery, read_delivery
from quayledger.ledger.entry import Entry


async def entries(request: Request) -> Response:
    start = number_of(request, "from", 0, 1 << 53)
    limit = number_of(request, "limit", 100, 1000)
    return json_answer([Raw(data) for data in node_of(request).ledger.entries(start, limit)])


async def content(request: Request) -> Response:
    node = node_of(request)
    node.sync()
    n = request.path_params["n"]
    plain = (
        n.isascii() and n.isdigit() and len(n) < 16 and policy.sees_all(person_of(request).roles)
    )
    found = node.projection.delivered(int(n)) if plain else []
    if not found:
        raise absent(f"content of entry {n}")
    return json_answer([Raw(data) for data in found])


async def checkpoint(request: Request) -> Response:
    return Response(node_of(request).ledger.checkpoint(), media_type="text/plain")


async def founding(request: Request) -> Response:
    return json_answer(node_of(request).genesis)


async def export(request: Request) -> Response:
    node = node_of(request)
    if not policy.sees_all(person_of(request).roles):
        raise absent("bundle for your role")
    node.sync()
    contents = map(read_delivery, node.projection.deliveries())
    data = b"".join(bundle.export(node.ledger, node.genesis, contents))
    name = f"{node.party.lower()}.bundle"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, 200, headers, "application/jsonl")


_PAGE = (
    Parameter("from", "The number of the first entry"),
    Parameter("limit", "How many entries at most (1000)"),
)

ROUTES = (
    Route("GET", "/entries", entries, "Entries of the log", list[Entry], parameters=_PAGE),
    Route("GET", "/entries/{n}", content, "What of an entry is open to us", list[Delivery]),
    Route(
        "GET",
        "/checkpoint",
        checkpoint,
        "The newest signed checkpoint",
        bytes,
        session=False,
        media_type="text/plain",
    ),
    Route(
        "GET", "/genesis", founding, "The founding of the network", dict[str, Any], session=False
    ),
    Route(
        "GET",
        "/bundle",
        export,
        "Everything that is open to us, for offline verification",
        bytes,
        media_type="application/jsonl",
    ),
)
