"""How an intent is run: all or nothing, in order, and never beyond what it names."""

import pytest
from msgspec.structs import replace

from quayledger.kernel import (
    EVERYONE,
    Contract,
    Disclosure,
    Env,
    IntentCode,
    InvariantBroken,
    Record,
    Refused,
    Rule,
    Signer,
    execute,
    related,
    step,
    visible,
)

SMITHS = (
    Signer("m1", "MAKER", ("smith",)),
    Signer("m2", "MAKER", ("smith",)),
    Signer("k1", "KEEPER"),
    Signer("n1", "NEXT"),
)


def disclosed(*commands, expects=None):
    return [Disclosure(command, expects or {}, "s") for command in commands]


def play(toy, state, disclosures, signers=SMITHS, member=lambda _: True, time_ms=50):
    named = [name for one in disclosures for name in (*one.command.touches(), *one.expects)]
    loaded = {name: state.get(name) for name in named}
    env = Env(time_ms, loaded.__getitem__, signers, member)
    return execute(toy.RULEBOOK, env, disclosures, loaded)


def refusal(toy, state, disclosures, **options):
    with pytest.raises(Refused) as refused:
        play(toy, state, disclosures, **options)
    return refused.value.code


def lamp(toy, **changes):
    return replace(
        toy.Lamp(id="a", keeper="KEEPER", maker="MAKER", version=3, time_ms=7), **changes
    )


def test_linked_commands_see_what_earlier_ones_did(toy):
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")
    switch = toy.Switch(by="KEEPER", lamp="a")
    outcome = play(toy, {}, [*disclosed(put), *disclosed(switch, expects={"toy.lamp/a": 0})])

    after = outcome.writes["toy.lamp/a"]
    assert (toy.Status.ON, 2, 50) == (after.status, after.version, after.time_ms)
    assert {"toy.lamp/a": (0, 1)} == outcome.writers
    assert ["LampPut", "LampSwitched"] == [accepted.name for accepted in outcome.accepted]


def test_the_audience_is_everybody_related_before_or_after_any_step(toy):
    state = {"toy.lamp/a": lamp(toy)}
    hand = toy.Switch(by="KEEPER", lamp="a", to="NEXT")
    outcome = play(toy, state, disclosed(hand, expects={"toy.lamp/a": 3}))

    assert frozenset({"KEEPER", "MAKER", "NEXT"}) == outcome.audience["toy.lamp/a"]
    assert 4 == outcome.writes["toy.lamp/a"].version


def test_who_has_not_signed_does_not_ask(toy):
    put = toy.Put(by="STRANGER", lamp="a", to="KEEPER")

    assert IntentCode.NOT_SIGNED == refusal(toy, {}, disclosed(put))


def test_a_party_that_is_no_member_is_named_in_vain(toy):
    put = toy.Put(by="MAKER", lamp="a", to="GONE")
    member = {"MAKER", "KEEPER"}.__contains__

    assert IntentCode.UNKNOWN_PARTY == refusal(toy, {}, disclosed(put), member=member)


@pytest.mark.parametrize(
    ("by", "version", "code"),
    [
        ("KEEPER", 2, IntentCode.STALE),
        ("KEEPER", 0, IntentCode.STALE),
        ("NEXT", 3, IntentCode.STALE),  # To NEXT there is no such lamp, so its version is 0.
        ("NEXT", 0, 0),
    ],
)
def test_a_signer_must_have_looked_at_the_present_version(toy, by, version, code):
    switch = toy.Switch(by=by, lamp="a")
    state = {"toy.lamp/a": lamp(toy)}

    assert code == refusal(toy, state, disclosed(switch, expects={"toy.lamp/a": version}))


def test_some_acts_must_state_the_version_that_was_seen(toy):
    switch = toy.Switch(by="KEEPER", lamp="a")

    assert IntentCode.EXPECTS_MISSING == refusal(toy, {"toy.lamp/a": lamp(toy)}, disclosed(switch))


@pytest.mark.parametrize(
    "signers",
    [
        SMITHS[:1],
        (SMITHS[0], SMITHS[0]),
        (SMITHS[0], Signer("m3", "MAKER", ("clerk",))),
        (SMITHS[0], Signer("x1", "OTHER", ("smith",))),
    ],
)
def test_four_eyes_are_two_persons_of_the_party_in_the_role(toy, signers):
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")

    assert IntentCode.ROLE_MISSING == refusal(toy, {}, disclosed(put), signers=signers)


def test_a_command_over_a_record_that_one_cannot_see_is_as_over_none(toy):
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")
    foreign = {"toy.lamp/a": lamp(toy, keeper="NEXT", maker=None)}

    assert toy.Code.NOT_FOUND == refusal(toy, foreign, disclosed(put))
    assert toy.Code.WRONG_STATUS == refusal(toy, {"toy.lamp/a": lamp(toy)}, disclosed(put))


def test_a_rule_cannot_write_over_another_record_that_its_party_cannot_see(toy):
    pair = toy.Pair(by="KEEPER", lamp="a", others=("b",))
    state = {"toy.lamp/a": lamp(toy), "toy.lamp/b": lamp(toy, id="b", keeper="X", maker="X")}

    assert toy.Code.NOT_FOUND == refusal(toy, state, disclosed(pair))


def test_a_rule_may_write_several_records(toy):
    pair = toy.Pair(by="KEEPER", lamp="a", others=("b",))
    outcome = play(toy, {"toy.lamp/a": lamp(toy)}, disclosed(pair))

    assert [4, 1] == [outcome.writes[f"toy.lamp/{id}"].version for id in "ab"]


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_rule_that_uses_what_its_command_does_not_name_is_our_bug(toy, how):
    state = {"toy.lamp/a": lamp(toy)}

    with pytest.raises(InvariantBroken, match="does not name"):
        play(toy, state, disclosed(toy.Stray(by="KEEPER", lamp="a", how=how)))


def test_a_record_under_a_key_of_another_kind_is_our_bug(toy):
    env = Env(50, {"toy.lamp/a": lamp(toy)}.get, SMITHS)

    with pytest.raises(InvariantBroken, match=r"toy.chair/x: a record of kind toy.lamp"):
        step(toy.CONTRACT, env, toy.Stray(by="KEEPER", lamp="a", how="kind"))


def test_time_that_runs_backwards_is_our_bug(toy):
    state = {"toy.lamp/a": lamp(toy, time_ms=51)}

    with pytest.raises(InvariantBroken, match="backwards"):
        play(toy, state, disclosed(toy.Stray(by="KEEPER", lamp="a", how="")))


def test_a_status_that_the_row_does_not_list_is_our_bug(toy):
    state = {"toy.lamp/a": lamp(toy, status=toy.Status.ON)}

    with pytest.raises(InvariantBroken, match="does not list"):
        play(toy, state, disclosed(toy.Dim(by="KEEPER", lamp="a", status="OFF")))


def test_a_rule_may_choose_among_the_statuses_that_its_row_lists(toy):
    state = {"toy.lamp/a": lamp(toy, status=toy.Status.ON)}
    outcome = play(toy, state, disclosed(toy.Dim(by="KEEPER", lamp="a", status="DIM")))

    assert toy.Status.DIM is outcome.writes["toy.lamp/a"].status


def test_an_invariant_that_does_not_hold_is_our_bug(toy):
    state = {"toy.lamp/a": lamp(toy, status=toy.Status.ON, maker=None)}

    with pytest.raises(InvariantBroken, match="never_dim_without_maker"):
        play(toy, state, disclosed(toy.Dim(by="KEEPER", lamp="a", status="DIM")))


def test_two_rows_for_one_command_and_status_are_our_bug(toy):
    row = Rule(toy.Put, None, toy.Status.OFF, "LampPut", lambda *_: None)

    with pytest.raises(InvariantBroken, match="two rows"):
        Contract("toy.lamp", "lamp", toy.Code, (row, row), (), (toy.Lamp,))


def test_what_can_happen_next(toy):
    assert ["LampPut"] == [rule.event for rule in toy.CONTRACT.possible(None)]
    assert {"LampSwitched", "LampDimmed"} == {r.event for r in toy.CONTRACT.possible("ON")}


def test_a_world_without_members_and_certificates_accepts_none(toy):
    env = Env(0, {}.get)

    assert not env.member("ANY")
    assert env.certified("ca", "cert") is None
    with pytest.raises(Refused):
        step(toy.CONTRACT, env, toy.Put(by="MAKER", lamp="a", to="KEEPER"))


def test_everyone_sees_what_is_for_everyone():
    class Sign(Record, frozen=True, tag="toy.sign"):
        def relations(self):
            return {"everyone": EVERYONE}

    assert visible(Sign(), "ANYBODY")
    assert not visible(None, "ANYBODY")
    assert frozenset() == related(None)


def test_a_record_type_must_say_whom_it_knows():
    class Mute(Record, frozen=True, tag="toy.mute"):
        pass

    with pytest.raises(NotImplementedError, match="Mute"):
        Mute().relations()
