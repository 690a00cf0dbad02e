"""What the embedded ledger promises: durable receipts, one effect an intent, nothing half done."""

import os

import pytest

from quayledger.contracts.membership.person import Register, Revoke
from quayledger.kernel import IntentCode, InvariantBroken, Malformed, Refused
from quayledger.kernel.codec import encode
from quayledger.kernel.merkle import leaf_hash, verify_inclusion
from quayledger.ledger import intent as intents
from quayledger.ledger.identity import x509
from quayledger.ledger.log.checkpoint import read_checkpoint
from quayledger.ledger.port import read_receipt

CRATE = "toy.crate/c1"


def made(world, ledger, crate="c1", to="BETA"):
    command = world.Make(by="ALPHA", crate=crate, to=to)
    return ledger.submit(world.submission(command, by=["ALPHA.clerk"])).result()


def refusal(ledger, submission):
    with pytest.raises(Refused) as caught:
        ledger.submit(submission).result()
    return caught.value.code


def test_a_receipt_proves_its_entry_to_anyone_who_knows_the_log_key(world, ledger):
    receipt = read_receipt(made(world, ledger))

    checkpoint = read_checkpoint(receipt.checkpoint, world.genesis.log_key)
    leaf = leaf_hash(encode(receipt.entry))
    assert verify_inclusion(receipt.n, checkpoint.size, leaf, receipt.path(), checkpoint.log_root)


def test_the_same_intent_again_gives_the_same_receipt_bytes_and_no_second_effect(world, ledger):
    draft = world.draft(world.Make(by="ALPHA", crate="c1", to="BETA"))
    first = ledger.submit(world.sign(draft, "ALPHA.clerk")).result()
    again = ledger.submit(world.sign(draft, "ALPHA.clerk")).result()  # Signed anew: other bytes.

    assert first == again == ledger.receipt(intents.payload_of(draft).id)
    assert 2 == len(ledger.entries(0, 10))


def test_another_payload_under_a_used_id_is_refused(world, ledger):
    draft = world.draft(world.Make(by="ALPHA", crate="c1", to="BETA"))
    ledger.submit(world.sign(draft, "ALPHA.clerk")).result()
    id = intents.payload_of(draft).id
    other = world.submission(
        world.Make(by="ALPHA", crate="c2", to="BETA"), by=["ALPHA.clerk"], id=id
    )

    assert IntentCode.ID_USED == refusal(ledger, other)


def test_a_refused_id_is_spent_so_nobody_can_fire_it_later(world, ledger):
    submission = world.submission(
        world.Hand(by="ALPHA", crate="c1", to="GAMMA"), by=["ALPHA.clerk"], expects={CRATE: 0}
    )
    first = refusal(ledger, submission)
    made(world, ledger, to="ALPHA")

    assert world.Code.NOT_FOUND == first
    assert IntentCode.ID_SPENT == refusal(ledger, submission)


def test_a_refused_id_stays_spent_when_the_hosts_clock_is_set_back(world):
    now = [intents.now_ms()]
    ledger = world.open(clock=lambda: now[0])
    hand = world.Hand(by="ALPHA", crate="c1", to="GAMMA")
    options = {"by": ["ALPHA.clerk"], "expects": {CRATE: 0}}
    submission = world.submission(hand, lifetime_ms=1_000, **options)
    first = refusal(ledger, submission)
    now[0] += 2_000  # It has expired, and the next commit could forget it.
    refusal(ledger, world.submission(hand, **options))
    now[0] -= 2_000

    assert world.Code.NOT_FOUND == first
    assert IntentCode.ID_SPENT == refusal(ledger, submission)


@pytest.mark.parametrize(
    ("people", "options", "code"),
    [
        (["ALPHA.clerk"], {"network": "toy.0"}, IntentCode.WRONG_NETWORK),
        (["ALPHA.clerk"], {"lifetime_ms": 24 * 3600 * 1000 + 1}, IntentCode.LIFETIME_TOO_LONG),
        (["ALPHA.clerk"], {"lifetime_ms": 0}, IntentCode.EXPIRED),
        (["BETA.clerk"], {}, IntentCode.NOT_SIGNED),
    ],
)
def test_an_intent_that_may_not_be_ordered_is_refused(world, ledger, people, options, code):
    command = world.Make(by="ALPHA", crate="c1", to="BETA")

    assert code == refusal(ledger, world.submission(command, by=people, **options))


def test_a_signature_by_another_key_is_refused(world, ledger):
    world.people["ALPHA.clerk"] = world.people["BETA.clerk"]
    command = world.Make(by="ALPHA", crate="c1", to="BETA")
    submission = world.submission(command, by=["ALPHA.clerk"])

    assert IntentCode.BAD_SIGNATURE == refusal(ledger, submission)


def test_an_unknown_signer_and_an_unknown_party_are_refused(world, ledger):
    world.people["NOBODY.x"] = world.people["BETA.clerk"]
    command = world.Make(by="ALPHA", crate="c1", to="BETA")
    stranger = world.Make(by="ALPHA", crate="c1", to="OMEGA")

    assert IntentCode.UNKNOWN_SIGNER == refusal(ledger, world.submission(command, by=["NOBODY.x"]))
    assert IntentCode.UNKNOWN_PARTY == refusal(
        ledger, world.submission(stranger, by=["ALPHA.clerk"])
    )


def test_a_stale_view_is_refused(world, ledger):
    made(world, ledger)
    hand = world.Hand(by="BETA", crate="c1", to="GAMMA")

    stale = world.submission(hand, by=["BETA.clerk"], expects={CRATE: 2})
    assert IntentCode.STALE == refusal(ledger, stale)


def test_of_linked_commands_all_happen_or_none_does(world, ledger):
    one = world.Make(by="ALPHA", crate="c1", to="BETA")
    two = world.Hand(by="BETA", crate="c2", to="GAMMA")
    refusal(ledger, world.submission(one, two, by=["ALPHA.clerk", "BETA.clerk"]))

    assert 1 == len(ledger.entries(0, 10))
    assert made(world, ledger)  # The crate of the first command is not there.


def test_bytes_that_are_not_canonical_are_malformed(world, ledger):
    submission = world.submission(world.Make(by="ALPHA", crate="c", to="BETA"), by=["ALPHA.clerk"])

    with pytest.raises(Malformed, match="canonical"):
        ledger.submit(submission.replace(b'{"disclosures"', b'{ "disclosures"')).result()


def test_what_was_acknowledged_is_there_after_a_restart(world, ledger):
    receipt = made(world, ledger)
    roots = ledger.checkpoint()
    ledger.close()
    world.ledgers.clear()
    reopened = world.open()

    assert roots == reopened.checkpoint()
    assert receipt == reopened.receipt(
        reopened.receipt and intents.payload_of(reopened.reading.everything(1, 1)[0]).id
    )


def test_a_folder_of_another_network_is_refused(world, ledger, tmp_path):
    from_other = world.genesis.__class__(
        "other", *[getattr(world.genesis, f) for f in world.genesis.__struct_fields__[1:]]
    )
    world.genesis = from_other

    with pytest.raises(Malformed, match="another network"):
        world.open()


def test_concurrent_submissions_share_commits_and_all_get_their_own_receipt(world, ledger):
    commands = [world.Make(by="ALPHA", crate=f"c{n}", to="BETA") for n in range(100)]
    answers = [ledger.submit(world.submission(c, by=["ALPHA.clerk"])) for c in commands]

    numbers = [read_receipt(answer.result()).n for answer in answers]
    assert list(range(1, 101)) == numbers
    assert len(ledger.checkpoints(0, 1000)) < 101


def test_of_many_transfers_of_one_crate_exactly_one_wins(world, ledger):
    made(world, ledger)
    answers = []
    for n in range(50):
        to = "GAMMA" if n % 2 else "ALPHA"
        hand = world.Hand(by="BETA", crate="c1", to=to)
        answers.append(ledger.submit(world.submission(hand, by=["BETA.clerk"], expects={CRATE: 1})))
    outcomes = [answer.exception() for answer in answers]

    assert 1 == outcomes.count(None)
    assert {IntentCode.STALE} == {refused.code for refused in outcomes if refused}


def test_an_intent_on_which_a_rule_fails_stops_nobody_else(world, ledger):
    made(world, ledger, crate="cursed")
    hand = world.Hand(by="BETA", crate="cursed", to="GAMMA")
    expects = {"toy.crate/cursed": 1}
    poison = world.submission(hand, by=["BETA.clerk"], expects=expects)

    with pytest.raises(InvariantBroken, match="ValueError"):
        ledger.submit(poison).result()
    assert IntentCode.ID_SPENT == refusal(ledger, poison)
    assert made(world, ledger)


@pytest.fixture(params=[2, 4], ids=["by itself", "with a pool"])
def cores(request, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(request.param)), raising=False)


def test_a_change_of_membership_counts_for_the_rest_of_its_batch(world, cores):
    ledger = world.open()
    key = x509.new_key()
    certificate, authority = world.authorities["ALPHA"]
    now = intents.now_ms()
    own = x509.person_certificate(certificate, authority, "ALPHA.new", key.public_key(), now)
    register = Register(by="ALPHA", person="ALPHA.new", roles=("clerk",), certificate=x509.der(own))
    world.people["ALPHA.new"] = key
    make = [world.Make(by="ALPHA", crate=f"c{n}", to="BETA") for n in range(4)]
    answers = ledger._ordering.order(
        [
            world.submission(make[0], by=["ALPHA.new"]),
            world.submission(make[1], by=["ALPHA.clerk"]),
            world.submission(register, by=["ALPHA.admin"]),
            world.submission(Revoke(by="ALPHA", person="ALPHA.clerk"), by=["ALPHA.admin"]),
            world.submission(make[2], by=["ALPHA.new"]),
            world.submission(make[3], by=["ALPHA.clerk"]),
        ]
    )

    assert [False, True, True, True, True, False] == [isinstance(one, bytes) for one in answers]
    assert {IntentCode.UNKNOWN_SIGNER} == {answers[0].code, answers[5].code}


def test_every_signature_of_a_large_batch_is_checked(world, cores):
    ledger = world.open()
    batch = [
        world.submission(world.Make(by="ALPHA", crate=f"c{n}", to="BETA"), by=["ALPHA.clerk"])
        for n in range(300)
    ]
    forged = {7, 130, 299}
    for n in forged:
        draft = world.draft(world.Make(by="ALPHA", crate=f"c{n}", to="GAMMA"))
        signature = intents.sign(draft.payload, "ALPHA.clerk", world.people["ALPHA.admin"])
        batch[n] = intents.complete(draft, [signature])
    answers = ledger._ordering.order(batch)

    assert forged == {n for n, one in enumerate(answers) if not isinstance(one, bytes)}
    assert {IntentCode.BAD_SIGNATURE} == {answers[n].code for n in forged}
