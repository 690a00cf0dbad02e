"""What credit, presentation and account accept and refuse, and what always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from quayledger.contracts.ebl.bill import Bill, Order
from quayledger.contracts.finance import account as accounts
from quayledger.contracts.finance import credit as credits
from quayledger.contracts.finance import presentation as presentations
from quayledger.contracts.finance.account import ACCOUNT, Account, OpenAccount, Pay
from quayledger.contracts.finance.credit import CREDIT, Advise, Credit, IssueCredit
from quayledger.contracts.finance.presentation import (
    PRESENTATION,
    AskWaiver,
    Honour,
    Present,
    Presentation,
    RecordFindings,
    Refuse,
    Waive,
)
from quayledger.kernel import Amount, Env, Refused, Signer, step

DAY = 24 * 3600 * 1000
USD = lambda minor: Amount("USD", minor)  # noqa: E731
Code = presentations.Code
Status = presentations.Status

OWN = Account(id="OWN", bank="ISSUER", owner="ISSUER", currency="USD", payers=("BUYER",), version=1)
LORO = Account(id="LORO", bank="ISSUER", owner="ADVISER", currency="USD", version=1)
DEPOSIT = Account(
    id="DEP", bank="ISSUER", owner="BUYER", currency="USD", balance_minor=500, version=1
)
EURO = replace(LORO, id="EUR", currency="EUR")
FOREIGN = replace(OWN, id="FAR", bank="ADVISER", owner="ADVISER")
CREDIT_0 = Credit(
    id="C1",
    applicant="BUYER",
    beneficiary="SELLER",
    issuing_bank="ISSUER",
    advising_bank="ADVISER",
    amount=USD(1000),
    plus_percent=5,
    minus_percent=5,
    expiry_ms=90 * DAY,
    terms="T1",
    status=credits.Status.ADVISED,
    version=2,
)
ISSUED = replace(CREDIT_0, status=credits.Status.ISSUED, version=1)
BILL = Bill(
    id="B1",
    carrier="CARRIER",
    shipper="SELLER",
    order=Order.TO_ORDER,
    possessor="ISSUER",
    title_holder="ISSUER",
    document="D1",
    containers=("X1",),
    version=2,
)
PRESENTED = Presentation(
    id="P1",
    credit="C1",
    presenter="ADVISER",
    beneficiary="SELLER",
    issuing_bank="ISSUER",
    documents=("D1",),
    bill="B1",
    amount=USD(900),
    answer_by_ms=7 * DAY,
    version=1,
)
COMPLYING = replace(PRESENTED, status=Status.COMPLYING, findings="F" * 43)
DISCREPANT = replace(COMPLYING, status=Status.DISCREPANT, discrepancies=1)
ASKED = replace(DISCREPANT, applicant="BUYER")
WAIVED = replace(ASKED, status=Status.WAIVED)
ISSUE = IssueCredit(
    by="ISSUER",
    credit="C1",
    applicant="BUYER",
    beneficiary="SELLER",
    advising_bank="ADVISER",
    amount=USD(1000),
    plus_percent=5,
    minus_percent=5,
    expiry_ms=90 * DAY,
    terms="T1",
)
PRESENT = Present(
    by="ADVISER",
    presentation="P1",
    credit="C1",
    documents=("D1",),
    bill="B1",
    amount=USD(1050),
    answer_by_ms=7 * DAY,
)
HONOUR = Honour(by="ISSUER", presentation="P1", credit="C1", bill="B1", account="OWN", to="LORO")
FINDINGS = RecordFindings(
    by="ISSUER", presentation="P1", findings="F" * 43, ruleset="r1", discrepancies=0, needs_human=0
)
STATE = {
    "finance.credit/C1": CREDIT_0,
    "ebl.bill/B1": BILL,
    **{f"finance.account/{a.id}": a for a in (OWN, LORO, DEPOSIT, EURO, FOREIGN)},
}
ONE_PERSON = (Signer("u1", "ISSUER", ("maker", "checker")),)
TWO_CHECKERS = (Signer("u1", "ISSUER", ("checker",)), Signer("u2", "ISSUER", ("checker",)))
PAY = Pay(by="BUYER", account="DEP", to="OWN", amount=USD(500), purpose="C1")
NOT_IN_HAND = {"ebl.bill/B1": replace(BILL, possessor="ADVISER")}

# fmt: off
OUTCOMES = [
    # A refused row also commits the faults of the rows below it: the first check must win.
    (CREDIT, {"finance.credit/C1": None}, Advise(by="ADVISER", credit="C1"),   credits.Code.NOT_FOUND),
    (CREDIT, {"finance.credit/C1": ISSUED}, Advise(by="THIEF", credit="C1"),   credits.Code.NOT_FOUND),
    (CREDIT, {}, Advise(by="ADVISER", credit="C1"),                            credits.Code.WRONG_STATUS),
    (CREDIT, {"finance.credit/C1": ISSUED}, Advise(by="BUYER", credit="C1"),   credits.Code.NOT_ADVISING_BANK),
    (CREDIT, {"finance.credit/C1": ISSUED}, Advise(by="ADVISER", credit="C1"), "CreditAdvised"),
    (CREDIT, {"finance.credit/C1": None}, replace(ISSUE, expiry_ms=1000),      credits.Code.EXPIRED),
    (CREDIT, {"finance.credit/C1": None}, ISSUE,                               "CreditIssued"),

    (ACCOUNT, {}, replace(PAY, account="NONE"),                                accounts.Code.NOT_FOUND),
    (ACCOUNT, {}, OpenAccount(by="ISSUER", account="OWN", owner="X", currency="USD"), accounts.Code.WRONG_STATUS),
    (ACCOUNT, {}, OpenAccount(by="ISSUER", account="NEW", owner="X", currency="USD"), "AccountOpened"),
    (ACCOUNT, {}, replace(PAY, by="ISSUER", to="NONE"),                        accounts.Code.NOT_OWNER),
    (ACCOUNT, {}, replace(PAY, to="LORO"),                                     accounts.Code.NO_PAYEE),
    (ACCOUNT, {}, replace(PAY, to="DEP"),                                      accounts.Code.NO_PAYEE),
    (ACCOUNT, {}, replace(PAY, to="FAR", amount=Amount("EUR", 501)),           accounts.Code.OTHER_BANK),
    (ACCOUNT, {}, replace(PAY, amount=Amount("EUR", 501)),                     accounts.Code.OTHER_CURRENCY),
    (ACCOUNT, {}, replace(PAY, by="ISSUER", account="OWN", to="EUR"),          accounts.Code.OTHER_CURRENCY),
    (ACCOUNT, {}, replace(PAY, amount=USD(501)),                               accounts.Code.INSUFFICIENT_FUNDS),
    (ACCOUNT, {"finance.account/LORO": replace(LORO, balance_minor=2**53 - 1)},
              Pay(by="ISSUER", account="OWN", to="LORO", amount=USD(1), purpose="x"), accounts.Code.TOO_LARGE),
    (ACCOUNT, {"finance.account/OWN": replace(OWN, balance_minor=1 - 2**53)},
              Pay(by="ISSUER", account="OWN", to="LORO", amount=USD(1), purpose="x"), accounts.Code.TOO_LARGE),
    (ACCOUNT, {}, PAY,                                                         "Paid"),
    (ACCOUNT, {}, replace(PAY, by="ISSUER", account="OWN", to="DEP"),          "Paid"),

    (PRESENTATION, {}, FINDINGS,                                               Code.NOT_FOUND),
    (PRESENTATION, {"P": COMPLYING}, FINDINGS,                                 Code.WRONG_STATUS),
    (PRESENTATION, {"finance.credit/C1": None}, PRESENT,                       Code.NOT_ADVISED),
    (PRESENTATION, {"finance.credit/C1": ISSUED}, replace(PRESENT, by="BUYER"), Code.NOT_ADVISED),
    (PRESENTATION, {"finance.credit/C1": replace(CREDIT_0, expiry_ms=999)},
                   replace(PRESENT, by="BUYER"),                               Code.NOT_ENTITLED),
    (PRESENTATION, {"finance.credit/C1": replace(CREDIT_0, expiry_ms=999)},
                   replace(PRESENT, amount=USD(1051)),                         Code.CREDIT_EXPIRED),
    (PRESENTATION, {}, replace(PRESENT, amount=USD(1051), answer_by_ms=1000),  Code.OVERDRAWN),
    (PRESENTATION, {}, replace(PRESENT, amount=Amount("EUR", 1)),              Code.OVERDRAWN),
    (PRESENTATION, {"finance.credit/C1": replace(CREDIT_0, drawn_minor=1)}, PRESENT, Code.OVERDRAWN),
    (PRESENTATION, {}, replace(PRESENT, answer_by_ms=4 * DAY + 1000),          Code.BAD_DEADLINE),
    (PRESENTATION, {}, replace(PRESENT, answer_by_ms=14 * DAY + 1001),         Code.BAD_DEADLINE),
    (PRESENTATION, {}, PRESENT,                                                "DocumentsPresented"),
    (PRESENTATION, {}, replace(PRESENT, by="SELLER"),                          "DocumentsPresented"),
    (PRESENTATION, {"P": PRESENTED}, replace(FINDINGS, by="ADVISER"),          Code.NOT_ISSUING_BANK),
    (PRESENTATION, {"P": PRESENTED}, FINDINGS,                                 "FindingsRecorded"),
    (PRESENTATION, {"P": PRESENTED}, replace(FINDINGS, discrepancies=1),       "FindingsRecorded"),
    (PRESENTATION, {"P": DISCREPANT, "finance.credit/C1": None},
                   AskWaiver(by="ADVISER", presentation="P1", credit="C1"),    Code.NOT_ADVISED),
    (PRESENTATION, {"P": DISCREPANT},
                   AskWaiver(by="ADVISER", presentation="P1", credit="C1"),    Code.NOT_ISSUING_BANK),
    (PRESENTATION, {"P": DISCREPANT, "finance.credit/C1": None},
                   AskWaiver(by="ISSUER", presentation="P1", credit="C1"),     Code.NOT_ADVISED),
    (PRESENTATION, {"P": DISCREPANT, "finance.credit/C2": replace(CREDIT_0, id="C2")},
                   AskWaiver(by="ISSUER", presentation="P1", credit="C2"),     Code.NOT_ADVISED),
    (PRESENTATION, {"P": DISCREPANT}, AskWaiver(by="ISSUER", presentation="P1", credit="C1"), "WaiverAsked"),
    (PRESENTATION, {"P": ASKED}, Waive(by="ISSUER", presentation="P1"),        Code.NOT_APPLICANT),
    (PRESENTATION, {"P": ASKED}, Waive(by="BUYER", presentation="P1"),         "DiscrepanciesWaived"),
    (PRESENTATION, {"P": replace(DISCREPANT, answer_by_ms=999)},
                   Refuse(by="ADVISER", presentation="P1", notice="N" * 43),   Code.NOT_ISSUING_BANK),
    (PRESENTATION, {"P": replace(DISCREPANT, answer_by_ms=999)},
                   Refuse(by="ISSUER", presentation="P1", notice="N" * 43),    Code.NOTICE_LATE),
    (PRESENTATION, {"P": replace(DISCREPANT, answer_by_ms=1000)},
                   Refuse(by="ISSUER", presentation="P1", notice="N" * 43),    "PresentationRefused"),
    (PRESENTATION, {"P": DISCREPANT} | NOT_IN_HAND, replace(HONOUR, by="ADVISER"), Code.NOT_ISSUING_BANK),
    (PRESENTATION, {"P": DISCREPANT} | NOT_IN_HAND, HONOUR,                    Code.UNWAIVED_DISCREPANCY),
    (PRESENTATION, {"P": COMPLYING} | NOT_IN_HAND, replace(HONOUR, account="LORO"), Code.BILL_NOT_IN_HAND),
    (PRESENTATION, {"P": COMPLYING, "ebl.bill/B1": None}, HONOUR,              Code.BILL_NOT_IN_HAND),
    (PRESENTATION, {"P": COMPLYING, "ebl.bill/B2": replace(BILL, id="B2")},
                   replace(HONOUR, bill="B2"),                                 Code.BILL_NOT_IN_HAND),
    (PRESENTATION, {"P": COMPLYING}, replace(HONOUR, account="LORO"),          Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING}, replace(HONOUR, to="DEP"),                Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING}, replace(HONOUR, to="NONE"),               Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING}, replace(HONOUR, account="NONE"),          Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING, "finance.credit/C1": None}, HONOUR,        Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING, "finance.credit/C2": replace(CREDIT_0, id="C2")},
                   replace(HONOUR, credit="C2"),                               Code.WRONG_ACCOUNTS),
    (PRESENTATION, {"P": COMPLYING}, HONOUR,                                   "Honoured"),
    (PRESENTATION, {"P": WAIVED}, HONOUR,                                      "Honoured"),
]
SIGNED = [
    (CREDIT, {"finance.credit/C1": None}, replace(ISSUE, expiry_ms=1), ONE_PERSON,   credits.Code.FOUR_EYES),
    (CREDIT, {"finance.credit/C1": None}, replace(ISSUE, expiry_ms=1), TWO_CHECKERS, credits.Code.FOUR_EYES),
    (PRESENTATION, {"P": COMPLYING} | NOT_IN_HAND, HONOUR, ONE_PERSON,               Code.FOUR_EYES_MISSING),
    (PRESENTATION, {"P": COMPLYING} | NOT_IN_HAND, HONOUR, TWO_CHECKERS,             Code.FOUR_EYES_MISSING),
]
# fmt: on


def state_with(changes):
    named = {("finance.presentation/P1" if k == "P" else k): v for k, v in changes.items()}
    return {name: record for name, record in (STATE | named).items() if record}


@pytest.mark.parametrize(("contract", "changes", "command", "outcome"), OUTCOMES)
def test_outcome(run, contract, changes, command, outcome):
    assert outcome == run(contract, state_with(changes), command)[0]


@pytest.mark.parametrize(("contract", "changes", "command", "people", "outcome"), SIGNED)
def test_what_needs_four_eyes(run, contract, changes, command, people, outcome):
    assert outcome == run(contract, state_with(changes), command, people)[0]


def test_every_code_and_every_event_has_a_row():
    tables = (CREDIT.table, ACCOUNT.table, PRESENTATION.table)
    codes = {(c.codes, code) for c in (CREDIT, ACCOUNT, PRESENTATION) for code in c.codes}
    events = {rule.event for table in tables for rule in table}
    seen = [outcome for *_, outcome in (*OUTCOMES, *SIGNED)]

    assert codes == {(type(one), one) for one in seen if not isinstance(one, str)}
    assert events == {one for one in seen if isinstance(one, str)}


def test_honour_pays_draws_on_the_credit_and_closes_in_one_step(run):
    _, writes = run(PRESENTATION, state_with({"P": COMPLYING}), HONOUR)

    assert Status.HONOURED == writes["finance.presentation/P1"].status
    assert 900 == writes["finance.credit/C1"].drawn_minor
    assert -900 == writes["finance.account/OWN"].balance_minor
    assert 900 == writes["finance.account/LORO"].balance_minor


def test_findings_decide_whether_a_presentation_complies(run):
    state = state_with({"P": PRESENTED})
    _, clean = run(PRESENTATION, state, FINDINGS)
    _, faulty = run(PRESENTATION, state, replace(FINDINGS, discrepancies=2, needs_human=1))

    assert Status.COMPLYING == clean["finance.presentation/P1"].status
    assert Status.DISCREPANT == faulty["finance.presentation/P1"].status
    assert (2, 1) == (
        faulty["finance.presentation/P1"].discrepancies,
        faulty["finance.presentation/P1"].needs_human,
    )


def test_the_applicant_knows_nothing_until_it_is_asked():
    assert "BUYER" not in DISCREPANT.relations().values()
    assert "BUYER" in ASKED.relations().values()


def test_the_tolerance_widens_what_may_be_drawn_and_is_rounded_down():
    odd = replace(CREDIT_0, amount=USD(999))

    assert 1050 == CREDIT_0.available_minor
    assert 1048 == odd.available_minor  # 999 x 1.05 = 1048.95
    assert 1047 == replace(odd, drawn_minor=1).available_minor


def test_a_changed_promise_would_be_our_bug():
    assert not credits.promise_stays(ISSUED, {"c": replace(ISSUED, amount=USD(1))})
    assert not credits.promise_stays(ISSUED, {"c": replace(ISSUED, beneficiary="X")})
    assert credits.promise_stays(ISSUED, {"c": replace(CREDIT_0, drawn_minor=7)})
    assert credits.promise_stays(None, {"c": ISSUED})


def test_a_customer_below_zero_would_be_our_bug():
    below = replace(DEPOSIT, balance_minor=-1)

    assert not accounts.customers_stay_above_zero(DEPOSIT, {"a": below})
    assert accounts.customers_stay_above_zero(OWN, {"a": replace(OWN, balance_minor=-1)})


def test_money_in_one_account_only_or_beyond_the_credit_would_be_our_bug():
    assert not presentations.money_is_conserved(None, {"a": OWN})
    assert not presentations.money_is_conserved(None, {"c": replace(CREDIT_0, drawn_minor=1051)})
    assert presentations.money_is_conserved(None, {"a": OWN, "b": LORO, "c": CREDIT_0})


@given(st.lists(st.tuples(st.sampled_from(["OWN", "LORO", "DEP"]), st.sampled_from(["OWN", "LORO", "DEP"]), st.integers(0, 600)), max_size=30))  # fmt: skip
def test_whatever_is_paid_all_accounts_together_stay_the_same(payments):
    owners = {"OWN": "ISSUER", "LORO": "ADVISER", "DEP": "BUYER"}
    people = tuple(Signer(f"{owner}1", owner, ("checker",)) for owner in owners.values())
    state = dict(STATE)
    paid = 0
    for source, to, amount in (*payments, ("OWN", "LORO", 1)):  # The last one always succeeds.
        pay = Pay(by=owners[source], account=source, to=to, amount=USD(amount), purpose="x")
        try:
            writes = step(ACCOUNT, Env(1000, state.get, people, lambda _: True), pay).writes
        except Refused:
            continue
        state |= writes
        paid += 1
        assert 500 == sum(state[f"finance.account/{name}"].balance_minor for name in owners)

    assert paid
