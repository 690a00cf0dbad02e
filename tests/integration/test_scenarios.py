"""The stories: every step comes out as told, and what is left behind is what must be."""

import random
import re
import subprocess
import sys
from collections import Counter

import pytest

REFUSALS = {
    "transfer by a party that does not possess the bill": "ebl.bill:2",
    "a used id with another body": "intent:4",
    "an intent of another network": "intent:1",
    "surrender by a party that is not title holder": "ebl.bill:3",
    "honour of a discrepant presentation without waiver": "finance.presentation:10",
    "the same document reference issued twice": "ebl.bill:6",
    "gate-out while customs holds": "release.right:13",
    "wrong haulier with a copied code": "release.right:0",
    "second gate-out of the same container": "release.right:1",
    "a stranger asks for the bill": "not-found",
}


@pytest.fixture(params=["rotterdam", "nansha"])
def story(request):
    return request.getfixturevalue(request.param)


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False
    )


def test_every_step_comes_out_as_told(story):
    unexpected = [step for step in story.out["steps"] if not step["expected"]]

    assert [] == unexpected
    assert 0 == story.status, story.text


def test_at_least_sixteen_steps_of_the_story_by_at_least_twelve_organisations(story):
    steps = story.out["steps"]

    assert 16 <= len({step["n"] for step in steps})
    assert 12 <= len({step["actor"].rpartition(".")[0] for step in steps})


@pytest.mark.parametrize("name", REFUSALS)
def test_what_goes_wrong_is_refused_with_the_right_answer(story, name):
    (step,) = [step for step in story.out["steps"] if step["name"] == name]

    assert ("refused", REFUSALS[name]) == (step["outcome"], step["code"])


def test_the_same_intent_again_has_the_same_receipt(story):
    (step,) = [step for step in story.out["steps"] if step["name"] == "the same intent again"]

    assert ("accepted", "the same receipt, byte for byte") == (step["outcome"], step["detail"])


def test_title_ends_with_the_carrier_goods_with_the_haulier_and_money_sums_up_to_zero(story):
    out = story.out
    carrier = out["title"]["carrier"]

    assert "SURRENDERED_FOR_DELIVERY" == out["title"]["status"]
    assert carrier == out["title"]["possessor"]
    assert ["GATED_OUT", "GATED_OUT"] == [gate["status"] for gate in out["gate"].values()]
    assert [0] == list(out["balances"]["sum_minor"].values())


def test_the_seller_was_paid_what_the_credit_says(rotterdam, nansha):
    paid = {
        (line["owner"], line["currency"]): line["balance_minor"]
        for story in (rotterdam, nansha)
        for line in story.out["balances"]["accounts"]
    }

    assert 186_400_00 == paid["SELLER", "USD"]  # Field 32B of each scenario's MT 700.
    assert 41_250_50 == paid["FAZENDA", "EUR"]


def test_both_verifiers_accept_the_bundle(story):
    assert 0 == run("quayledger.edge.cli", "verify", "--rules", story.out["bundle"]).returncode
    assert 0 == run("quayverify", story.out["bundle"]).returncode
    assert 0 == run("quayledger.edge.cli", "verify", str(story.data)).returncode


def test_both_verifiers_reject_two_hundred_copies_with_one_byte_changed(rotterdam):
    import quayverify
    from quayledger.contracts.rules import RULEBOOK
    from quayledger.kernel import Malformed
    from quayledger.ledger import bundle
    from quayledger.ledger.alarm import Alarm

    with open(rotterdam.out["bundle"], "rb") as file:
        data = file.read()
    chance, named = random.Random(3), Counter()
    for _ in range(200):
        at = chance.randrange(len(data))
        copy = bytearray(data)
        copy[at] ^= 1 << chance.randrange(8)
        lines = bytes(copy).splitlines(keepends=True)
        with pytest.raises((Alarm, Malformed)) as ours:
            bundle.verify(lines, RULEBOOK)
        with pytest.raises((quayverify.Unsound, quayverify.Unusable)) as theirs:
            quayverify.verify(lines)
        named[isinstance(ours.value, Alarm) and ours.value.n is not None] += 1
        assert isinstance(ours.value, Alarm) == isinstance(theirs.value, quayverify.Unsound), at
    assert named[True] >= 190, named  # The rest are in the checkpoint, which is no entry.


def test_a_bundle_of_one_party_shows_only_what_it_may_see(rotterdam):
    with open(rotterdam.out["bundle"], "rb") as file:
        data = file.read()  # The carrier's.

    assert b"ebl.bill/" in data
    for kind in (b"finance.credit/", b"finance.account/", b"customs.declaration/"):
        assert kind not in data


def test_no_store_but_its_owners_holds_a_private_key_or_a_document(rotterdam):
    secrets = [b"CORDLESS VACUUM", b"Fengxiang", b"PRIVATE KEY", b"BAM-2026-04417", b"BOLSHK26"]
    files = [path for path in rotterdam.data.rglob("*") if path.is_file()]
    stores = [path for path in files if ".sqlite" in path.name]

    assert stores
    for path in stores:
        found = [secret for secret in secrets if secret in path.read_bytes()]
        assert [] == found, path


def test_an_organisation_that_takes_no_part_is_shown_membership_only(rotterdam):
    model = rotterdam.data / "nodes" / "RIVAL" / "readmodel.sqlite"
    kinds = set(
        re.findall(rb"(?:ebl|finance|customs|release|consignment)\.[a-z]+/", model.read_bytes())
    )

    assert set() == kinds


def test_people_sign_outside_the_server(rotterdam):
    wallets = list((rotterdam.data / "wallets").glob("*.pem"))

    assert 22 == len(wallets)
    for wallet in wallets:
        assert b"ENCRYPTED PRIVATE KEY" in wallet.read_bytes()
        assert 0o600 == wallet.stat().st_mode & 0o777
