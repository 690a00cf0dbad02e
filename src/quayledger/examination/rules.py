"""The rules, one function each: facts in, what is wrong out.

Citations name articles of UCP 600 (ICC, 2007 revision) and paragraphs of ISBP 821 (ICC, 2023);
the wording of the rules is not here.
"""

import datetime
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Final

from msgspec import Struct

from quayledger.examination.calendar import day, next_banking_day
from quayledger.examination.finding import Verdict
from quayledger.examination.papers import Paper, Presentation, Terms

UCP: Final = "UCP 600"
ISBP: Final = "UCP 600 and ISBP 821"
BILL: Final = "bill of lading"
INVOICE: Final = "commercial invoice"
INSURANCE: Final = "insurance policy"

Remark = tuple[str, str, str, str]
"""Document, message, and the two statements that do not go together."""


class Rule(Struct, frozen=True):
    """A rule: its number in the list of examination rules, where it stands, and its function."""

    number: int
    title: str
    article: str
    edition: str
    apply: Callable[[Terms, Presentation], Iterator[Remark]]
    verdict: Verdict = Verdict.DISCREPANCY


def expired(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    if terms.expiry_date:
        last = next_banking_day(day(terms.expiry_date), presented.holidays)
        if day(presented.date) > last:
            yield "presentation", "after the expiry", presented.date, last.isoformat()


def late(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        if bill.on_board_date:
            end = day(bill.on_board_date) + datetime.timedelta(days=terms.presentation_days)
            last = next_banking_day(end, presented.holidays)
            if day(presented.date) > last:
                yield BILL, "presented too late after shipment", presented.date, last.isoformat()


def shipped_late(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        if terms.latest_shipment and bill.on_board_date > terms.latest_shipment:
            yield BILL, "late shipment", bill.on_board_date, terms.latest_shipment


def overdrawn(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    limit = terms.amount_minor * (100 + terms.plus_percent) // 100 - terms.drawn_minor
    for invoice in presented.of_kind(INVOICE):
        drawing = invoice.drawing_minor
        drawing = invoice.amount_minor if drawing is None else drawing
        if drawing is not None and drawing > limit:
            yield INVOICE, "draws more than the credit has", str(drawing), str(limit)


def document_missing(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for kind in terms.documents:
        if not presented.of_kind(kind):
            yield kind, "required and not presented", kind, "nothing"


def dated_after(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for paper in presented.papers:
        if paper.date > presented.date:
            yield paper.kind, "dated after the presentation", paper.date, presented.date


def undated(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for paper in presented.papers:
        if paper.kind in {BILL, INSURANCE, "draft"} and not (paper.date or paper.on_board_date):
            yield paper.kind, "must be dated", "no date", ""


def masses_differ(_: Terms, presented: Presentation) -> Iterator[Remark]:
    yield from _conflicts(presented, "gross mass", lambda paper: paper.gross_mass_g, " g")


def packages_differ(_: Terms, presented: Presentation) -> Iterator[Remark]:
    yield from _conflicts(presented, "number of packages", lambda paper: paper.packages)


def containers_differ(_: Terms, presented: Presentation) -> Iterator[Remark]:
    yield from _conflicts(presented, "containers", lambda paper: tuple(sorted(paper.containers)))


def vessels_differ(_: Terms, presented: Presentation) -> Iterator[Remark]:
    yield from _conflicts(presented, "vessel", lambda paper: paper.vessel.casefold())


def invoice_issuer(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for invoice in presented.of_kind(INVOICE):
        if invoice.issuer and invoice.issuer != terms.beneficiary:
            yield INVOICE, "not issued by the beneficiary", invoice.issuer, terms.beneficiary


def invoice_addressee(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for invoice in presented.of_kind(INVOICE):
        if invoice.addressee and invoice.addressee != terms.applicant:
            yield INVOICE, "not made out to the applicant", invoice.addressee, terms.applicant


def invoice_currency(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for invoice in presented.of_kind(INVOICE):
        if invoice.currency and invoice.currency != terms.currency:
            yield INVOICE, "in another currency", invoice.currency, terms.currency


def goods_description(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for invoice in presented.of_kind(INVOICE):
        stated, wanted = _words(invoice.goods), _words(terms.goods)
        if invoice.goods and terms.goods and stated != wanted:
            yield INVOICE, "does it correspond to the credit's goods?", invoice.goods, terms.goods


def trade_term(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for invoice in presented.of_kind(INVOICE):
        if terms.incoterm and _words(invoice.incoterm) != _words(terms.incoterm):
            yield INVOICE, "another trade term", invoice.incoterm or "none", terms.incoterm


def not_on_board(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        if not bill.on_board_date:
            yield BILL, "does not show shipment on board", "no date", ""


def ports(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        pairs = (
            ("loading", bill.port_of_loading, terms.port_of_loading),
            ("discharge", bill.port_of_discharge, terms.port_of_discharge),
        )
        for name, stated, wanted in pairs:
            if wanted and _words(stated) != _words(wanted):
                yield BILL, f"another port of {name}", stated or "none", wanted


def full_set(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for paper in (*presented.of_kind(BILL), *presented.of_kind(INSURANCE)):
        if paper.originals < paper.originals_issued:
            reason = "not the full set of originals"
            yield paper.kind, reason, str(paper.originals), str(paper.originals_issued)


def unsigned(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for paper in presented.papers:
        if paper.kind not in {INVOICE, "packing list"} and not paper.signed:
            yield paper.kind, "is not signed", "no signature", ""


def unclean(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        for clause in bill.clauses:
            yield BILL, "does the clause declare a defect of goods or packing?", clause, "clean"


def freight(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for bill in presented.of_kind(BILL):
        if terms.freight and bill.freight != terms.freight:
            yield BILL, "another freight statement", bill.freight or "none", terms.freight


def under_insured(terms: Terms, presented: Presentation) -> Iterator[Remark]:
    for policy, invoice in _pairs(presented, INSURANCE, INVOICE):
        if policy.amount_minor is not None and invoice.amount_minor is not None:
            needed = -(-invoice.amount_minor * terms.insurance_percent // 100)
            if policy.currency != terms.currency or policy.amount_minor < needed:
                covered = f"{policy.currency} {policy.amount_minor}"
                yield INSURANCE, "insured for too little", covered, f"{terms.currency} {needed}"


def insured_late(_: Terms, presented: Presentation) -> Iterator[Remark]:
    for policy, bill in _pairs(presented, INSURANCE, BILL):
        begins = policy.cover_from or policy.date
        if bill.on_board_date and begins > bill.on_board_date:
            yield INSURANCE, "cover begins after shipment", begins, bill.on_board_date


def _pairs(presented: Presentation, one: str, other: str) -> Iterator[tuple[Paper, Paper]]:
    for first in presented.of_kind(one):
        for second in presented.of_kind(other):
            yield first, second


def _conflicts(
    presented: Presentation, what: str, fact: Callable[[Paper], object], unit: str = ""
) -> Iterator[Remark]:
    stated = [(paper, fact(paper)) for paper in presented.papers if fact(paper)]
    for (one, first), (other, second) in combinations(stated, 2):
        if first != second:
            reason = f"{what} conflicts with the {other.kind}"
            yield one.kind, reason, f"{first}{unit}", f"{second}{unit}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").replace(".", " ").casefold().split())


# fmt: off
RULES: Final = (
    Rule(1,  "presented on or before expiry",        "arts 6(d), 29(a)",  UCP,  expired),
    Rule(2,  "presented in time after shipment",     "arts 14(c), 29(a)", UCP,  late),
    Rule(5,  "shipped in time",                      "arts 3, 19-25",     UCP,  shipped_late),
    Rule(7,  "drawing within the credit",            "arts 18(b), 30(a)", UCP,  overdrawn),
    Rule(14, "every required document presented",    "art. 17",           UCP,  document_missing),
    Rule(17, "nothing dated after presentation",     "art. 14(i)",        UCP,  dated_after),
    Rule(18, "what must be dated is dated",          "para. A11",         ISBP, undated),
    Rule(21, "gross masses agree",                   "art. 14(d)",        UCP,  masses_differ),
    Rule(21, "numbers of packages agree",            "art. 14(d)",        UCP,  packages_differ),
    Rule(21, "containers agree",                     "art. 14(d)",        UCP,  containers_differ),
    Rule(21, "vessels agree",                        "art. 14(d)",        UCP,  vessels_differ),
    Rule(31, "invoice issued by the beneficiary",    "art. 18(a)(i)",     UCP,  invoice_issuer),
    Rule(32, "invoice made out to the applicant",    "art. 18(a)(ii)",    UCP,  invoice_addressee),
    Rule(33, "invoice in the credit's currency",     "art. 18(a)(iii)",   UCP,  invoice_currency),
    Rule(35, "goods correspond to the credit",       "art. 18(c)",        UCP,  goods_description,
         Verdict.NEEDS_HUMAN),
    Rule(36, "trade term as in the credit",          "para. C8",          ISBP, trade_term),
    Rule(42, "documents signed",                     "arts 3, 20(a)(i)",  UCP,  unsigned),
    Rule(43, "shipped on board",                     "art. 20(a)(ii)",    UCP,  not_on_board),
    Rule(44, "ports as in the credit",               "art. 20(a)(iii)",   UCP,  ports),
    Rule(45, "full set of originals",                "arts 20(a)(iv), 28(b)", UCP, full_set),
    Rule(50, "clean transport document",             "art. 27",           UCP,  unclean,
         Verdict.NEEDS_HUMAN),
    Rule(51, "freight as in the credit",             "paras E26-E27",     ISBP, freight),
    Rule(58, "insured from shipment on",             "art. 28(e)",        UCP,  insured_late),
    Rule(59, "insured for enough",                   "art. 28(f)",        UCP,  under_insured),
)
# fmt: on
