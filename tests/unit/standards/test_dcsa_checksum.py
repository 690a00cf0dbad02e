"""The canonical form of DCSA documents, against RFC 8785's vectors and an independent writer."""

import hashlib
import json
import struct

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from quayledger.standards.dcsa.checksum import canonical, document_checksum
from quayledger.standards.refusal import FormatRefused

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
WEIGHTS = st.decimals(0, 100_000, places=3).map(float)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | WEIGHTS | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)

# fmt: off
# RFC 8785 appendix B: the bits of an IEEE 754 double, and its ECMAScript form.
RFC_NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]
# fmt: on


@pytest.mark.parametrize(("bits", "expected"), RFC_NUMBERS)
def test_numbers_are_written_as_in_appendix_b(bits, expected):
    (value,) = struct.unpack(">d", bytes.fromhex(bits))

    assert expected.encode() == canonical(value)


def test_the_example_of_section_3_2_2_has_its_canonical_form():
    document = json.loads(
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        '"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
        '"literals": [null, true, false]}'
    )

    assert (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    ).encode() == canonical(document)


def test_names_sort_by_utf16_code_units_as_in_section_3_2_3():
    names = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]

    assert ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"] == list(
        json.loads(canonical(dict.fromkeys(names, 0)))
    )


@settings(max_examples=400)
@given(DOCUMENTS)
def test_any_document_has_the_bytes_of_an_independent_writer(document):
    assert rfc8785.dumps(document) == canonical(document)


@settings(max_examples=400)
@given(st.integers(0, 2**64 - 1))
def test_any_double_has_the_digits_of_an_independent_writer(bits):
    (value,) = struct.unpack(">d", struct.pack(">Q", bits))
    if value - value != 0:
        with pytest.raises(FormatRefused, match="RFC 8785"):
            canonical(value)
    else:
        assert rfc8785.dumps(value) == canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\ud800": 1}, {"a": {1, 2}}, b"x"])
def test_a_value_without_canonical_form_is_refused(value):
    with pytest.raises(FormatRefused, match="RFC 8785"):
        canonical({"a": [value]})


def test_a_checksum_is_the_sha256_of_the_canonical_bytes_in_hexadecimal():
    expected = hashlib.sha256(b'{"unit":"KGM","value":12000.5}').hexdigest()

    assert expected == document_checksum({"value": 12000.5, "unit": "KGM"})
