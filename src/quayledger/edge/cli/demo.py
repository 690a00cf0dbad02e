"""`quay demo`: run a scenario from founding to verification, then serve its pages."""

import secrets
import shutil
import tempfile
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from quayledger.bootstrap import Layout, Network, found_network, open_network
from quayledger.client.wallet import Wallet
from quayledger.edge.cli.hosting import LOOPBACK, listening_socket, served
from quayledger.edge.cli.scenario.plan import Scenario, read_scenario
from quayledger.edge.cli.scenario.report import Report, report
from quayledger.edge.cli.scenario.runner import ACCEPTED, Result, Runner
from quayledger.edge.site import site

DEFAULT: Final = Path(__file__).parents[4] / "scenarios" / "shekou-rotterdam"

console = Console(highlight=False)


def demo(
    scenario: Annotated[Path, typer.Option(help="A scenario folder.")] = DEFAULT,
    serve: Annotated[bool, typer.Option(help="Serve the pages until Ctrl-C.")] = True,
    json: Annotated[Path | None, typer.Option(help="Write the result to this file.")] = None,
    data: Annotated[Path | None, typer.Option(help="Keep the network in this new folder.")] = None,
    port: Annotated[int, typer.Option(help="Port of the pages; 0 takes a free one.")] = 8800,
) -> None:
    """Run a scenario: every organisation acts over HTTP with its own keys; then look at it.

    Exit status: 0 all as expected and verified, 1 not, 2 unusable scenario or options.
    """
    plan = read_scenario(scenario)
    folder = data or Path(tempfile.mkdtemp(prefix="quay-demo-"))
    passphrase = secrets.token_bytes(32)
    found_network(folder, plan.name, plan.organisation, plan.person, passphrase)
    network = open_network(folder, passphrase)
    try:
        bound = listening_socket(LOOPBACK, port if serve else 0)
        with served(site(network.nodes.values(), personas=True), bound) as url:
            result = _play(plan, scenario, network, url, passphrase)
            if json is not None:
                json.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2))
            if serve and result.good:
                _wait(url)
    finally:
        network.close()
        if data is None and serve:
            shutil.rmtree(folder, ignore_errors=True)
    raise typer.Exit(0 if result.good else 1)


def _play(plan: Scenario, folder: Path, network: Network, url: str, passphrase: bytes) -> Report:
    layout = Layout(network.layout.folder)
    console.print(f"[bold]{plan.title}[/]")
    console.print(
        f"{len(plan.organisation)} organisations, {len(plan.person)} people with keys of their own,"
        f" network {network.ledger.network}\n"
        "Ledger host and all nodes run in this one process: that shows the rules and the proofs,"
        " not distributed trust.\n"
    )
    wallets = {
        person.id: Wallet.open(layout.wallet(person.id), passphrase) for person in plan.person
    }
    runner = Runner(plan, folder, url, wallets)
    try:
        steps = _steps(plan, runner)
        path = layout.folder / f"{plan.name}.bundle"
        result = report(plan, runner, steps, path)
    finally:
        runner.close()
    _conclude(result)
    return result


def _steps(plan: Scenario, runner: Runner) -> list[Result]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    steps = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Running", total=len(plan.step))
        for step in runner.run():
            steps.append(step)
            progress.console.print(_line(step))
            progress.update(task, advance=1, description=step.name[:40])
    return steps


def _line(step: Result) -> str:
    sign = "[green]ok[/]" if step.outcome == ACCEPTED else f"[yellow]refused {step.code}[/]"
    if not step.expected:
        sign = f"[bold red]UNEXPECTED[/] {step.outcome} {step.code} {step.detail}"
    return f"{step.n:>3}  {step.name}  [dim]{step.actor}, {step.ms} ms[/]  {sign}"


def _conclude(result: Report) -> None:
    table = Table(title="Refused, as it must be", title_justify="left")
    for name in ("step", "who", "code", "why"):
        table.add_column(name, overflow="fold")
    for step in result.steps:
        if step.outcome != ACCEPTED:
            table.add_row(step.name, step.actor, step.code, step.detail)
    console.print(table)
    title = result.title
    console.print(
        f"Title: bill {title['status']}, possessor {title['possessor']},"
        f" title holder {title.get('title_holder') or 'whoever possesses it'}"
    )
    for name, gate in result.gate.items():
        console.print(f"Gate:  {name.partition('/')[2]} {gate['status']} by {gate['holder'][0]}")
    sums = ", ".join(f"{c} {m}" for c, m in result.balances["sum_minor"].items())
    console.print(f"Money: {len(result.balances['accounts'])} accounts sum up to {sums}")
    for name, verdict in result.verified.items():
        facts = ", ".join(f"{key} {value}" for key, value in verdict.items() if key != "sound")
        sign = "[green]sound[/]" if verdict["sound"] else "[bold red]NOT SOUND[/]"
        console.print(f"{name}: {sign} ({facts})", overflow="fold")
    slow = max(result.steps, key=lambda step: step.ms)
    total = sum(step.ms for step in result.steps)
    console.print(
        f"Time:  {total} ms in {len(result.steps)} steps; slowest {slow.ms} ms, {slow.name}"
    )
    if not result.good:
        console.print("[bold red]Not everything came out as expected.[/]")


def _wait(url: str) -> None:
    console.print(f"\nLook around: [bold]{url}/[/]   (Ctrl-C ends it and removes the demo's data)")
    try:
        Event().wait()
    except KeyboardInterrupt:
        console.print("Goodbye.")
