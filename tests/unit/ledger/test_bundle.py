"""A bundle convinces a stranger, and both verifiers say the same of every good and bad one."""

import random

import pytest

import quayverify
from quayledger.kernel import Malformed
from quayledger.ledger import bundle
from quayledger.ledger.alarm import Alarm


def played(world, ledger):
    for n in range(4):
        make = world.Make(by="ALPHA", crate=f"c{n}", to="BETA")
        ledger.submit(world.submission(make, by=["ALPHA.clerk"])).result()
        hand = world.Hand(by="BETA", crate=f"c{n}", to="GAMMA")
        expects = {f"toy.crate/c{n}": 1}
        ledger.submit(world.submission(hand, by=["BETA.clerk"], expects=expects)).result()


def whole(world, ledger):
    return list(bundle.export(ledger, world.genesis, ledger.reading.everything(0, 100)))


def ours(world, lines, rules):
    try:
        bundle.verify(lines, world.rulebook, rules)
    except Alarm as alarm:
        return 1, alarm.n
    except Malformed:
        return 2, None
    return 0, None


def theirs(lines):
    try:
        quayverify.verify(lines)
    except quayverify.Unsound as unsound:
        return 1, unsound.n
    except quayverify.Unusable:
        return 2, None
    return 0, None


def test_both_verifiers_accept_a_whole_bundle_and_every_partys_own(world, ledger):
    played(world, ledger)

    for contents in (
        ledger.reading.everything(0, 100),
        *(
            [c for _, shown in ledger.feed(party, 0, 100) for c in shown]
            for party in ("ALPHA", "BETA", "GAMMA")
        ),
    ):
        lines = list(bundle.export(ledger, world.genesis, contents))
        assert (0, None) == ours(world, lines, True) == theirs(lines)


def test_a_whole_bundle_replays_with_the_rules(world, ledger):
    played(world, ledger)
    verdict = bundle.verify(whole(world, ledger), world.rulebook, rules=True)

    assert (9, 8, 0) == (verdict.size, verdict.rules_full, verdict.rules_part)


@pytest.mark.parametrize("seed", range(4))
def test_both_verifiers_reject_every_changed_byte_and_name_the_entry(world, ledger, seed):
    played(world, ledger)
    lines = whole(world, ledger)
    chance = random.Random(seed)
    blamed = 0
    for _ in range(50):
        number = chance.randrange(len(lines))
        at = chance.randrange(len(lines[number]))
        line = bytearray(lines[number])
        line[at] ^= 1 << chance.randrange(8)
        doctored = [*lines[:number], bytes(line), *lines[number + 1 :]]
        doctored = b"".join(doctored).splitlines(keepends=True)
        mine, other = ours(world, doctored, False), theirs(doctored)

        assert mine[0] == other[0] != 0, (seed, number, at)
        if 0 < number < len(lines) - 1 and other[1] is not None:
            blamed += 1
            assert other[1] in (mine[1], None), (seed, number, at)
    assert blamed > 25


def test_a_left_out_entry_and_a_swapped_pair_are_named(world, ledger):
    played(world, ledger)
    lines = whole(world, ledger)
    without = lines[:4] + lines[5:]
    swapped = [*lines[:4], lines[5], lines[4], *lines[6:]]

    assert (1, 4) == ours(world, without, False) == theirs(without)
    assert (1, 4) == ours(world, swapped, False) == theirs(swapped)


def test_a_bundle_without_its_checkpoint_is_not_sound(world, ledger):
    played(world, ledger)
    lines = whole(world, ledger)[:-1]

    assert (1, None) == ours(world, lines, False) == theirs(lines)


def test_a_file_that_is_no_bundle_is_not_usable(world, ledger):
    assert (2, None) == ours(world, [b"{}\n"], False) == theirs([b"{}\n"])


def test_a_stranger_who_knows_the_network_refuses_another(world, ledger):
    with pytest.raises(quayverify.Unsound, match="bundle of network"):
        quayverify.verify(whole(world, ledger), network="toy.00")
