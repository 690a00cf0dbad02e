"""The route table: the one place that says what the API answers; OpenAPI is made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from quayledger.app.node import Node
from quayledger.app.sessions import Sessions
from quayledger.contracts.membership.public import Person
from quayledger.edge.api.problems import HttpProblem
from quayledger.kernel import Malformed
from quayledger.ledger.intent import now_ms

Handler = Callable[[Request], Awaitable[Response]]
JSON = "application/json"
T = TypeVar("T")


@dataclass(frozen=True)
class Parameter:
    """A parameter of path or query."""

    name: str
    meaning: str
    where: str = "query"
    required: bool = False


@dataclass(frozen=True)
class Route:
    """One operation. `session` False: anybody may ask; the answer holds nothing confidential."""

    method: str
    path: str
    handler: Handler
    summary: str
    answers: Any
    takes: Any = None
    status: int = 200
    session: bool = True
    parameters: tuple[Parameter, ...] = field(default=())
    media_type: str = JSON


def node_of(request: Request) -> Node:
    """The organisation's node that was asked."""
    node: Node = request.app.state.node
    return node


def sessions_of(request: Request) -> Sessions:
    """The node's sessions."""
    sessions: Sessions = request.app.state.sessions
    return sessions


def token_of(request: Request) -> str:
    """The session token, from the Authorization header or the page's cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.cookies.get(cookie_name(request), "")


def cookie_name(request: Request) -> str:
    """The name of the session cookie: one an organisation, since a demo hosts several."""
    return f"quay-{node_of(request).party.lower()}"


def visitor(request: Request) -> Person | None:
    """The person who is logged in, None if nobody is."""
    return sessions_of(request).person(token_of(request), now_ms())


def person_of(request: Request) -> Person:
    """The person who asks.

    Raises:
        HttpProblem: 401 if nobody is logged in.
    """
    person = visitor(request)
    if person is None:
        detail = "Log in with your key: POST /v1/challenges, then POST /v1/sessions."
        raise HttpProblem(HTTPStatus.UNAUTHORIZED, "Not logged in", detail)
    return person


def absent(what: str) -> HttpProblem:
    """What is not there and what one may not see look the same."""
    detail = f"There is no {what}, or you are not party to it."
    return HttpProblem(HTTPStatus.NOT_FOUND, "Not found", detail)


def body_as(data: bytes, kind: type[T]) -> T:
    """Read a request body.

    Raises:
        Malformed: If it does not fit.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise Malformed(f"request body: {error}") from None


async def limited_body(request: Request, most: int) -> bytes:
    """The body, up to one byte more than allowed: whoever reads it refuses that."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            break
    return bytes(data[: most + 1])


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, headers, JSON)


def number_of(request: Request, name: str, default: int, most: int) -> int:
    """A whole number in the query, not negative and not above `most`.

    Raises:
        HttpProblem: 400 if it is something else.
    """
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 17) or int(text) > most:
        detail = f"{name} must be a whole number from 0 to {most}."
        raise HttpProblem(HTTPStatus.BAD_REQUEST, "Bad query", detail)
    return int(text)


def starlette_routes(table: tuple[Route, ...]) -> list[StarletteRoute]:
    """The table as Starlette wants it; a route that needs a session refuses without one."""

    def guarded(route: Route) -> Handler:
        async def handle(request: Request) -> Response:
            if route.session:
                person_of(request)
            return await route.handler(request)

        return handle if route.session else route.handler

    return [StarletteRoute(route.path, guarded(route), methods=[route.method]) for route in table]
