"""The site of one process: the API and pages of every node that it hosts, each under its path."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from quayledger.app.node import Node
from quayledger.app.sessions import Sessions
from quayledger.edge.api.app import api
from quayledger.edge.web.front import front
from quayledger.edge.web.pages import Pages


def site(nodes: Iterable[Node], personas: bool = False) -> Starlette:
    """All nodes under `/<organisation in lower case>`; with `personas`, a front page of a demo."""
    routes: list[Mount | Route] = []
    hosted: list[str] = []
    for node in nodes:
        sessions = Sessions(node.ledger.network, node.party, node.follower.directory)
        path = f"/{node.party.lower()}"
        routes.append(Mount(f"{path}/v1", api(node, sessions)))
        routes.append(Mount(path, Pages(node, sessions, personas).app()))
        hosted.append(node.party)
    if personas:
        routes.append(Route("/", front(hosted)))
    return Starlette(routes=routes)
