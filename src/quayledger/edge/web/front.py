"""The front page of a demonstration: which organisations can be visited."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from quayledger.edge.web.pages import HEADERS, TEMPLATES, Handler


def front(parties: Sequence[str]) -> Handler:
    """A page that links to every organisation's node."""

    async def page(_: Request) -> Response:
        text = TEMPLATES.get_template("front.html").render(
            root=f"/{parties[0].lower()}", parties=parties
        )
        return Response(text, 200, HEADERS, "text/html; charset=utf-8")

    return page
