"""Logging in, and what the node tells of itself."""

from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from quayledger.edge.api.problems import HttpProblem
from quayledger.edge.api.routes import (
    Route,
    body_as,
    cookie_name,
    json_answer,
    limited_body,
    node_of,
    person_of,
    sessions_of,
    token_of,
)
from quayledger.ledger.identity.login import Login, Question
from quayledger.ledger.intent import now_ms


class About(Struct, frozen=True):
    """The node, its network and how far it has followed the log."""

    network: str
    party: str
    size: int
    checkpoint: str
    log_key: str
    commands_checked_in_full: int
    commands_checked_in_part: int


class LoggedIn(Struct, frozen=True):
    """A session: the bearer token, whose it is, and until when."""

    token: str
    person: str
    roles: tuple[str, ...]
    expires_ms: int


async def about(request: Request) -> Response:
    node = node_of(request)
    node.sync()
    follower = node.follower
    return json_answer(
        About(
            network=follower.founding.network,
            party=node.party,
            size=len(follower.chronicle.entries),
            checkpoint=node.ledger.checkpoint(),
            log_key=follower.founding.log_key,
            commands_checked_in_full=follower.tally.full,
            commands_checked_in_part=follower.tally.part,
        )
    )


async def challenge(request: Request) -> Response:
    return json_answer(sessions_of(request).challenge(now_ms()), 201)


LOGIN_MAX: Final = 10_000


async def log_in(request: Request) -> Response:
    login = body_as(await limited_body(request, LOGIN_MAX), Login)
    session = sessions_of(request).login(login, now_ms())
    if session is None:
        detail = "The answer is not a registered person's of this organisation, or came too late."
        raise HttpProblem(HTTPStatus.UNAUTHORIZED, "Log-in refused", detail)
    person = node_of(request).follower.directory.person(session.person)
    roles = person.roles if person else ()
    answer = json_answer(LoggedIn(session.token, session.person, roles, session.expires_ms), 201)
    answer.set_cookie(cookie_name(request), session.token, httponly=True, samesite="strict")
    return answer


async def log_out(request: Request) -> Response:
    sessions_of(request).end(token_of(request))
    return Response(status_code=204)


async def who_am_i(request: Request) -> Response:
    person = person_of(request)
    return json_answer({"person": person.id, "party": person.organisation, "roles": person.roles})


ROUTES = (
    Route("GET", "/network", about, "The node, its network and its log", About, session=False),
    Route(
        "POST",
        "/challenges",
        challenge,
        "Ask for a log-in challenge",
        Question,
        status=201,
        session=False,
    ),
    Route(
        "POST",
        "/sessions",
        log_in,
        "Log in: answer a challenge with your key",
        LoggedIn,
        takes=Login,
        status=201,
        session=False,
    ),
    Route("DELETE", "/sessions", log_out, "Log out", None, status=204),
    Route("GET", "/me", who_am_i, "Who is logged in", dict[str, Any]),
)
