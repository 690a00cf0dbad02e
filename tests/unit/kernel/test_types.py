"""The words of the ledger: which values they take, in what order commands name things."""

import msgspec
import pytest

from quayledger.kernel import Amount, Currency, Digest, Grams, Id, Integer, Party, Record, TimeMs
from quayledger.kernel.merkle import Tree, leaf_hash

LARGEST = 9_007_199_254_740_991
"""The largest integer that every JSON reader keeps exact (RFC 8785 section 3.2.2.3)."""


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (Id, "0193a5b2-7c1d-7e40-9d0c-2f6b8f6f1a2b"),
        (Id, "x" * 96),
        (Party, "CARRIER-1"),
        (Party, "X" * 32),
        (Digest, "A-z_4" + "0" * 38),
        (Currency, "CNY"),
        (Integer, LARGEST),
        (Integer, -LARGEST),
        (TimeMs, LARGEST),
        (Grams, 0),
    ],
)
def test_a_word_of_the_ledger_is_read(word, value):
    assert value == msgspec.convert(value, word)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (Id, ""),
        (Id, "x" * 97),
        (Id, "-x"),
        (Id, "a/b"),
        (Id, "a b"),
        (Id, "é"),
        (Id, "x\n"),
        (Party, "*"),
        (Party, "Carrier"),
        (Party, "X" * 33),
        (Party, "CARRIER\n"),
        (Digest, "A" * 42),
        (Digest, "A" * 44),
        (Digest, "A" * 42 + "="),
        (Digest, "A" * 43 + "\n"),
        (Currency, "usd"),
        (Currency, "USDT"),
        (Currency, "USD\n"),
        (Integer, LARGEST + 1),
        (Integer, -LARGEST - 1),
        (Integer, True),
        (TimeMs, LARGEST + 1),
        (TimeMs, 1.5),
        (Grams, -1),
        (Amount, {"currency": "USD", "minor": 1, "note": ""}),
        (Amount, {"currency": "USD", "minor": "1"}),
    ],
)
def test_what_is_no_word_of_the_ledger_is_refused(word, value):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, word)


def test_a_command_names_records_and_parties_in_the_order_of_its_fields(toy):
    pair = toy.Pair(by="A", lamp="a", others=("c", "b"), by_role={"y": "Y", "x": "X"}, spare="d")

    assert tuple(f"toy.lamp/{id}" for id in "acbd") == pair.touches()
    assert ("A", "Y", "X") == pair.named_parties()


def test_records_and_commands_and_amounts_cannot_be_changed(toy):
    lamp, put = toy.Lamp(id="a", keeper="K"), toy.Put(by="M", lamp="a", to="K")
    for thing, field in ((lamp, "version"), (put, "by"), (Amount("USD", 1), "minor")):
        with pytest.raises(AttributeError):
            setattr(thing, field, None)


def test_a_record_that_does_not_say_whom_it_knows_is_our_bug():
    class Mute(Record, frozen=True, tag="toy.mute"):
        """Says nothing of its relations."""

    with pytest.raises(NotImplementedError, match="Mute"):
        Mute().relations()


def test_a_root_of_the_past_costs_one_hash_a_level(monkeypatch):
    tree = Tree()
    for number in range(255):
        tree.append(leaf_hash(bytes([number])))
    calls = []
    monkeypatch.setattr(
        "quayledger.kernel.merkle.node_hash", lambda left, _: calls.append(1) or left
    )
    tree.root_at(255)  # Eight complete subtrees, 128 + 64 + ... + 1, are joined by seven hashes.

    assert 7 == len(calls)
