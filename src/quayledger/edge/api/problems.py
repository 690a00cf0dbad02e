"""Problem details (RFC 9457): every answer that is not a success says what, why and what to do."""

from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from quayledger.kernel import IntentCode, InvariantBroken, Malformed, RefusalCode, Refused, Rulebook
from quayledger.ledger.alarm import Alarm
from quayledger.standards.refusal import FormatRefused

MEDIA_TYPE: Final = "application/problem+json"


class Problem(Struct, frozen=True, omit_defaults=True):
    """One problem; `code` is codespace and number of a refusal, such as `ebl.bill:2`."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    where: str = ""


class HttpProblem(Exception):
    """An answer that a handler gives by raising it."""

    def __init__(self, status: HTTPStatus, title: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(f"/problems/{_slug(title)}", title, int(status), detail)


_BY_NAME: Final = {
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "WRONG_STATUS": HTTPStatus.CONFLICT,
    IntentCode.ID_USED.name: HTTPStatus.CONFLICT,
    IntentCode.ID_SPENT.name: HTTPStatus.CONFLICT,
    IntentCode.STALE.name: HTTPStatus.CONFLICT,
    IntentCode.EXPECTS_MISSING.name: HTTPStatus.PRECONDITION_REQUIRED,
    IntentCode.UNKNOWN_SIGNER.name: HTTPStatus.UNAUTHORIZED,
    IntentCode.BAD_SIGNATURE.name: HTTPStatus.UNAUTHORIZED,
    IntentCode.NOT_SIGNED.name: HTTPStatus.FORBIDDEN,
    IntentCode.ROLE_MISSING.name: HTTPStatus.FORBIDDEN,
}


def status_of(code: RefusalCode) -> HTTPStatus:
    """404 not found or not yours, 409 wrong state, 403 wrong party, 422 any other refusal."""
    if code.name in _BY_NAME:
        return _BY_NAME[code.name]
    if code.name.endswith("_TAKEN"):
        return HTTPStatus.CONFLICT
    return HTTPStatus.FORBIDDEN if code.name.startswith("NOT_") else HTTPStatus.UNPROCESSABLE_ENTITY


def of_refusal(rulebook: Rulebook, refused: Refused) -> Problem:
    """The problem that a refusal is on the wire."""
    wire = rulebook.wire_code(refused.code)
    codespace = wire.rpartition(":")[0]
    title = refused.code.name.replace("_", " ").capitalize()
    return Problem(
        type=f"/problems/{codespace}/{_slug(refused.code.name)}",
        title=title,
        status=int(status_of(refused.code)),
        detail=refused.code.text,
        code=wire,
    )


def of_exception(rulebook: Rulebook, error: Exception) -> Problem:
    """The problem that an expected exception is on the wire."""
    if isinstance(error, HttpProblem):
        return error.problem
    if isinstance(error, Refused):
        return of_refusal(rulebook, error)
    if isinstance(error, FormatRefused):
        title = "Format refused"
        return Problem("/problems/format-refused", title, 422, str(error), where=error.where)
    if isinstance(error, Malformed):
        return Problem("/problems/malformed", "Malformed", 400, str(error))
    if isinstance(error, Alarm):
        detail = f"This node does not believe its ledger any more and stands still: {error}"
        return Problem("/problems/alarm", "Alarm", 503, detail)
    detail = "The fault is ours; nothing was written. The operator's log has the particulars."
    return Problem("/problems/internal", "Internal fault", 500, detail)


EXPECTED: Final = (HttpProblem, Refused, FormatRefused, Malformed, Alarm, InvariantBroken)


def answer(problem: Problem) -> Response:
    """The HTTP response of a problem."""
    return Response(msgspec.json.encode(problem), problem.status, media_type=MEDIA_TYPE)


async def on_exception(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for everything that is expected."""
    return answer(of_exception(request.app.state.node.rulebook, error))


def _slug(text: str) -> str:
    return text.lower().replace("_", "-").replace(" ", "-")
