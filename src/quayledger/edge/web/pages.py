"""The pages: what each shows, and to whom."""

import io
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from quayledger.app import policy
from quayledger.app.node import Node
from quayledger.app.overview import overview
from quayledger.app.sessions import Sessions
from quayledger.contracts.membership.public import Person
from quayledger.edge.web import words
from quayledger.kernel import Malformed, key
from quayledger.ledger import bundle
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import read_delivery
from quayledger.ledger.entry import read_entry
from quayledger.ledger.identity.login import Login
from quayledger.ledger.intent import now_ms
from quayledger.ledger.port import read_receipt
from quayledger.readmodel.projection import Act

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_PAGE: Final = 25
_PAGE_OF: Final = {"consignment.consignment": "consignments", "ebl.bill": "bills"}
_PLAIN: Final = re.compile("[0-9]{1,15}")
_BUNDLE_MAX: Final = 64 << 20

TEMPLATES: Final = Environment(
    loader=PackageLoader("quayledger.edge.web"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
TEMPLATES.filters.update(
    moment=words.moment, money=words.money, sentence=words.sentence, short=words.short,
    status=words.status, json=words.json_text, mass=words.mass,
)  # fmt: skip

Handler = Callable[[Request], Awaitable[Response]]


class Pages:
    """The pages of one node. `personas` lets a visitor of a demo be anybody, and says so."""

    def __init__(self, node: Node, sessions: Sessions, personas: bool) -> None:
        self._node = node
        self._sessions = sessions
        self._personas = personas
        self._cookie = f"quay-{node.party.lower()}"

    def app(self) -> Starlette:
        """The pages as an ASGI application."""
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/login", self.login, methods=["GET", "POST"]),
                Route("/logout", self.logout, methods=["POST"]),
                Route("/consignments/{id}", self.consignment),
                Route("/bills/{id}", self.bill),
                Route("/ledger", self.ledger),
                Route("/ledger/{n:int}", self.entry),
                Route("/search", self.search),
                Route("/verify", self.verify, methods=["GET", "POST"]),
                Mount("/static", StaticFiles(packages=[("quayledger.edge.web", "static")])),
            ]
        )

    async def home(self, request: Request) -> Response:
        """The consignments of the organisation."""
        person = self._person(request)
        if person is None:
            return self._to(request, "/login")
        await run_in_threadpool(self._node.sync)
        found = self._node.projection.records("consignment.consignment")
        shown = [policy.narrowed(person.roles, one) for one in found]
        consignments = [one for one in shown if one is not None]
        acts = [
            act for act in self._node.projection.acts(limit=12) if self._may(person, act.subject)
        ]
        return self._page(request, "home.html", consignments=consignments, acts=acts)

    async def login(self, request: Request) -> Response:
        """Answer a challenge with one's key; in a demo, be anybody."""
        if request.method == "GET":
            return self._login_page(request, "")
        form = await request.form()
        if not self._is_own_origin(request):
            return self._login_page(request, "The form came from another site.")
        now = now_ms()
        persona = str(form.get("persona", ""))
        if persona and self._personas:
            signer = self._node.follower.directory.signer(persona, now)
            known = signer is not None and signer[0].organisation == self._node.party
            session = self._sessions.begin(persona, now) if known else None
        else:
            session = self._answered(str(form.get("answer", "")))
        if session is None:
            return self._login_page(request, "That is not a good answer to our question.")
        answer = self._to(request, "/")
        answer.set_cookie(self._cookie, session.token, httponly=True, samesite="strict")
        return answer

    async def logout(self, request: Request) -> Response:
        """End the session."""
        self._sessions.end(request.cookies.get(self._cookie, ""))
        answer = self._to(request, "/login")
        answer.delete_cookie(self._cookie)
        return answer

    async def consignment(self, request: Request) -> Response:
        """Documents, title, money, customs and boxes of one consignment."""
        person = self._person(request)
        if person is None:
            return self._to(request, "/login")
        id = request.path_params["id"]
        found = await run_in_threadpool(overview, self._node, id, person.roles)
        if found is None:
            return self._missing(request)
        return self._page(request, "consignment.html", it=found)

    async def bill(self, request: Request) -> Response:
        """A bill with its chain."""
        person = self._person(request)
        if person is None:
            return self._to(request, "/login")
        await run_in_threadpool(self._node.sync)
        name = key("ebl.bill", request.path_params["id"])
        found = self._node.projection.record(name)
        bill = None if found is None else policy.narrowed(person.roles, found)
        if bill is None:
            return self._missing(request)
        whole = "*" in policy.fields(person.roles, "ebl.bill")
        acts = self._node.projection.acts([name])[::-1] if whole else []
        return self._page(request, "bill.html", bill=bill, acts=acts)

    async def ledger(self, request: Request) -> Response:
        """Entries, newest first, with the newest checkpoint."""
        await run_in_threadpool(self._node.sync)
        size = len(self._node.follower.chronicle.entries)
        text = request.query_params.get("before", str(size))
        before = min(int(text), size) if _PLAIN.fullmatch(text) else size
        start = max(before - _PAGE, 0)
        data = self._node.ledger.entries(start, before - start)
        entries = list(enumerate(map(read_entry, data), start))[::-1]
        note = self._node.ledger.checkpoint()
        person = self._person(request)
        shown = {n: self._acts_of(person, n) for n, _ in entries}
        return self._page(
            request, "ledger.html", entries=entries, note=note, start=start, size=size, acts=shown
        )

    async def entry(self, request: Request) -> Response:
        """One entry: hashes for everybody, content where the organisation is entitled to it."""
        await run_in_threadpool(self._node.sync)
        n, person = request.path_params["n"], self._person(request)
        data = self._node.ledger.entries(n, 1)
        if not data:
            return self._missing(request)
        contents = self._node.projection.delivered(n) if person else []
        opened = [
            msgspec.json.decode(bytes(raw))
            for content in contents
            for raw in read_delivery(content).openings
        ]
        shown = [
            {**opening, "record": narrowed}
            for opening in opened
            if person and (narrowed := policy.narrowed(person.roles, opening["record"]))
        ]
        acts = self._acts_of(person, n)
        entry = read_entry(data[0])
        return self._page(request, "entry.html", n=n, entry=entry, opened=shown, acts=acts)

    async def search(self, request: Request) -> Response:
        """Find records by any id, number or name."""
        person = self._person(request)
        if person is None:
            return self._to(request, "/login")
        await run_in_threadpool(self._node.sync)
        text = request.query_params.get("q", "").strip()
        names = self._node.projection.search(text) if text else []
        found = [self._node.projection.record(name) for name in names]
        records = policy.hits(person.roles, found, text)
        return self._page(
            request, "search.html", q=text, found=records, n=self._entry_of(text), pages=_PAGE_OF
        )

    async def verify(self, request: Request) -> Response:
        """Check a bundle that somebody brings; nothing of it is kept."""
        if request.method == "GET":
            return self._page(request, "verify.html", verdict=None, fault=None)
        async with request.form(max_part_size=_BUNDLE_MAX) as form:
            file: Any = form.get("bundle")
            data = await file.read() if hasattr(file, "read") else str(file or "").encode()
        verdict, fault = None, None
        try:
            verdict = await run_in_threadpool(
                bundle.verify, io.BytesIO(data), self._node.rulebook, True
            )
        except (Alarm, Malformed) as error:
            fault = str(error)
        return self._page(request, "verify.html", verdict=verdict, fault=fault)

    def _entry_of(self, text: str) -> int | None:
        """The entry of an intent id or a payload hash, None if it is neither."""
        receipt = self._node.ledger.receipt(text)
        if receipt is not None:
            return read_receipt(receipt).n
        entries = self._node.follower.chronicle.entries
        return next((n for n, entry in enumerate(entries) if entry.intent == text), None)

    def _login_page(self, request: Request, fault: str) -> Response:
        people = [
            person
            for person in self._node.follower.records().values()
            if isinstance(person, Person) and person.organisation == self._node.party
        ]
        question = self._sessions.challenge(now_ms())
        return self._page(
            request,
            "login.html",
            fault=fault,
            people=people if self._personas else [],
            question=msgspec.json.encode(question, order="sorted").decode(),
        )

    def _answered(self, text: str) -> Any:
        try:
            login = msgspec.json.decode(text, type=Login)
            return self._sessions.login(login, now_ms())
        except (Malformed, msgspec.MsgspecError):
            return None

    def _person(self, request: Request) -> Person | None:
        return self._sessions.person(request.cookies.get(self._cookie, ""), now_ms())

    def _acts_of(self, person: Person | None, n: int) -> list[Act]:
        """What was done in an entry, as far as the person's roles let it see the subjects."""
        acts = self._node.projection.acts_of_entry(n) if person else []
        return [act for act in acts if person and self._may(person, act.subject)]

    def _may(self, person: Person, subject: str) -> bool:
        return bool(policy.fields(person.roles, subject.partition("/")[0]))

    def _is_own_origin(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        return origin is None or origin == f"{request.url.scheme}://{request.url.netloc}"

    def _missing(self, request: Request) -> Response:
        return self._page(request, "missing.html", status=404)

    def _to(self, request: Request, path: str) -> RedirectResponse:
        return RedirectResponse(request.scope.get("root_path", "") + path, 303)

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        text = TEMPLATES.get_template(name).render(
            root=request.scope.get("root_path", ""),
            party=self._node.party,
            network=self._node.ledger.network,
            person=self._person(request),
            personas=self._personas,
            **values,
        )
        return Response(text, status, HEADERS, "text/html; charset=utf-8")
