"""What a finished scenario shows: title, gate, balances, and the verdict of both verifiers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from msgspec import Struct

from quayledger.contracts.rules import RULEBOOK
from quayledger.edge.cli.scenario.plan import Scenario
from quayledger.edge.cli.scenario.runner import Result, Runner
from quayledger.kernel import Malformed
from quayledger.ledger import bundle
from quayledger.ledger.alarm import Alarm


class Report(Struct, frozen=True):
    """The machine-readable result of a scenario."""

    scenario: str
    network: str
    steps: list[Result]
    organisations: list[str]
    bundle: str
    checkpoint: str
    verified: dict[str, Any]
    title: dict[str, Any]
    gate: dict[str, Any]
    balances: dict[str, Any]

    @property
    def good(self) -> bool:
        """Whether every step came out as expected and both verifiers accept."""
        return all(step.expected for step in self.steps) and all(
            verdict["sound"] for verdict in self.verified.values()
        )


def report(scenario: Scenario, runner: Runner, steps: list[Result], path: Path) -> Report:
    """Look where the scenario says, export the bundle, verify it twice."""
    outcome, fill = scenario.outcome, runner.names.fill
    exporter = runner.connection(outcome.bundle)
    path.write_bytes(exporter.read("bundle"))
    who, title = outcome.title
    gate = {}
    for person, name in outcome.gate:
        right = runner.connection(person).get(f"records/{fill(name)}")
        gate[fill(name)] = {"status": right["status"], "holder": right.get("chain", [])[-1:]}
    return Report(
        scenario=scenario.name,
        network=exporter.network,
        steps=steps,
        organisations=[one.id for one in scenario.organisation],
        bundle=str(path),
        checkpoint=exporter.read("checkpoint").decode(),
        verified={"quay verify --rules": ours(path), "quayverify": theirs(path)},
        title=runner.connection(who).get(f"records/{fill(title)}"),
        gate=gate,
        balances=balances(runner, outcome.accounts),
    )


def balances(runner: Runner, people: tuple[str, ...]) -> dict[str, Any]:
    """All accounts that these people see, and the sum a currency, which must be zero."""
    accounts: dict[str, dict[str, Any]] = {}
    for person in people:
        for account in runner.connection(person).get("records/finance.account"):
            accounts[account["id"]] = account
    sums: dict[str, int] = {}
    for account in accounts.values():
        currency = account["currency"]
        sums[currency] = sums.get(currency, 0) + account["balance_minor"]
    lines = [
        {name: account[name] for name in ("bank", "owner", "currency", "balance_minor")}
        for account in accounts.values()
    ]
    return {"accounts": lines, "sum_minor": sums}


def ours(path: Path) -> dict[str, Any]:
    """The verdict of our own verifier, with the rules."""
    try:
        verdict = bundle.verify(bundle.read_lines(path), RULEBOOK, rules=True)
    except (Alarm, Malformed) as fault:
        return {"sound": False, "reason": str(fault)}
    return {
        "sound": True,
        "size": verdict.size,
        "contents": verdict.contents,
        "commands_run": verdict.rules_full,
        "commands_in_part": verdict.rules_part,
    }


def theirs(path: Path) -> dict[str, Any]:
    """The verdict of the independent verifier, as a process of its own."""
    command = [sys.executable, "-m", "quayverify", "--json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        return {"sound": False, "reason": done.stderr.strip()}
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict
