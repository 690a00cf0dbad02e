"""A SWIFT MT 700 becomes a sealed document of terms and a credit on the ledger."""

import msgspec

from quayledger.app.imports.prepared import Prepared, Query, commit_document, needed
from quayledger.app.node import Node
from quayledger.contracts.finance.public import IssueCredit
from quayledger.kernel import Amount
from quayledger.standards.swiftmt.mt700 import read_credit


def prepare(node: Node, data: bytes, query: Query) -> Prepared:
    """Issue the credit and commit to its terms.

    Raises:
        FormatRefused: If it is no MT 700; names the field.
        Malformed: If a parameter is missing.
    """
    credit = read_credit(data)
    terms, consignment = needed(query, "document"), needed(query, "consignment")
    applicant, beneficiary = needed(query, "applicant"), needed(query, "beneficiary")
    advising_bank = needed(query, "advising_bank")
    issue = IssueCredit(
        by=node.party,
        credit=needed(query, "credit"),
        applicant=applicant,
        beneficiary=beneficiary,
        advising_bank=advising_bank,
        amount=Amount(credit.currency, credit.amount_minor),
        plus_percent=credit.plus_percent,
        minus_percent=credit.minus_percent,
        expiry_ms=credit.expiry_ms,
        terms=terms,
    )
    fields = msgspec.to_builtins(credit)
    readers = (applicant, beneficiary, advising_bank)
    commit = commit_document(node, terms, consignment, "letter of credit", fields, readers)
    return Prepared((issue, commit), facts=fields)
