"""Accounts: what a bank owes to an owner, as the bank itself keeps it on the ledger.

A deposit is the bank's liability. The bank's own account goes as far below zero as its customers
and correspondents are above it, so all accounts of a currency always sum up to zero. Settlement
between banks is the payment system's; what is here is their mutual positions (nostro and vostro).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from quayledger.kernel import (
    ID_PATTERN,
    MAX_INTEGER,
    Amount,
    Command,
    Contract,
    Currency,
    Env,
    Id,
    Integer,
    Party,
    Record,
    RefusalCode,
    Refused,
    Rule,
    Writes,
    key,
    require,
)

AccountId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"record": "finance.account"})]


class Status(StrEnum):
    """Whether money may move."""

    OPEN = "OPEN"


class Code(RefusalCode):
    """Why a command was refused: checked in this order; numbers are never reused."""

    NOT_FOUND = 0, "No such account among those that you own or keep; check its id."
    WRONG_STATUS = 1, "The account is there already; take a fresh id."
    NOT_OWNER = 2, "Only the owner of the paying account may pay from it."
    NO_PAYEE = 3, "The receiving account is not one that you may see; ask for its id again."
    OTHER_BANK = 4, "Both accounts must be with one bank; between banks its positions move."
    OTHER_CURRENCY = 5, "Amount and both accounts must be in one currency."
    INSUFFICIENT_FUNDS = 6, "The paying account does not hold that much; only banks may go below."
    TOO_LARGE = 7, "A balance would be larger than the ledger can keep; split it over accounts."


class Account(Record, frozen=True, tag="finance.account"):
    """`balance_minor` in minor units; `payers` are parties that may pay in, so they see it."""

    id: AccountId
    bank: Party
    owner: Party
    currency: Currency
    payers: tuple[Party, ...] = ()
    balance_minor: Integer = 0
    status: Status = Status.OPEN

    def relations(self) -> Mapping[str, Party | None]:
        payers = {f"payer {number}": party for number, party in enumerate(self.payers)}
        return {"bank": self.bank, "owner": self.owner, **payers}


class OpenAccount(Command, frozen=True, tag="finance.OPEN_ACCOUNT"):
    """Open an account with the asking bank."""

    account: AccountId
    owner: Party
    currency: Currency
    payers: tuple[Party, ...] = ()


class Pay(Command, frozen=True, tag="finance.PAY"):
    """Move money between two accounts of one bank; `purpose` is the id of what is paid."""

    account: AccountId
    to: AccountId
    amount: Amount
    purpose: Id


def open_account(_: Env, __: None, command: OpenAccount) -> Account:
    return Account(
        id=command.account,
        bank=command.by,
        owner=command.owner,
        currency=command.currency,
        payers=command.payers,
    )


def pay(env: Env, account: Account, command: Pay) -> Writes:
    require(command.by == account.owner, Code.NOT_OWNER)
    return move(account, env.read(key("finance.account", command.to)), command.amount)


def move(payer: Account, payee: Record | None, amount: Amount) -> Writes:
    """Both accounts after the money has moved.

    Raises:
        Refused: If the payee is not there, or banks, currencies or funds do not fit.
    """
    if not isinstance(payee, Account) or payee.id == payer.id:
        raise Refused(Code.NO_PAYEE)
    require(payee.bank == payer.bank, Code.OTHER_BANK)
    same = {payer.currency, payee.currency, amount.currency} == {amount.currency}
    require(same, Code.OTHER_CURRENCY)
    left = payer.balance_minor - amount.minor
    require(left >= 0 or payer.owner == payer.bank, Code.INSUFFICIENT_FUNDS)
    received = payee.balance_minor + amount.minor
    require(left >= -MAX_INTEGER and received <= MAX_INTEGER, Code.TOO_LARGE)
    return {
        key("finance.account", payer.id): replace(payer, balance_minor=left),
        key("finance.account", payee.id): replace(payee, balance_minor=received),
    }


def customers_stay_above_zero(_: Account | None, writes: Writes) -> bool:
    """Only a bank's own account may be below zero."""
    accounts = [record for record in writes.values() if isinstance(record, Account)]
    return all(one.balance_minor >= 0 or one.owner == one.bank for one in accounts)


# fmt: off
TABLE: Final = (
    #    command      from         to           event            rule
    Rule(OpenAccount, None,        Status.OPEN, "AccountOpened", open_account, role="maker"),
    Rule(Pay,         Status.OPEN, Status.OPEN, "Paid",          pay, role="checker"),
)
# fmt: on

ACCOUNT: Final = Contract(
    "finance.account", "account", Code, TABLE, (customers_stay_above_zero,), (Account,)
)
