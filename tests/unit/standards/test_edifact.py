"""EDIFACT: envelopes against independent verdicts, moves against hand-read samples."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayledger.standards.edifact.moves import read_moves
from quayledger.standards.edifact.syntax import defects, parse, segments
from quayledger.standards.refusal import FormatRefused

GATE = (
    b"UNA:+.? '\nUNB+UNOA:2+TERM+LINE+260101:0900+R1'\nUNH+1+CODECO:D:95B:UN'\nBGM+34+R1+9'\n"
    b"EQD+CN+CSQU3054383+45G1:102:5++2+5'\nDTM+7:202601010815:203'\nLOC+165+NLRTM:139:6+ECT:TER:ZZZ'\n"
    b"MEA+AAE+G+KGM:15400.5'\nSEL+S1+SH'\nRFF+BN:B?+1'\nCNT+16:1'\nUNT+10+1'\nUNZ+1+R1'\n"
)


def test_every_sample_has_the_verdict_and_the_count_that_others_found(shared_data):
    folder, wrong, seen = shared_data / "edi", [], 0
    with (folder / "envelope_expected.csv").open() as file:
        for row in csv.DictReader(file):
            if row["file"].startswith("edifact/"):
                data = (folder / row["file"]).read_bytes()
                verdict = "broken" if defects(data) else "ok"
                found = (verdict, sum(1 for _ in segments(data)))
                seen += 1
                if found != (row["envelope"], int(row["segments"])):
                    wrong.append((row["file"], found))

    assert [] == wrong
    assert seen == 13


def test_a_gate_move_by_hand():
    read = read_moves(parse(GATE), 60)
    (move,) = read.moves

    # 2026-01-01 08:15 at +01:00 is 07:15 UTC: 20,454 days and 7.25 hours after 1970.
    assert 20_454 * 86_400_000 + 26_100_000 == move.time_ms
    assert ("GTIN", "CSQU3054383", "NLRTM", "ECT") == (
        move.event,
        move.container,
        move.location,
        move.facility,
    )
    assert (15_400_500, "B+1", ("S1",)) == (move.gross_mass_g, move.booking, move.seals)


def test_the_public_discharge_and_loading_report(shared_data):
    data = (shared_data / "edi/edifact/phpedifact_D95BCOARRI.edi").read_bytes()
    moves = read_moves(parse(data), 0).moves

    assert 21 == len(moves)  # Two messages, with 2 and 19 units by their CNT segments.
    assert {"DISC": 2, "LOAD": 19} == {
        code: sum(move.event == code for move in moves) for code in ("DISC", "LOAD")
    }
    assert ("FCIU9908030", 8_914_000) == (moves[0].container, moves[0].gross_mass_g)


DEFECTS = {
    "missing UNZ": (b"UNZ+1+R1'\n", b"", "without UNZ"),
    "wrong segment count": (b"UNT+10", b"UNT+11", "segment 11 UNT: segment count 11, expected 10"),
    "wrong message count": (b"UNZ+1", b"UNZ+2", "interchange count 2, expected 1"),
    "message reference": (b"UNT+10+1", b"UNT+10+2", "message reference 2, expected 1"),
    "interchange reference": (b"UNZ+1+R1", b"UNZ+1+R2", "interchange reference R2, expected R1"),
    "missing UNT": (b"UNT+10+1'\n", b"", "without UNT"),
    "no UNB": (b"UNB+UNOA:2+TERM+LINE+260101:0900+R1'\n", b"", "before UNB"),
    "no terminator": (b"UNZ+1+R1'\n", b"UNZ+1+R1", "no segment terminator"),
    "no tag": (b"BGM+34", b"bgm+34", "is no segment tag"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_broken_envelope_is_refused_by_name(name):
    old, new, reason = DEFECTS[name]
    assert old in GATE

    with pytest.raises(FormatRefused) as refused:
        parse(GATE.replace(old, new))
    assert reason in str(refused.value)


CONTENT = {
    "unknown segment": (b"SEL+S1+SH'", b"ZZZ+S1+SH'", "segment 8 ZZZ: no segment"),
    "missing BGM": (b"BGM+34+R1+9'\n", b"TDT+1++3+31'\n", "BGM is missing"),
    "missing EQD": (b"EQD+CN+CSQU3054383+45G1:102:5++2+5'", b"FTX+AAA+++X'", "EQD is missing"),
    "bad container": (b"CSQU3054383", b"CSQU305438", "is no container number"),
    "bad document code": (b"BGM+34", b"BGM+99", "document code '99'"),
    "bad date": (b"202601010815", b"202613010815", "is no date and time"),
    "no date": (b"DTM+7:202601010815:203'", b"FTX+AAA+++X'", "time of the move is missing"),
    "bad mass": (b"15400.5", b"heavy", "is no mass in kilograms"),
    "bad count": (b"CNT+16:1", b"CNT+16:2", "2 units said, 1 found"),
    "other message": (b"CODECO:D", b"INVOIC:D", "neither CODECO nor COARRI"),
}


@pytest.mark.parametrize("name", CONTENT)
def test_a_message_that_means_nothing_is_refused_by_segment(name):
    old, new, reason = CONTENT[name]
    assert old in GATE

    with pytest.raises(FormatRefused) as refused:
        read_moves(parse(GATE.replace(old, new)), 0)
    assert reason in str(refused.value)


def test_a_wrong_check_digit_is_only_noticed():
    read = read_moves(parse(GATE.replace(b"CSQU3054383", b"CSQU3054384")), 0)

    assert ("CSQU3054384: its check digit is wrong (ISO 6346)",) == read.notices


@given(st.binary(max_size=300))
def test_whatever_comes_in_is_read_or_refused(data):
    for text in (data, GATE[:40] + data, GATE[:-20] + data):
        try:
            read_moves(parse(text), 0)
        except FormatRefused:
            continue
