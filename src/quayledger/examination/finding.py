"""Findings: what a rule says, with article and edition, and both places that it compares."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """A discrepancy, or something that only a person can judge."""

    DISCREPANCY = "DISCREPANCY"
    NEEDS_HUMAN = "NEEDS_HUMAN"


class Finding(Struct, frozen=True):
    """One finding; `one` and `other` are the two statements that do not go together."""

    rule: int
    verdict: Verdict
    article: str
    edition: str
    document: str
    message: str
    one: str = ""
    other: str = ""
