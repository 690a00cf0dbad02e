"""The site of one process: the API and pages of every node that it hosts, each under its path."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from quayledger.app.node import Node
from quayledger.app.sessions import Sessions
from quayledger.edge.api.app import api


def site(nodes: Iterable[Node], personas: bool = False) -> Starlette:
    """All nodes under `/<organisation in lower case>`."""
    routes: list[Mount | Route] = []
    for node in nodes:
        sessions = Sessions(node.ledger.network, node.party, node.follower.directory)
        path = f"/{node.party.lower()}"
        routes.append(Mount(f"{path}/v1", api(node, sessions)))
    return Starlette(routes=routes)
