"""A documentary credit: the issuing bank's promise to pay against complying documents (UCP 600)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.kernel import (
    ID_PATTERN,
    Amount,
    Command,
    Contract,
    Count,
    Env,
    Id,
    Party,
    Record,
    RefusalCode,
    Rule,
    TimeMs,
    Writes,
    require,
)

CreditId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "finance.credit"})]
Percent = Annotated[int, Meta(ge=0, le=100)]


class Status(StrEnum):
    """How far the credit has come."""

    ISSUED = "ISSUED"
    ADVISED = "ADVISED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such credit among those that you are party to; check its id."
    WRONG_STATUS = 1, "The credit is issued or advised already; read it again."
    FOUR_EYES = 2, "A credit needs two people of the bank: a maker and another one as checker."
    EXPIRED = 3, "The expiry lies in the past; choose a later one (UCP 600 art. 6(d))."
    NOT_ADVISING_BANK = 4, "Only the advising bank that the credit names may advise it (art. 9)."


class Credit(Record, frozen=True, tag="finance.credit"):
    """`terms` is the document of the terms; `drawn_minor` what has been honoured so far."""

    id: CreditId
    applicant: Party
    beneficiary: Party
    issuing_bank: Party
    advising_bank: Party
    amount: Amount
    plus_percent: Percent
    minus_percent: Percent
    expiry_ms: TimeMs
    terms: Id
    drawn_minor: Count = 0
    status: Status = Status.ISSUED

    @property
    def available_minor(self) -> int:
        """What may still be drawn, with the tolerance above (UCP 600 art. 30), rounded down."""
        return self.amount.minor * (100 + self.plus_percent) // 100 - self.drawn_minor

    def relations(self) -> Mapping[str, Party | None]:
        return {
            "applicant": self.applicant,
            "beneficiary": self.beneficiary,
            "issuing bank": self.issuing_bank,
            "advising bank": self.advising_bank,
        }


class IssueCredit(Command, frozen=True, tag="finance.ISSUE_CREDIT"):
    """Promise to pay the beneficiary against complying documents."""

    credit: CreditId
    applicant: Party
    beneficiary: Party
    advising_bank: Party
    amount: Amount
    plus_percent: Percent
    minus_percent: Percent
    expiry_ms: TimeMs
    terms: Id


class Advise(Command, frozen=True, tag="finance.ADVISE"):
    """Tell the beneficiary that the credit is apparently authentic (UCP 600 art. 9)."""

    credit: CreditId


def issue(env: Env, _: None, command: IssueCredit) -> Credit:
    require(four_eyes(env, command.by), Code.FOUR_EYES)
    require(command.expiry_ms > env.time_ms, Code.EXPIRED)
    return Credit(
        id=command.credit,
        applicant=command.applicant,
        beneficiary=command.beneficiary,
        issuing_bank=command.by,
        advising_bank=command.advising_bank,
        amount=command.amount,
        plus_percent=command.plus_percent,
        minus_percent=command.minus_percent,
        expiry_ms=command.expiry_ms,
        terms=command.terms,
    )


def advise(_: Env, credit: Credit, command: Advise) -> Credit:
    require(command.by == credit.advising_bank, Code.NOT_ADVISING_BANK)
    return credit


def four_eyes(env: Env, bank: Party) -> bool:
    """Whether a maker and another person as checker of the bank have signed."""
    makers, checkers = env.persons(bank, "maker"), env.persons(bank, "checker")
    return bool(makers) and bool(checkers) and len(makers | checkers) > 1


def promise_stays(before: Credit | None, writes: Writes) -> bool:
    """Amount, parties and terms of an irrevocable credit stay (UCP 600 art. 10(a))."""
    after = [record for record in writes.values() if isinstance(record, Credit)]
    return before is None or all(
        replace(
            credit,
            status=before.status,
            drawn_minor=before.drawn_minor,
            version=before.version,
            time_ms=before.time_ms,
        )
        == before
        for credit in after
    )


# fmt: off
TABLE: Final = (
    #    command      from           to              event            rule
    Rule(IssueCredit, None,          Status.ISSUED,  "CreditIssued",  issue, role="checker"),
    Rule(Advise,      Status.ISSUED, Status.ADVISED, "CreditAdvised", advise, role="checker"),
)
# fmt: on

CREDIT: Final = Contract("finance.credit", "credit", Code, TABLE, (promise_stays,), (Credit,))
