"""The runner: lets every person of a scenario act over HTTP with their own wallet."""

import datetime
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from quayledger.client.connection import Connection, Problem
from quayledger.client.wallet import Wallet
from quayledger.edge.cli.scenario.plan import Names, Scenario, Step, dated
from quayledger.kernel import Malformed
from quayledger.kernel.codec import b64, encode
from quayledger.ledger.intent import Draft, complete, payload_of

ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"


class Result(Struct, frozen=True):
    """What came of one step; `code` is the refusal's, or empty."""

    n: int
    name: str
    actor: str
    intent: str
    outcome: str
    code: str
    ms: int
    expected: bool
    detail: str = ""


class Runner:
    """Connections of all people of a scenario to their organisations' nodes."""

    def __init__(self, scenario: Scenario, folder: Path, base_url: str, wallets: dict[str, Wallet]):
        self.names = Names()
        self._scenario = scenario
        self._folder = folder
        self._wallets = wallets
        self._url = base_url
        self._connections: dict[str, Connection] = {}
        self._sent: dict[str, tuple[str, bytes]] = {}
        self._home = {person.id: person.organisation for person in scenario.person}

    def close(self) -> None:
        """End all connections."""
        for connection in self._connections.values():
            connection.close()

    def run(self) -> Iterator[Result]:
        """Do the steps in order; gives each one's result."""
        for step in self._scenario.step:
            began = time.perf_counter_ns()
            intent, code, detail = "", "", ""
            try:
                intent, detail = self._do(step)
            except Problem as problem:
                code = problem.code or str(problem.status)
                detail = str(problem)
            outcome = REFUSED if code else ACCEPTED
            yield Result(
                n=step.n,
                name=step.name,
                actor=step.actor,
                intent=intent or self._sent.get(step.name, ("", b""))[0],
                outcome=outcome,
                code=code,
                ms=(time.perf_counter_ns() - began) // 1_000_000,
                expected=step.expect == (code or ACCEPTED),
                detail=detail,
            )

    def connection(self, person: str) -> Connection:
        """A person's connection, logged in."""
        if person not in self._connections:
            if person not in self._wallets:
                raise Malformed(f"scenario: {person} is not among its people")
            url = f"{self._url}/{self._home[person].lower()}"
            connection = Connection(url, self._wallets[person])
            connection.log_in()
            self._connections[person] = connection
        return self._connections[person]

    def _do(self, step: Step) -> tuple[str, str]:
        actions = {
            "act": self._act,
            "import": self._import,
            "examine": self._examine,
            "again": self._again,
            "read": self._read,
        }
        if step.do not in actions:
            raise Malformed(f"step {step.name!r}: do is one of {', '.join(actions)}")
        return actions[step.do](step)

    def _act(self, step: Step) -> tuple[str, str]:
        commands = [self.names.fill(command) for command in step.commands]
        for command in commands:
            command.setdefault("by", self._home[step.actor])
        draft = self.connection(step.actor).draft(commands)
        return self._sign_and_submit(step, draft)

    def _import(self, step: Step) -> tuple[str, str]:
        query = {name: str(value) for name, value in self.names.fill(step.query).items()}
        text = (self._folder / step.file).read_text("utf-8")
        data = dated(text, datetime.datetime.now(datetime.UTC).date()).encode()
        return self._take_draft(step, f"imports/{step.format}", data, query)

    def _examine(self, step: Step) -> tuple[str, str]:
        path = f"presentations/{self.names.fill(step.path)}/examination"
        query = {name: str(value) for name, value in self.names.fill(step.query).items()}
        return self._take_draft(step, path, b"", query)

    def _take_draft(
        self, step: Step, path: str, data: bytes, query: dict[str, str]
    ) -> tuple[str, str]:
        body = msgspec.json.decode(self.connection(step.actor).post(path, data, **query))
        draft = msgspec.json.decode(encode(body["draft"]), type=Draft)
        id, _ = self._sign_and_submit(step, draft)
        return id, "; ".join(body.get("notices", ()))

    def _again(self, step: Step) -> tuple[str, str]:
        """The very same bytes once more: the same receipt, and no second effect."""
        id, submission = self._sent[step.of]
        connection = self.connection(step.actor)
        before = connection.read(f"receipts/{id}")
        after = connection.post("intents", submission)
        if before != after:
            raise Malformed(f"step {step.name!r}: another receipt for the same intent")
        return id, "the same receipt, byte for byte"

    def _read(self, step: Step) -> tuple[str, str]:
        query = {name: str(value) for name, value in self.names.fill(step.query).items()}
        data = self.connection(step.actor).read(self.names.fill(step.path), **query)
        wanted = self.names.fill(step.contains)
        if wanted.encode() not in data:
            raise Malformed(f"step {step.name!r}: {wanted!r} is not in the answer")
        return "", wanted

    def _sign_and_submit(self, step: Step, draft: Draft) -> tuple[str, str]:
        connection = self.connection(step.actor)
        network = connection.network
        if step.of or step.network:
            draft = self._altered(step, draft)
            network = payload_of(draft).network
        people = (step.actor, *step.signers)
        signatures = [self._wallets[person].sign(draft, network) for person in people]
        submission = complete(draft, signatures)
        id = payload_of(draft).id
        self._sent[step.name] = (id, submission)
        receipt = connection.submit_bytes(submission)
        return id, f"entry {receipt.n}"

    def _altered(self, step: Step, draft: Draft) -> Draft:
        """The draft under the id of an earlier step, or for another network."""
        payload = payload_of(draft)
        if step.of:
            payload = replace(payload, id=self._sent[step.of][0])
        if step.network:
            payload = replace(payload, network=step.network)
        return replace(draft, payload=b64(encode(payload)))
