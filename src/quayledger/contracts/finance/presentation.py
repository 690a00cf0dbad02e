"""A presentation under a credit: documents in, findings, waiver or refusal, honour (UCP 600).

Honour pays and takes the bill in one intent: the rule sees the bill already in the issuing bank's
hands, put there by a transfer earlier in the same intent. Both happen, or neither does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.contracts.ebl.public import BillId, bill
from quayledger.contracts.finance.account import Account, AccountId, move
from quayledger.contracts.finance.credit import Credit, CreditId, four_eyes
from quayledger.contracts.finance.credit import Status as CreditStatus
from quayledger.kernel import (
    ID_PATTERN,
    Amount,
    Command,
    Contract,
    Count,
    Digest,
    Env,
    Id,
    Party,
    Record,
    RefusalCode,
    Refused,
    Rule,
    TimeMs,
    Writes,
    key,
    require,
)

PresentationId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "finance.presentation"})]
DAY_MS: Final = 24 * 3600 * 1000


class Status(StrEnum):
    """How far the presentation has come."""

    PRESENTED = "PRESENTED"
    COMPLYING = "COMPLYING"
    DISCREPANT = "DISCREPANT"
    WAIVED = "WAIVED"
    REFUSED = "REFUSED"
    HONOURED = "HONOURED"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such presentation among those that you are party to; check its id."
    WRONG_STATUS = 1, "The presentation's status does not allow this; read it again."
    NOT_ADVISED = 2, "No advised credit of this id is there; present under an advised credit."
    NOT_ENTITLED = 3, "Only the beneficiary or the advising bank presents under the credit."
    CREDIT_EXPIRED = 4, "The credit has expired (UCP 600 art. 6(d)); ask for an amendment."
    OVERDRAWN = 5, "More is drawn than the credit has left (UCP 600 arts 18(b), 30)."
    BAD_DEADLINE = 6, "The last day to answer lies 5 to 14 days ahead (UCP 600 art. 14(b))."
    NOT_ISSUING_BANK = 7, "Only the issuing bank examines, refuses and honours."
    NOT_APPLICANT = 8, "Only the applicant may waive discrepancies (UCP 600 art. 16(b))."
    NOTICE_LATE = 9, "The last day to refuse is over (UCP 600 art. 16(d)): the bank is precluded."
    UNWAIVED_DISCREPANCY = 10, "Discrepancies are neither waived nor corrected (UCP 600 art. 16)."
    FOUR_EYES_MISSING = 11, "Honour needs two people of the bank: a maker and another as checker."
    BILL_NOT_IN_HAND = 12, "The bill is not in the bank's hands; transfer it in this same intent."
    WRONG_ACCOUNTS = 13, "Honour is paid from the bank's own account to the presenter's with it."


class Presentation(Record, frozen=True, tag="finance.presentation"):
    """`findings` commits to the examination, `answer_by_ms` is the bank's last moment to refuse.

    The applicant is related only once the bank has asked it for a waiver.
    """

    id: PresentationId
    credit: CreditId
    presenter: Party
    beneficiary: Party
    issuing_bank: Party
    documents: tuple[Id, ...]
    bill: BillId
    amount: Amount
    answer_by_ms: TimeMs
    findings: Digest | None = None
    ruleset: str = ""
    discrepancies: Count = 0
    needs_human: Count = 0
    applicant: Party | None = None
    status: Status = Status.PRESENTED

    def relations(self) -> Mapping[str, Party | None]:
        return {
            "presenter": self.presenter,
            "beneficiary": self.beneficiary,
            "issuing bank": self.issuing_bank,
            "applicant": self.applicant,
        }


class Present(Command, frozen=True, tag="finance.PRESENT"):
    """Present documents under a credit, for this amount."""

    presentation: PresentationId
    credit: CreditId
    documents: tuple[Id, ...]
    bill: BillId
    amount: Amount
    answer_by_ms: TimeMs


class RecordFindings(Command, frozen=True, tag="finance.RECORD_FINDINGS"):
    """Record the examination: its commitment, its rules, and how many discrepancies it found."""

    presentation: PresentationId
    findings: Digest
    ruleset: Annotated[str, Meta(max_length=100)]
    discrepancies: Count
    needs_human: Count


class AskWaiver(Command, frozen=True, tag="finance.ASK_WAIVER"):
    """Ask the applicant whether it waives the discrepancies (UCP 600 art. 16(b))."""

    presentation: PresentationId
    credit: CreditId


class Waive(Command, frozen=True, tag="finance.WAIVE"):
    """Accept the documents in spite of their discrepancies."""

    presentation: PresentationId


class Refuse(Command, frozen=True, tag="finance.REFUSE"):
    """Refuse to honour; `notice` commits to the single notice of art. 16(c)."""

    presentation: PresentationId
    notice: Digest


class Honour(Command, frozen=True, tag="finance.HONOUR"):
    """Pay the presenter against documents and bill (UCP 600 art. 15)."""

    presentation: PresentationId
    credit: CreditId
    bill: BillId
    account: AccountId
    to: AccountId


def present(env: Env, _: None, command: Present) -> Presentation:
    credit = _credit(env, command.credit)
    if credit is None or credit.status is not CreditStatus.ADVISED:
        raise Refused(Code.NOT_ADVISED)
    require(command.by in {credit.beneficiary, credit.advising_bank}, Code.NOT_ENTITLED)
    require(env.time_ms <= credit.expiry_ms, Code.CREDIT_EXPIRED)
    fits = command.amount.currency == credit.amount.currency
    require(fits and command.amount.minor <= credit.available_minor, Code.OVERDRAWN)
    days = command.answer_by_ms - env.time_ms
    require(4 * DAY_MS < days <= 14 * DAY_MS, Code.BAD_DEADLINE)
    return Presentation(
        id=command.presentation,
        credit=command.credit,
        presenter=command.by,
        beneficiary=credit.beneficiary,
        issuing_bank=credit.issuing_bank,
        documents=command.documents,
        bill=command.bill,
        amount=command.amount,
        answer_by_ms=command.answer_by_ms,
    )


def record_findings(_: Env, presentation: Presentation, command: RecordFindings) -> Presentation:
    require(command.by == presentation.issuing_bank, Code.NOT_ISSUING_BANK)
    return replace(
        presentation,
        findings=command.findings,
        ruleset=command.ruleset,
        discrepancies=command.discrepancies,
        needs_human=command.needs_human,
        status=Status.DISCREPANT if command.discrepancies else Status.COMPLYING,
    )


def ask_waiver(env: Env, presentation: Presentation, command: AskWaiver) -> Presentation:
    credit = _credit(env, command.credit)
    if credit is None or command.credit != presentation.credit:
        raise Refused(Code.NOT_ADVISED)
    require(command.by == presentation.issuing_bank, Code.NOT_ISSUING_BANK)
    return replace(presentation, applicant=credit.applicant)


def waive(_: Env, presentation: Presentation, command: Waive) -> Presentation:
    require(command.by == presentation.applicant, Code.NOT_APPLICANT)
    return presentation


def refuse(env: Env, presentation: Presentation, command: Refuse) -> Presentation:
    require(command.by == presentation.issuing_bank, Code.NOT_ISSUING_BANK)
    require(env.time_ms <= presentation.answer_by_ms, Code.NOTICE_LATE)
    return presentation


def honour(env: Env, presentation: Presentation, command: Honour) -> Writes:
    bank = presentation.issuing_bank
    require(command.by == bank, Code.NOT_ISSUING_BANK)
    settled = presentation.status in {Status.COMPLYING, Status.WAIVED}
    require(settled, Code.UNWAIVED_DISCREPANCY)
    require(four_eyes(env, bank), Code.FOUR_EYES_MISSING)
    in_hand = bill(env, command.bill)
    held = in_hand is not None and in_hand.possessor == bank
    require(held and command.bill == presentation.bill, Code.BILL_NOT_IN_HAND)
    credit, payer = _credit(env, command.credit), _account(env, command.account)
    payee = _account(env, command.to)
    if credit is None or payer is None or payee is None or command.credit != presentation.credit:
        raise Refused(Code.WRONG_ACCOUNTS)
    own = payer.owner == payer.bank == bank
    require(own and payee.owner == presentation.presenter, Code.WRONG_ACCOUNTS)
    drawn = credit.drawn_minor + presentation.amount.minor
    return {
        key("finance.presentation", presentation.id): presentation,
        key("finance.credit", credit.id): replace(credit, drawn_minor=drawn),
        **move(payer, payee, presentation.amount),
    }


def _credit(env: Env, id: Id) -> Credit | None:
    found = env.read(key("finance.credit", id))
    return found if isinstance(found, Credit) else None


def _account(env: Env, id: Id) -> Account | None:
    found = env.read(key("finance.account", id))
    return found if isinstance(found, Account) else None


def money_is_conserved(_: Presentation | None, writes: Writes) -> bool:
    """Money leaves one account for one other, and never beyond what the credit has."""
    accounts = [record for record in writes.values() if isinstance(record, Account)]
    credits = [record for record in writes.values() if isinstance(record, Credit)]
    return len(accounts) in {0, 2} and all(
        0 <= credit.drawn_minor <= credit.drawn_minor + credit.available_minor for credit in credits
    )


# fmt: off
TABLE: Final = (
    #    command         from               to                event                 rule
    Rule(Present,        None,              Status.PRESENTED, "DocumentsPresented", present,
         role="title"),
    Rule(RecordFindings, Status.PRESENTED,  (Status.COMPLYING, Status.DISCREPANT),
         "FindingsRecorded", record_findings, role="checker"),
    Rule(AskWaiver,      Status.DISCREPANT, Status.DISCREPANT, "WaiverAsked",       ask_waiver,
         role="checker"),
    Rule(Waive,          Status.DISCREPANT, Status.WAIVED,    "DiscrepanciesWaived", waive,
         role="title"),
    *(Rule(Refuse, status, Status.REFUSED, "PresentationRefused", refuse, role="checker")
      for status in (Status.PRESENTED, Status.DISCREPANT)),
    *(Rule(Honour, status, Status.HONOURED, "Honoured", honour, role="checker", stated=True)
      for status in (Status.COMPLYING, Status.WAIVED, Status.DISCREPANT)),
)
# fmt: on

PRESENTATION: Final = Contract(
    "finance.presentation",
    "presentation",
    Code,
    TABLE,
    (money_is_conserved,),
    (Presentation, Credit, Account),
)
