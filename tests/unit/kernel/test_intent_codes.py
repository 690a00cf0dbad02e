"""The checks of an intent come in the order of their codes, over the state before the intent."""

import pytest

from quayledger.kernel import Disclosure, Env, IntentCode, Refused, Signer, execute

NAME = "toy.lamp/a"


@pytest.fixture
def judge(toy):
    """The code with which a command over one lamp is refused, or the names of what happened."""

    def judge(commands, expects, signers, members=("MAKER", "KEEPER", "NEXT")):
        lamp = toy.Lamp(id="a", keeper="KEEPER", maker="MAKER", version=3)
        loaded = {NAME: lamp, "toy.lamp/b": toy.Lamp(id="b", keeper="KEEPER", version=7)}
        asked = [Disclosure(command, expects, "s") for command in commands]
        env = Env(50, loaded.get, signers, members.__contains__)
        try:
            outcome = execute(toy.RULEBOOK, env, asked, loaded)
        except Refused as refused:
            return refused.code
        return [accepted.name for accepted in outcome.accepted]

    return judge


def test_the_first_fault_wins(toy, judge):
    # Each case mends the first fault of the case before it.
    switch = toy.Switch(by="MAKER", lamp="a", to="NEXT")
    signed = (Signer("m1", "MAKER"),)
    cases = [
        ((), ("MAKER",), {NAME: 2}),
        (signed, ("MAKER",), {NAME: 2}),
        (signed, ("MAKER", "NEXT"), {"toy.lamp/b": 9}),
        (signed, ("MAKER", "NEXT"), {}),
        (signed, ("MAKER", "NEXT"), {NAME: 3}),
    ]

    assert [
        IntentCode.NOT_SIGNED,
        IntentCode.UNKNOWN_PARTY,
        IntentCode.STALE,
        IntentCode.EXPECTS_MISSING,
        toy.Code.NOT_KEEPER,
    ] == [judge([switch], expects, signers, members) for signers, members, expects in cases]


def test_a_role_is_asked_for_only_when_record_and_status_fit(toy, judge):
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")

    assert toy.Code.WRONG_STATUS == judge([put], {}, (Signer("m1", "MAKER"),))


@pytest.mark.parametrize(("version", "result"), [(3, ["LampSwitched"] * 2), (4, IntentCode.STALE)])
def test_what_a_signer_saw_is_the_state_before_the_intent(toy, judge, version, result):
    switch = toy.Switch(by="KEEPER", lamp="a")

    assert result == judge([switch, switch], {NAME: version}, (Signer("k1", "KEEPER"),))


@pytest.mark.parametrize(("version", "result"), [(7, ["LampSwitched"]), (6, IntentCode.STALE)])
def test_a_signer_may_rely_on_a_record_that_the_command_does_not_touch(toy, judge, version, result):
    switch = toy.Switch(by="KEEPER", lamp="a")
    expects = {NAME: 3, "toy.lamp/b": version}

    assert result == judge([switch], expects, (Signer("k1", "KEEPER"),))
