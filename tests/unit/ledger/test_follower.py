"""A node believes nothing: what it checks, what it is shown, and what makes it raise the alarm."""

import pytest
from msgspec import Raw
from msgspec.structs import replace

from quayledger.kernel import EVERYONE
from quayledger.kernel.codec import encode
from quayledger.ledger.alarm import Alarm
from quayledger.ledger.content import read_delivery
from quayledger.ledger.follower import Follower

CRATE = "toy.crate/c1"


def play(world, ledger):
    """ALPHA makes a crate for BETA, BETA hands it to GAMMA; ALPHA makes one for itself."""
    steps = [
        (world.Make(by="ALPHA", crate="c1", to="BETA"), "ALPHA.clerk", {}),
        (world.Hand(by="BETA", crate="c1", to="GAMMA"), "BETA.clerk", {CRATE: 1}),
        (world.Make(by="ALPHA", crate="c2", to="ALPHA"), "ALPHA.clerk", {}),
    ]
    for command, person, expects in steps:
        ledger.submit(world.submission(command, by=[person], expects=expects)).result()


def follow(world, ledger, contents):
    follower = Follower(world.rulebook, world.genesis)
    follower.advance(ledger.entries(0, 100), ledger.checkpoint())
    for content in contents:
        follower.take(content)
    return follower


def seen(ledger, party):
    return [content for _, contents in ledger.feed(party, 0, 100) for content in contents]


def test_replay_with_the_rules_gives_what_the_host_signed(world, ledger):
    play(world, ledger)
    follower = follow(world, ledger, ledger.reading.everything(0, 100))

    assert (3, 0) == (follower.tally.full, follower.tally.part)
    assert "GAMMA" == follower.record(CRATE).keeper


def test_a_party_is_shown_what_it_is_related_to_and_nothing_else(world, ledger):
    play(world, ledger)

    assert [0, 1, 2] == sorted({content.n for content in seen(ledger, "GAMMA")})
    assert [0, 1, 2] == sorted({content.n for content in seen(ledger, "BETA")})
    assert [0, 1, 2, 3] == sorted({content.n for content in seen(ledger, "ALPHA")})
    assert [0] == sorted({content.n for content in seen(ledger, "STRANGER")})


def test_a_newcomer_to_a_chained_record_is_given_its_past(world, ledger):
    play(world, ledger)
    follower = follow(world, ledger, seen(ledger, "GAMMA"))

    assert 2 == follower.tally.full
    assert 2 == follower.record(CRATE).version


def test_every_party_can_follow_what_it_is_shown(world, ledger):
    play(world, ledger)

    for party in ("ALPHA", "BETA", "GAMMA"):
        assert follow(world, ledger, seen(ledger, party)).record(CRATE).keeper == "GAMMA"


def test_a_revoked_person_cannot_sign_but_what_it_signed_stays_valid(world, ledger):
    from quayledger.contracts.membership.person import Revoke
    from quayledger.kernel import IntentCode, Refused

    play(world, ledger)
    revoke = Revoke(by="BETA", person="BETA.clerk")
    ledger.submit(world.submission(revoke, by=["BETA.admin"])).result()
    follow(world, ledger, ledger.reading.everything(0, 100))
    make = world.Make(by="BETA", crate="c9", to="BETA")

    with pytest.raises(Refused) as refused:
        ledger.submit(world.submission(make, by=["BETA.clerk"])).result()
    assert IntentCode.UNKNOWN_SIGNER == refused.value.code


def altered(content, **changes):
    return replace(content, **changes)


def flip(raw, old, new):
    return Raw(bytes(raw).replace(old, new))


LIES = {
    "another payload": (2, lambda c: altered(c, payload=c.payload[:-2] + "AA"), "payload"),
    "a command that was not signed": (
        2,
        lambda c: altered(c, commands={"0": flip(c.commands["0"], b"GAMMA", b"ALPHA")}),
        "command 0",
    ),
    "another record": (
        2,
        lambda c: altered(c, openings=(flip(c.openings[0], b"GAMMA", b"ALPHA"),)),
        "commits to no such record",
    ),
    "no signature": (2, lambda c: altered(c, signatures=()), "signatures"),
    "a record that no command names": (2, lambda c: altered(c, commands={}), "no shown command"),
    "a write kept back": (
        2,
        lambda c: altered(c, entry=replace(c.entry, writes=())),
        "another entry",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_content_that_does_not_fit_its_entry_raises_the_alarm(world, ledger, lie):
    play(world, ledger)
    n, change, reason = LIES[lie]
    contents = ledger.reading.everything(0, 100)
    doctored = [change(content) if content.n == n else content for content in contents]

    with pytest.raises(Alarm, match=reason) as alarm:
        follow(world, ledger, doctored)
    assert n == alarm.value.n


def test_a_record_of_ours_that_is_kept_back_raises_the_alarm(world, ledger):
    play(world, ledger)
    follower = Follower(world.rulebook, world.genesis, party="GAMMA")
    follower.advance(ledger.entries(0, 100), ledger.checkpoint())
    *before, last = seen(ledger, "GAMMA")
    for content in before:
        follower.take(content)

    with pytest.raises(Alarm, match=r"keeps back toy\.crate/c1, which is ours"):
        follower.take(replace(last, openings=()))


def test_entries_that_do_not_give_the_checkpoint_raise_the_alarm(world, ledger):
    play(world, ledger)
    follower = Follower(world.rulebook, world.genesis)
    entries = ledger.entries(0, 100)
    older = entries[1].replace(b'"time_ms":1', b'"time_ms":2')

    with pytest.raises(Alarm, match=r"entry 2: goes back in time"):
        follower.advance([entries[0], older, *entries[2:]], ledger.checkpoint())


def test_a_delivery_survives_its_encoding(world, ledger):
    play(world, ledger)

    for content in seen(ledger, EVERYONE):
        assert content == read_delivery(encode(content))
