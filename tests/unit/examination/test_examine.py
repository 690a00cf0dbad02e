"""Document examination: a clean presentation has no findings, one defect gives exactly its own."""

import subprocess
import sys

import pytest
from msgspec.structs import replace

from quayledger.examination import calendar
from quayledger.examination.examine import examine
from quayledger.examination.papers import Paper, Presentation, Terms
from quayledger.examination.rules import RULES

TERMS = Terms(
    reference="LC1",
    applicant="BUYER BV",
    beneficiary="SELLER LTD",
    currency="USD",
    amount_minor=100_000,
    expiry_date="2026-03-31",
    latest_shipment="2026-02-28",
    port_of_loading="SHEKOU",
    port_of_discharge="ROTTERDAM",
    goods="100 KETTLES MODEL K1",
    incoterm="CIP ROTTERDAM INCOTERMS 2020",
    freight="PRE",
    documents=("commercial invoice", "bill of lading", "packing list", "insurance policy"),
)
INVOICE = Paper(
    kind="commercial invoice",
    issuer="SELLER LTD",
    addressee="BUYER BV",
    date="2026-02-10",
    currency="USD",
    amount_minor=100_000,
    goods="100 kettles, model K1",
    incoterm="CIP Rotterdam, Incoterms 2020",
    packages=10,
)
BILL = Paper(
    kind="bill of lading",
    issuer="LINE",
    date="2026-02-15",
    on_board_date="2026-02-14",
    gross_mass_g=1_000_000,
    packages=10,
    containers=("CSQU3054383",),
    vessel="DAWN",
    port_of_loading="Shekou",
    port_of_discharge="Rotterdam",
    freight="PRE",
)
LIST = Paper(
    kind="packing list",
    date="2026-02-10",
    gross_mass_g=1_000_000,
    packages=10,
    containers=("CSQU3054383",),
)
POLICY = Paper(kind="insurance policy", date="2026-02-12", currency="USD", amount_minor=110_000)
CLEAN = (INVOICE, BILL, LIST, POLICY)
DAY = "2026-03-02"  # A Monday, 16 days after shipment.


def found(terms=TERMS, day=DAY, papers=CLEAN, holidays=()):
    return [
        (one.rule, str(one.verdict))
        for one in examine(terms, Presentation(day, tuple(papers), holidays)).findings
    ]


def swap(old, **changes):
    return [replace(paper, **changes) if paper is old else paper for paper in CLEAN]


def test_a_clean_presentation_has_no_findings():
    assert [] == found()


D, H = "DISCREPANCY", "NEEDS_HUMAN"
DEFECTS = {
    "after expiry": ({"terms": replace(TERMS, expiry_date="2026-02-27")}, [(1, D)]),
    "late after shipment": ({"papers": swap(BILL, on_board_date="2026-02-06")}, [(2, D), (58, D)]),
    "late shipment": ({"terms": replace(TERMS, latest_shipment="2026-02-13")}, [(5, D)]),
    "overdrawn": ({"terms": replace(TERMS, amount_minor=99_999)}, [(7, D)]),
    "document missing": ({"papers": [INVOICE, BILL, POLICY]}, [(14, D)]),
    "dated after presentation": ({"papers": swap(LIST, date="2026-03-03")}, [(17, D)]),
    "undated policy": ({"papers": swap(POLICY, date="")}, [(18, D)]),
    "masses differ": ({"papers": swap(LIST, gross_mass_g=1_000_001)}, [(21, D)]),
    "containers differ": ({"papers": swap(LIST, containers=("MSCU6639870",))}, [(21, D)]),
    "vessels differ": ({"papers": swap(LIST, vessel="Dusk")}, [(21, D)]),
    "invoice by another": ({"papers": swap(INVOICE, issuer="OTHER")}, [(31, D)]),
    "invoice to another": ({"papers": swap(INVOICE, addressee="OTHER")}, [(32, D)]),
    "invoice in another currency": ({"papers": swap(INVOICE, currency="EUR")}, [(33, D)]),
    "other goods": ({"papers": swap(INVOICE, goods="100 toasters")}, [(35, H)]),
    "other trade term": ({"papers": swap(INVOICE, incoterm="FOB Shekou")}, [(36, D)]),
    "unsigned bill": ({"papers": swap(BILL, signed=False)}, [(42, D)]),
    "not on board": ({"papers": swap(BILL, on_board_date="")}, [(43, D)]),
    "other port": ({"papers": swap(BILL, port_of_discharge="Antwerp")}, [(44, D)]),
    "not the full set": ({"papers": swap(BILL, originals_issued=3)}, [(45, D)]),
    "a clause": ({"papers": swap(BILL, clauses=("2 cartons torn",))}, [(50, H)]),
    "freight collect": ({"papers": swap(BILL, freight="COL")}, [(51, D)]),
    "insured late": ({"papers": swap(POLICY, date="2026-02-15")}, [(58, D)]),
    "insured for too little": ({"papers": swap(POLICY, amount_minor=109_999)}, [(59, D)]),
    "insured in another currency": ({"papers": swap(POLICY, currency="EUR")}, [(59, D)]),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_one_defect_gives_exactly_its_own_finding(name):
    changes, expected = DEFECTS[name]

    assert expected == found(**changes)


def test_every_rule_has_a_defect():
    assert {rule.number for rule in RULES} == {n for _, hits in DEFECTS.values() for n, _ in hits}


def test_packages_are_compared_between_all_documents():
    assert [(21, D)] * 2 == found(papers=swap(LIST, packages=11))


def test_an_expiry_on_a_sunday_or_holiday_moves_to_the_next_banking_day():
    sunday = replace(TERMS, expiry_date="2026-03-01")  # DAY is the Monday after it.

    assert [] == found(terms=sunday)
    assert [] == found(terms=sunday, day="2026-03-03", holidays=("2026-03-02",))
    assert [(1, D)] == found(terms=sunday, day="2026-03-03")


def test_the_latest_shipment_date_is_never_moved():
    sunday = replace(TERMS, latest_shipment="2026-02-15")

    assert [(5, D)] == found(terms=sunday, papers=swap(BILL, on_board_date="2026-02-16"))


def test_five_banking_days_pass_over_a_weekend():
    wednesday = calendar.day("2026-03-04")

    assert "2026-03-11" == calendar.after_banking_days(wednesday, 5, ()).isoformat()
    assert "2026-03-12" == calendar.after_banking_days(wednesday, 5, ("2026-03-09",)).isoformat()


def test_a_tolerance_widens_what_may_be_drawn():
    terms = replace(TERMS, amount_minor=95_239, plus_percent=5)  # 95,239 x 1.05 = 100,000.95

    assert [] == found(terms=terms)
    assert [(7, D)] == found(terms=replace(terms, drawn_minor=1_000))


def test_another_bank_gets_the_same_bytes_whatever_its_hash_seed():
    script = (
        "import msgspec;"
        "from quayledger.examination.examine import examine;"
        "from quayledger.examination.papers import *;"
        "print(msgspec.json.encode(examine(Terms('a','b','c','USD',1,expiry_date='2026-01-01'),"
        "Presentation('2026-02-02',(Paper('bill of lading',containers=('B','A')),)))).hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("0", "UTC"), ("7", "Asia/Shanghai"))
    }

    assert 1 == len(outputs)


def test_the_outcome_depends_on_every_fact():
    one, other = (examine(TERMS, Presentation(day, CLEAN)).facts for day in (DAY, "2026-03-03"))

    assert one != other
