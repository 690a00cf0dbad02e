"""`quay verify`: check a bundle, or a whole network's ledger, offline."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from quayledger.bootstrap import Layout, read_genesis
from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import Malformed
from quayledger.ledger import bundle
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.embedded.audit import audit


def verify(
    path: Annotated[Path, typer.Argument(help="A bundle file, or a network's folder.")],
    rules: Annotated[bool, typer.Option(help="Also run what the bundle discloses.")] = False,
    network: Annotated[str, typer.Option(help="The network's name, known from elsewhere.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Check signatures, order, log, state root and everything disclosed; name the first bad entry.

    A folder is checked in full, with the rules. Exit status: 0 sound, 1 not sound, 2 unusable.
    """
    try:
        verdict = _verdict(path, rules)
        if network and verdict.network != network:
            raise Alarm(None, f"of network {verdict.network}")
    except Alarm as alarm:
        answer = {"sound": False, "entry": alarm.n, "reason": str(alarm)}
        typer.echo(msgspec.json.encode(answer).decode() if json else f"NOT SOUND: {alarm}")
        raise typer.Exit(1) from None
    except (Malformed, OSError) as error:
        answer = {"sound": False, "entry": None, "reason": str(error)}
        typer.echo(msgspec.json.encode(answer).decode() if json else f"not usable: {error}")
        raise typer.Exit(2) from None
    facts = {"sound": True, **msgspec.to_builtins(verdict)}
    ran = f", {verdict.rules_full} commands run, {verdict.rules_part} in part"
    text = f"sound: {verdict.size} entries, {verdict.contents} shown, network {verdict.network}"
    with_rules = ran if verdict.rules_full or verdict.rules_part else ""
    typer.echo(msgspec.json.encode(facts).decode() if json else text + with_rules)


def _verdict(path: Path, rules: bool) -> bundle.Verdict:
    if path.is_dir():
        return audit(Layout(path).host, read_genesis(path), RULEBOOK)
    return bundle.verify(bundle.read_lines(path), RULEBOOK, rules)
