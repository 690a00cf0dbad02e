"""`quay`: the command line. Exit status 0 done, 1 refused or not sound, 2 unusable input."""

import sys

import typer

from quayledger.edge.cli.answer import answer
from quayledger.edge.cli.demo import demo
from quayledger.edge.cli.reference import reference
from quayledger.edge.cli.serve import found, serve
from quayledger.edge.cli.verify import verify
from quayledger.kernel import Malformed

app = typer.Typer(
    name="quay",
    help="A shared ledger at the quay: title, release, finance, customs, tracking, port.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(verify)
app.command()(found)
app.command()(serve)
app.command()(answer)
app.command()(reference)


def main() -> None:
    """Run a command; what cannot be used is said in one line, with exit status 2."""
    try:
        app()
    except (Malformed, OSError) as error:
        sys.stderr.write(f"quay: {error}\n")
        raise SystemExit(2) from None
