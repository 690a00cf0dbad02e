"""`quay found` and `quay serve`: a network of one's own."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from quayledger.bootstrap import found_network, open_network
from quayledger.edge.cli.hosting import listening_socket, server
from quayledger.edge.cli.scenario.plan import read_scenario
from quayledger.edge.site import site

PASSPHRASE = Annotated[Path, typer.Option(help="A file that holds the passphrase of all keys.")]


def found(
    scenario: Annotated[Path, typer.Argument(help="A folder whose scenario.toml names members.")],
    data: Annotated[Path, typer.Option(help="The new network's folder.")],
    passphrase_file: PASSPHRASE,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Found a network: keys for all organisations and people, and the genesis file."""
    plan = read_scenario(scenario)
    genesis = found_network(
        data, plan.name, plan.organisation, plan.person, passphrase_file.read_bytes().strip()
    )
    facts = {"data": str(data), "organisations": [one.id for one in genesis.organisations]}
    text = f"{data}: network of {len(genesis.organisations)} organisations founded"
    typer.echo(msgspec.json.encode(facts).decode() if json else text)


def serve(
    data: Annotated[Path, typer.Option(help="The network's folder.")],
    passphrase_file: PASSPHRASE,
    listen: Annotated[str, typer.Option(help="Address and port.")] = "127.0.0.1:8800",
) -> None:
    """Serve ledger host and nodes of a network in one process, until SIGTERM or Ctrl-C."""
    network = open_network(data, passphrase_file.read_bytes().strip())
    host, _, port = listen.rpartition(":")
    bound = listening_socket(host, int(port))
    try:
        typer.echo(f"serving http://{host}:{bound.getsockname()[1]}/")
        server(site(network.nodes.values())).run(sockets=[bound])
    finally:
        network.close()
