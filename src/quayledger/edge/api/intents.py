"""Drafting, submitting and proving intents."""

from typing import Any, Final

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quayledger.app import policy
from quayledger.app.journal import Refusal
from quayledger.edge.api.routes import (
    JSON,
    Route,
    absent,
    body_as,
    json_answer,
    limited_body,
    node_of,
    person_of,
)
from quayledger.kernel.codec import encode
from quayledger.ledger.intent import SIZE_MAX, Draft, Submission
from quayledger.ledger.port import Receipt


class Commands(Struct, frozen=True, forbid_unknown_fields=True):
    """Commands to put into one intent, in order: all of them happen, or none does."""

    commands: list[dict[str, Any]]


REFUSALS_MAX: Final = 1000


async def draft(request: Request) -> Response:
    node = node_of(request)
    wanted = body_as(await limited_body(request, SIZE_MAX), Commands).commands
    commands = [node.rulebook.command(encode(command)) for command in wanted]
    return Response(encode(await run_in_threadpool(node.draft, commands)), 201, None, JSON)


async def submit(request: Request) -> Response:
    node = node_of(request)
    receipt = await run_in_threadpool(node.submit, await limited_body(request, SIZE_MAX))
    return Response(receipt, 201, None, JSON)


async def receipt(request: Request) -> Response:
    found = node_of(request).ledger.receipt(request.path_params["intent"])
    if found is None:
        raise absent("accepted intent under this id")
    return Response(found, 200, None, JSON)


async def refusals(request: Request) -> Response:
    if not policy.sees_all(person_of(request).roles):
        return json_answer([])
    return json_answer(node_of(request).journal.refusals(REFUSALS_MAX))


ROUTES = (
    Route("POST", "/drafts", draft, "Prepare an intent to be signed", Draft, Commands, 201),
    Route(
        "POST",
        "/intents",
        submit,
        "Submit a signed intent; 201 once it is durable. Its signatures are its authority.",
        Receipt,
        Submission,
        201,
        session=False,
    ),
    Route(
        "GET",
        "/receipts/{intent}",
        receipt,
        "The receipt of an accepted intent: hashes only, for whoever knows the intent's id",
        Receipt,
        session=False,
    ),
    Route("GET", "/refusals", refusals, "What this node was refused", list[Refusal]),
)
