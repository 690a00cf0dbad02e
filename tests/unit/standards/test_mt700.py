"""MT 700: synthetic credits read by hand, and every mandatory field missed by name."""

import pytest

from quayledger.standards.codes.container import check_digit, has_check_digit, is_formed
from quayledger.standards.codes.currency import minor
from quayledger.standards.refusal import FormatRefused
from quayledger.standards.swiftmt.fin import read_messages
from quayledger.standards.swiftmt.mt700 import MANDATORY, read_credit


@pytest.fixture
def credit(shared_data):
    return (shared_data / "tradefin/mt700_synthetic/MT700_sight_cif.fin").read_bytes()


def test_a_credit_by_hand(credit):
    read = read_credit(credit)

    assert ("LC2026CN000123", "EUR", 250_000_00) == (
        read.reference,
        read.currency,
        read.amount_minor,
    )
    assert ("2026-04-30", "ROTTERDAM", "2026-03-31") == (
        read.expiry_date,
        read.expiry_place,
        read.latest_shipment,
    )
    assert (5, 5, 21) == (read.plus_percent, read.minus_percent, read.presentation_days)
    assert 5 == len(read.documents)
    # The end of 2026-04-30 UTC: 20,574 days after 1970, less a millisecond.
    assert 20_574 * 86_400_000 - 1 == read.expiry_ms


def test_a_credit_in_two_parts_is_joined(shared_data):
    folder = shared_data / "tradefin/mt700_synthetic"
    read = read_credit((folder / "MT700_701_two_part.fin").read_bytes())

    assert ("HK26-5501", 3) == (read.reference, len(read.documents))


def test_every_public_sample_has_blocks_and_fields(shared_data):
    for file in sorted((shared_data / "tradefin/mt7xx").glob("*.fin")):
        (message,) = read_messages(file.read_bytes())
        assert message.type == file.name[2:5]
        assert message.fields


@pytest.mark.parametrize("tag", MANDATORY)
def test_a_mandatory_field_that_is_missing_is_named(credit, tag):
    name = b"41A" if tag == "41a" else tag.encode()
    lines = credit.decode().split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith(f":{name.decode()}:"))
    end = next(n for n in range(start + 1, len(lines)) if lines[n][:1] in (":", "-"))
    without = "\n".join(lines[:start] + lines[end:]).encode()

    with pytest.raises(FormatRefused, match=f"field {tag}"):
        read_credit(without)


BROKEN = {
    "removed field": (b":48:21", b":72:X", "field 72: was removed in 2018, use 72Z"),
    "unknown field": (b":48:21", b":99:X", "field 99: is no field"),
    "bad code": (b":43P:NOT ALLOWED", b":43P:MAYBE", "field 43P: is none of"),
    "bad amount": (b"EUR250000,00", b"EUR250.000", "field 32B"),
    "fraction finer than the currency": (b"EUR250000,00", b"JPY250000,5", "field 32B"),
    "bad date": (b":31C:260105", b":31C:261305", "field 31C"),
    "bad tolerance": (b":39A:05/05", b":39A:5", "field 39A"),
    "bad days": (b":48:21", b":48:SOON", "field 48"),
    "dates and period": (b":44C:260331", b":44C:260331\n:44D:X", "field 44D"),
    "draft without drawee": (b":48:21", b":42C:AT SIGHT", "field 42C"),
    "confirmation without bank": (b":49:WITHOUT", b":49:CONFIRM", "field 58a"),
    "part of two": (b":27:1/1", b":27:1/2", "message 1 field 27"),
    "no basic header": (b"{1:F01", b"{1:X01", "block 1"),
    "no text block": (b"\n-}", b"", "block 4"),
    "not ASCII": (b"ROTTERDAM", "RÖTTERDAM".encode(), "not ASCII"),
    "another message": (b"I700", b"I710", "first message is MT 710"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_credit_is_refused_by_field(credit, name):
    old, new, reason = BROKEN[name]
    assert old in credit

    with pytest.raises(FormatRefused) as refused:
        read_credit(credit.replace(old, new))
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("currency", "text", "expected"),
    [
        ("USD", "186400,00", 18_640_000),
        ("JPY", "500", 500),
        ("KWD", "1,234", 1_234),
        ("USD", "1,234", None),
        ("USD", "x", None),
        ("USD", "NaN", None),
    ],
)
def test_amounts_in_minor_units(currency, text, expected):
    assert expected == minor(currency, text)


@pytest.mark.parametrize("number", ["CSQU3054383", "MSCU6639870", "APZU4812090"])
def test_check_digits_of_known_containers(number):
    from stdnum import iso6346

    assert is_formed(number)
    assert has_check_digit(number)
    assert iso6346.is_valid(number)
    assert number[10] == str(check_digit(number))
    assert not has_check_digit(number[:10] + str((int(number[10]) + 1) % 10))
