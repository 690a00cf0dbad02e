"""What JSON from outside is refused for, and that the refusal names the path."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayledger.standards.refusal import FormatRefused
from quayledger.standards.strict_json import DEPTH_MAX, SIZE_MAX, decode

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)

# fmt: off
REFUSED = [
    (b'{"a":1,"a":1}',                         "$.a",          "twice"),
    (b'{"a":{"b":[0,{"c":1,"d":2,"c":3}]}}',   "$.a.b[1].c",   "twice"),
    (b'{"\\u0061":1,"a":2}',                   "$.a",          "twice"),
    (b'{"a":[0,NaN]}',                         "$.a[1]",       "NaN is not a number"),
    (b'[-Infinity]',                           "$[0]",         "-Infinity is not a number"),
    (b'{"a":1e999}',                           "$.a",          "too large"),
    (b'{"a":9007199254740992}',                "$.a",          "beyond 2^53 - 1"),
    (b'{"a":-9007199254740992}',               "$.a",          "beyond 2^53 - 1"),
    (b'[' + b"9" * 10_000 + b']',              "$[0]",         "beyond 2^53 - 1"),
    (b'{"a":["\\ud800"]}',                     "$.a[0]",       "half a surrogate"),
    (b'{"a":"\\udc00\\ud800"}',                "$.a",          "half a surrogate"),
    (b'{"\\uDBFF":1}',                         "$.\\udbff",    "half a surrogate"),
    (b'{"a":"\xff"}',                          "$",            "not UTF-8 at byte 6"),
    ("{}".encode("utf-16"),                    "$",            "not UTF-8"),
    (b'\xef\xbb\xbf{}',                        "line 1 column 1", "BOM"),
    (b'{"a":1,}',                              "line 1 column 8", "not JSON"),
    (b'{"a":1,"a":2',                          "line 1 column 13", "not JSON"),
    (b'{"a":01}',                              "line 1 column 7", "not JSON"),
    (b'',                                      "line 1 column 1", "not JSON"),
    (b'"' + b'\\"' * 100_000,                  "line 1 column 1", "not JSON"),
    (b'[' * (DEPTH_MAX + 1) + b']' * (DEPTH_MAX + 1), "$",     "deeper than 64"),
    (b'[' * SIZE_MAX,                          "$",            "deeper than 64"),
    (b'{"a":' * 100_000,                       "$",            "deeper than 64"),
    (b' ' * (SIZE_MAX + 1),                    "$",            "more than 4194304 bytes"),
]
# fmt: on


@pytest.mark.parametrize(("data", "where", "says"), REFUSED)
def test_ambiguous_json_is_refused_at_its_path(data, where, says):
    with pytest.raises(FormatRefused, match="RFC ") as refused:
        decode(data)

    assert where == refused.value.where
    assert says in refused.value.message


def test_brackets_inside_strings_are_not_depth():
    text = "[{" * 200 + '\\"]' + "]" * 5

    assert [text] == decode(json.dumps([text]).encode())


def test_the_deepest_document_allowed_is_read():
    assert json.loads("[" * 64 + "]" * 64) == decode(b"[" * 64 + b"]" * 64)


def test_a_whole_pair_of_surrogates_is_one_character():
    assert ["😀"] == decode(b'["\\ud83d\\ude00"]')


def test_a_refusal_can_be_written_as_utf8_whatever_the_key_was():
    with pytest.raises(FormatRefused) as refused:
        decode(b'{"\\ud800' + b"x" * 500 + b'":[{"k":1,"k":2}]}')

    assert len(str(refused.value).encode()) < 300


@given(JSON_VALUES)
def test_what_the_standard_library_writes_is_read_as_it_was(value):
    assert value == decode(json.dumps(value).encode())


def test_an_unterminated_string_full_of_escapes_costs_linear_time():
    started = time.perf_counter()
    with pytest.raises(FormatRefused):
        decode(b'"' + b'\\"' * 2_000_000)

    assert time.perf_counter() - started < 5
