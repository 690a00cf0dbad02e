"""`quay reference`: the contracts as their own tables tell of them, in Markdown."""

from collections.abc import Iterator

import typer

from quayledger.contracts.rules import RULEBOOK
from quayledger.kernel import Contract, IntentCode, RefusalCode


def reference() -> None:
    """Print the reference of all contracts: what can happen, who may do it, why it is refused."""
    typer.echo("\n".join(_page()))


def _page() -> Iterator[str]:
    yield "# Contracts"
    yield ""
    yield "Made from the tables by `quay reference`; a test fails when it is stale."
    for contract in RULEBOOK.contracts:
        yield from _contract(contract)
    yield ""
    yield "## intent"
    yield ""
    yield "Refusals of an intent as a whole, whatever its commands say."
    yield from _codes("intent", IntentCode)


def _contract(contract: Contract) -> Iterator[str]:
    yield ""
    yield f"## {contract.name}"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for rule in contract.table:
        targets = rule.target if isinstance(rule.target, tuple) else (rule.target,)
        for target in targets:
            yield f"    {rule.source or '[*]'} --> {target}: {rule.event}"
    yield "```"
    yield ""
    yield "| command | meaning | signed by | must state the version |"
    yield "|---|---|---|---|"
    for on in dict.fromkeys(rule.on for rule in contract.table):
        rule = next(one for one in contract.table if one.on is on)
        role = rule.role or "anyone of the organisation"
        meaning = (on.__doc__ or "").split("\n", 1)[0]
        stated = "yes" if rule.stated else "no"
        yield f"| `{on.__struct_config__.tag}` | {meaning} | {role} | {stated} |"
    yield ""
    names = (" ".join(holds.__name__.split("_")) for holds in contract.invariants)
    yield f"Always holds: {'; '.join(names)}."
    yield from _codes(contract.name, contract.codes)


def _codes(name: str, codes: type[RefusalCode]) -> Iterator[str]:
    yield ""
    yield "| refused with | name | why, and what to do |"
    yield "|---|---|---|"
    for code in codes:
        yield f"| `{name}:{int(code)}` | {code.name} | {code.text} |"
