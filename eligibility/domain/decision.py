"""What judging answers: outcome, amounts, and every rule's verdict with the numbers it used.

The document form is the one of interfaces.md section 2. Reasons are built when they are read, so that a batch that
stores them compactly does not pay for texts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from capweb.kernel.periods import Term
from eligibility.domain import explain
from eligibility.domain import rule as rules
from eligibility.domain.reason import Reason, Trace, shown_number, shown_used
from eligibility.domain.rule import Finding, Rule

GRANT: Final = "grant"
GRANT_REDUCED: Final = "grant_reduced"
REFER: Final = "refer"
REFUSE: Final = "refuse"
NO_NEED: Final = "no_need"
OUTCOMES: Final = (GRANT, GRANT_REDUCED, REFER, REFUSE, NO_NEED)

# What held the amount down, and which is named first when two bind equally (interfaces.md section 2, D-41).
NEED: Final = "need"
BINDING_ORDER: Final = (NEED, "primary_multiple", "parity", "category_maximum", "capacity", "exception")


class Headroom(msgspec.Struct, frozen=True):
    """A change of facts that would allow more: the changed facts by path, and the maximum then."""

    changed: dict[str, object]
    maximum: Decimal


class Decision(msgspec.Struct, frozen=True):
    """The judgement of one request on one day under one law.

    `granted` is None on refer and zero on refuse and no_need; `maximum` is before the need and None where nothing sets
    it; `premium` is None where the tariff is not set. Amounts are in euro, ratios in 0..1.
    """

    outcome: str
    referred_to: str | None
    product: str
    category: int | None
    need: Decimal | None
    maximum: Decimal | None
    granted: Decimal | None
    binding: str | None
    insured_ratio: Decimal | None
    retention_ratio: Decimal | None
    ceded_ratio: Decimal | None
    premium: Decimal | None
    premium_rate: Decimal | None
    premium_illustrative: bool
    term: Term | None
    reinsurer: str | None
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]
    not_applicable: tuple[Rule, ...]
    readings: dict[str, str]
    law: str
    headroom: tuple[Headroom, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every rule in force, those that say nothing about this product last."""
        silent = [Reason(rule, rules.NOT_APPLICABLE, {}, None, None, None) for rule in self.not_applicable]
        return (*self.reasons_said, *silent)

    @property
    def reasons_said(self) -> tuple[Reason, ...]:
        """The rules that say something about this product."""
        return tuple(
            Reason(rule, self._verdict(f), f.used, f.limit, f.referred_to, _reading(rule, self.readings))
            for rule, f in zip(self.rules, self.findings, strict=True)
        )

    def _verdict(self, finding: Finding) -> str:
        if finding.verdict != rules.LIMIT:
            return finding.verdict
        holds = self.need is None or finding.limit is None or finding.limit < self.need
        return rules.CAP if holds else rules.PASS


def compact_reasons(decision: Decision) -> list[dict[str, object]]:
    """The stored form: code, verdict and numbers used of every rule that said something.

    Rules that do not apply are left out; `explain.expand` puts them back from the law. Values are plain (Decimal, int,
    str, day, bool, list) and may be written by msgspec as they are.
    """
    stored = []
    for rule, finding in zip(decision.rules, decision.findings, strict=True):
        if finding.verdict != rules.NOT_APPLICABLE:
            one: dict[str, object] = {"code": rule.code, "verdict": decision._verdict(finding), "used": finding.used}
            if finding.referred_to is not None:
                one["referred_to"] = finding.referred_to
            if (reading := _reading(rule, decision.readings)) is not None:
                one["reading"] = reading
            stored.append(one)
    return stored


def to_document(decision: Decision, language: str = "fr", *, trace: Trace | None = None) -> dict[str, Any]:
    """The decision as interfaces.md section 2 shows it, titles and sentences in the language asked for.

    With a trace each reason says what it `rests_on`, and so do the figures that no rule sets (term, rate, shares).
    """
    term = decision.term
    document = {
        "outcome": decision.outcome,
        "referred_to": decision.referred_to,
        "product": decision.product,
        "category": decision.category,
        "need": _number(decision.need),
        "maximum": _number(decision.maximum),
        "granted": _number(decision.granted),
        "binding": decision.binding,
        "insured_ratio": _number(decision.insured_ratio),
        "retention_ratio": _number(decision.retention_ratio),
        "ceded_ratio": _number(decision.ceded_ratio),
        "premium": _number(decision.premium),
        "premium_rate": _number(decision.premium_rate),
        "premium_illustrative": decision.premium_illustrative,
        "term": {"first": term.first.isoformat(), "end": term.end.isoformat()} if term is not None else None,
        "reinsurer": decision.reinsurer,
        "reasons": [explain.reason_document(reason, language, trace) for reason in decision.reasons],
        "headroom": [
            {"if": shown_used(one.changed.items()), "maximum": _number(one.maximum)} for one in decision.headroom
        ],
        "law": decision.law,
    }
    if trace is not None:
        document["rests_on"] = [rest.document() for rest in trace.figures]
    return document


_encoder: Final = msgspec.json.Encoder()


def compact_json(decision: Decision) -> bytes:
    """The compact reasons as JSON, for a jsonb column."""
    return _encoder.encode(compact_reasons(decision))


def _reading(rule: Rule, readings: dict[str, str]) -> str | None:
    if not readings or rule.question is None:
        return None
    chosen = [readings[question] for question in rule.question.split() if question in readings]
    return ", ".join(chosen) or None


def _number(value: Decimal | None) -> str | None:
    return None if value is None else shown_number(value)
