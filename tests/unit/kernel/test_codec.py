"""The one codec: canonical in, canonical out, and nothing else gets in."""

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from quayledger.kernel import Disclosure, IntentCode, Malformed, Opening, Rulebook, codec
from quayledger.kernel.types import MAX_INTEGER

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=20,
)
SALT = "s" * 43


@given(PLAIN)
def test_our_bytes_are_those_of_an_independent_rfc_8785_encoder(value):
    assert rfc8785.dumps(value) == codec.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1} ',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":"\\u0041"}',
        b'{"a":"e\xcc\x81"}',
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b"[" * 100_000,
        b"",
    ],
)
def test_bytes_that_we_would_not_have_written_are_malformed(data):
    with pytest.raises(Malformed):
        codec.decode(data, msgspec.json.Decoder(), "thing")


def test_text_in_normal_form_is_good():
    assert {"a": "é"} == codec.decode('{"a":"é"}'.encode(), msgspec.json.Decoder(), "thing")


@given(st.binary(max_size=100))
def test_base64url_comes_back(data):
    assert data == codec.unb64(codec.b64(data), "x")


@pytest.mark.parametrize("text", ["A", "AB", "QQ==", "QR", "Q Q", "é", "+/8", "QQ\n"])
def test_base64url_that_would_not_re_encode_equal_is_malformed(text):
    with pytest.raises(Malformed):
        codec.unb64(text, "x")


def test_a_digest_is_the_hash_of_the_canonical_bytes():
    # printf '{"a":1}' | sha256sum | xxd -r -p | basenc --base64url
    assert "AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX-GI" == codec.digest({"a": 1})


def test_commands_records_and_refusals_on_the_wire(toy):
    rulebook = toy.RULEBOOK
    put = toy.Put(by="MAKER", lamp="a", to="KEEPER")
    lamp = toy.Lamp(id="a", keeper="KEEPER", version=1)
    disclosure = Disclosure(put, {"toy.lamp/a": 0}, SALT)
    opening = Opening("toy.lamp/a", lamp, SALT)

    assert disclosure == rulebook.disclosure(codec.encode(disclosure))
    assert opening == rulebook.opening(codec.encode(opening))
    assert b'"status"' not in codec.encode(opening)  # At its default: later fields fit old bytes.
    assert "toy.lamp:2" == rulebook.wire_code(toy.Code.NOT_KEEPER)
    assert "intent:10" == rulebook.wire_code(IntentCode.STALE)


@pytest.mark.parametrize(
    "data",
    [
        b'{"by":"MAKER","lamp":"a","to":"KEEPER","type":"toy.UNKNOWN"}',
        b'{"by":"MAKER","lamp":"a","more":1,"to":"KEEPER","type":"toy.PUT"}',
        b'{"by":"maker","lamp":"a","to":"KEEPER","type":"toy.PUT"}',
        b'{"by":"MAKER","lamp":"../a","to":"KEEPER","type":"toy.PUT"}',
        b'{"by":"MAKER","lamp":"a","to":"KEEPER"}',
    ],
)
def test_a_command_with_unknown_or_bad_fields_is_malformed(toy, data):
    with pytest.raises(Malformed):
        toy.RULEBOOK.command(data)


def test_a_rulebook_needs_a_contract():
    with pytest.raises(Malformed):
        Rulebook(())


def test_the_records_and_parties_that_a_command_names(toy):
    pair = toy.Pair(by="A", lamp="a", others=("b", "c"), by_role={"x": "X"}, spare="d")

    assert {f"toy.lamp/{id}" for id in "abcd"} == {*pair.touches()}
    assert ("A", "X") == pair.named_parties()
    assert ("A",) == toy.Switch(by="A", lamp="a").named_parties()
