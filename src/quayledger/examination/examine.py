"""The examination: all rules over one presentation, with a commitment that others can recompute."""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct

from quayledger.examination.finding import Finding, Verdict
from quayledger.examination.papers import Presentation, Terms
from quayledger.examination.rules import RULES

VERSION: Final = "ucp600-isbp821/1"
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class Examination(Struct, frozen=True):
    """The outcome: the rules used, the hash of what was examined, and the findings."""

    ruleset: str
    facts: str
    findings: tuple[Finding, ...]

    @property
    def discrepancies(self) -> int:
        """How many findings are discrepancies."""
        return sum(finding.verdict is Verdict.DISCREPANCY for finding in self.findings)

    @property
    def needs_human(self) -> int:
        """How many findings a person must judge."""
        return len(self.findings) - self.discrepancies


def ruleset() -> str:
    """The name of these rules: a version, and a hash over numbers, articles and editions."""
    rows = [(rule.number, rule.title, rule.article, rule.edition) for rule in RULES]
    return f"{VERSION}/{hashlib.sha256(_ENCODER.encode(rows)).hexdigest()[:16]}"


def examine(terms: Terms, presented: Presentation) -> Examination:
    """Examine a presentation; the same facts give the same bytes anywhere."""
    findings = tuple(
        Finding(rule.number, rule.verdict, rule.article, rule.edition, *remark)
        for rule in RULES
        for remark in rule.apply(terms, presented)
    )
    facts = hashlib.sha256(_ENCODER.encode((terms, presented))).hexdigest()
    return Examination(ruleset(), facts, findings)
