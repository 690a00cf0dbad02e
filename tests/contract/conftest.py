"""How the contract tests run one command."""

import pytest

from quayledger.kernel import Env, Refused, Signer, step

ROLES = ("title", "clerk", "maker", "checker", "officer", "declarant", "gate", "planner",
         "dispatcher", "driver", "admin")  # fmt: skip


def everybody(party):
    """One person of the party for every role."""
    return [Signer(f"{party}.{role}", party, (role,)) for role in ROLES]


@pytest.fixture
def run():
    """Run a command on a state; gives the event or the code, and what was written."""

    def run(contract, state, command, signers=None, time_ms=1000, certified=None, also=()):
        people = everybody(command.by) if signers is None else signers
        people = [*people, *(person for party in also for person in everybody(party))]
        env = Env(
            time_ms=time_ms,
            read=state.get,
            signers=tuple(people),
            member=lambda _: True,
            certified=certified or (lambda *_: None),
        )
        try:
            accepted = step(contract, env, command)
        except Refused as refused:
            return refused.code, {}
        return accepted.name, dict(accepted.writes)

    return run
