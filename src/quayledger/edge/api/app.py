"""The API as an ASGI application: all route tables in one, with its OpenAPI document."""

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

import quayledger
from quayledger.app.node import Node
from quayledger.app.sessions import Sessions
from quayledger.edge.api import account, documents, imports, intents, log, records
from quayledger.edge.api.openapi import document
from quayledger.edge.api.problems import EXPECTED, on_exception
from quayledger.edge.api.routes import Route, json_answer, starlette_routes

TABLE: Final[tuple[Route, ...]] = (
    *account.ROUTES,
    *intents.ROUTES,
    *records.ROUTES,
    *documents.ROUTES,
    *imports.ROUTES,
    *log.ROUTES,
)


async def openapi(_: Request) -> Response:
    """The OpenAPI document of this API."""
    return json_answer(document("quayledger node", quayledger.__version__, TABLE))


def api(node: Node, sessions: Sessions) -> Starlette:
    """The API of one node."""
    own = Route("GET", "/openapi.json", openapi, "This document", None, session=False)
    app = Starlette(
        routes=starlette_routes((*TABLE, own)),
        exception_handlers=dict.fromkeys(EXPECTED, on_exception),
    )
    app.state.node = node
    app.state.sessions = sessions
    return app
