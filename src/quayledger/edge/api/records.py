"""Records, what was done to them, and what can be done next."""

from typing import Any

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app import policy
from quayledger.app.overview import Overview, history, overview
from quayledger.edge.api.routes import (
    Parameter,
    Route,
    absent,
    json_answer,
    node_of,
    person_of,
)
from quayledger.kernel import key
from quayledger.readmodel.projection import Act
from quayledger.vault.journey import Journey, journey


class Action(Struct, frozen=True):
    """A command that the record's contract knows from its present status."""

    command: str
    event: str
    to: tuple[str, ...]
    role: str | None
    persons: int


async def record(request: Request) -> Response:
    found = _visible(request)
    return json_answer(found, headers={"etag": f'"{found["version"]}"'})


async def records(request: Request) -> Response:
    node = node_of(request)
    node.sync()
    roles = person_of(request).roles
    found = node.projection.records(request.path_params["kind"])
    narrowed = (policy.narrowed(roles, record) for record in found)
    return json_answer([record for record in narrowed if record is not None])


async def actions(request: Request) -> Response:
    found = _visible(request)
    kind = request.path_params["kind"]
    contracts = {contract.name: contract for contract in node_of(request).rulebook.contracts}
    if kind not in contracts:
        return json_answer([])
    return json_answer(
        [
            Action(
                command=str(rule.on.__struct_config__.tag),
                event=rule.event,
                to=tuple(
                    map(str, rule.target if isinstance(rule.target, tuple) else [rule.target])
                ),
                role=rule.role,
                persons=rule.eyes,
            )
            for rule in contracts[kind].possible(found.get("status"))
        ]
    )


async def acts(request: Request) -> Response:
    found = _visible(request)
    kind = request.path_params["kind"]
    whole = "*" in policy.fields(person_of(request).roles, kind)
    name = key(kind, request.path_params["id"])
    return json_answer(node_of(request).projection.acts([name]) if found and whole else [])


async def search(request: Request) -> Response:
    node = node_of(request)
    node.sync()
    roles = person_of(request).roles
    text = request.query_params.get("q", "").strip()
    found = (node.projection.record(name) for name in node.projection.search(text))
    return json_answer(policy.hits(roles, found, text))


async def consignment(request: Request) -> Response:
    id, roles = request.path_params["id"], person_of(request).roles
    found = await run_in_threadpool(overview, node_of(request), id, roles)
    if found is None:
        raise absent(f"consignment {id}")
    return json_answer(found)


async def container(request: Request) -> Response:
    node, number = node_of(request), request.path_params["number"]
    if "*" not in policy.fields(person_of(request).roles, "tracking.batch"):
        raise absent(f"container {number}")
    node.sync()
    return json_answer(journey(await run_in_threadpool(history, node, number)))


def _visible(request: Request) -> dict[str, Any]:
    node = node_of(request)
    node.sync()
    kind, id = request.path_params["kind"], request.path_params["id"]
    found = node.projection.record(key(kind, id))
    narrowed = None if found is None else policy.narrowed(person_of(request).roles, found)
    if narrowed is None:
        raise absent(f"{kind} {id}")
    return narrowed


_QUERY = (Parameter("q", "An id, number or name that stands in the record", required=True),)

ROUTES = (
    Route("GET", "/records/{kind}", records, "All records of a kind", list[dict[str, Any]]),
    Route("GET", "/records/{kind}/{id}", record, "One record", dict[str, Any]),
    Route("GET", "/records/{kind}/{id}/actions", actions, "What can be done next", list[Action]),
    Route("GET", "/records/{kind}/{id}/acts", acts, "What was done to it", list[Act]),
    Route("GET", "/consignments/{id}", consignment, "All of one consignment", Overview),
    Route("GET", "/containers/{number}/journey", container, "Status and history", Journey),
    Route("GET", "/search", search, "Find records", list[dict[str, Any]], parameters=_QUERY),
)
