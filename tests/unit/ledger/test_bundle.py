"""A bundle convinces a stranger, and both verifiers say the same of every good and bad one."""

import json
import random

import pytest
from kit.forger import Forger, verifier_key_of
from msgspec.structs import replace

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


def edited(change):
    """A line with its JSON changed and written canonically again."""

    def edit(line):
        value = json.loads(line)
        change(value)
        return quayverify.canonical(value) + b"\n"

    return edit


def put(place, value):
    def change(line):
        *path, last = place
        for step in path:
            line = line[step]
        line[last] = value

    return edited(change)


CONTENT = 10  # The line that shows the content of entry 1: after a founding and nine entries.

# fmt: off
SHAPES = {
    "true for the entry's number":   (2, put(["n"], True)),
    "a fraction":                    (2, lambda line: line.replace(b'"n":1', b'"n":1.0')),
    "true for the content's number": (CONTENT + 1, put(["content", "n"], True)),
    "signatures that are no list":   (CONTENT + 1, put(["content", "signatures"], {})),
    "commands that are no mapping":  (CONTENT + 1, put(["content", "commands"], [])),
    "no commands at all":            (CONTENT + 1, put(["content", "commands"], None)),
    "openings that are no list":     (CONTENT + 1, put(["content", "openings"], {})),
    "a place that is no number":     (CONTENT + 1, put(["content", "commands", "x"], {})),
    "a place in another script":     (CONTENT + 1, put(["content", "commands", "\u00b2"], {})),
    "a place that does not exist":   (CONTENT + 1, put(["content", "commands", "7"], {})),
    "a field nobody knows":          (CONTENT + 1, put(["content", "more"], 1)),
    "text that is not NFC":          (CONTENT + 1, put(["content", "payload"], "e\u0301")),
    "a bottomless line":             (2, lambda _: b'{"entry":' + b"[" * 100_000 + b"\n"),
    "a second signature line":       (-1, lambda line: line.replace(b'\\n"}', b'\\n\xe2\x80\x94 w aa==\\n"}')),
}
# fmt: on


@pytest.mark.parametrize("shape", SHAPES)
def test_both_verifiers_refuse_what_has_another_shape_than_the_format(world, ledger, shape):
    played(world, ledger)
    lines = whole(world, ledger)
    number, edit = SHAPES[shape]
    before = lines[number]
    lines[number] = edit(before)

    assert before != lines[number]
    assert 1 == ours(world, lines, False)[0] == theirs(lines)[0]


def test_a_person_who_signs_twice_is_refused_by_both(world):
    make = world.Make(by="ALPHA", crate="c1", to="BETA")
    draft = world.draft(make)
    lines = Forger(world).bundle(draft, ["ALPHA.clerk", "ALPHA.clerk"])

    assert (1, 1) == ours(world, lines, False) == theirs(lines)
    assert (0, None) == theirs(Forger(world).bundle(draft, ["ALPHA.clerk"]))


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31), b"\x01" + bytes(30) + b"\x80"])
def test_a_log_key_of_small_order_is_refused_by_both(world, point):
    genesis = replace(world.genesis, log_key=verifier_key_of("toy-log", b"\x01" + point))
    forger = Forger(world, genesis)
    note = forger.text() + "\n\u2014 toy-log " + forger.free_signature(point)

    for check in (lambda lines: ours(world, lines, False), theirs):
        assert 1 == check(forger.lines(note))[0]
