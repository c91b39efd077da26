"""Weighs one request under one plan of rules: every rule, then the amounts, the premium and the term.

Precedence is D-41: any fail refuses, else a referral that the outcome depends on refers, else the smallest limit is
granted. `eligibility.domain.engine` is the door.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from capweb.kernel.money import ZERO, to_cent_half_up
from capweb.kernel.periods import Term
from eligibility.domain import decision as decisions
from eligibility.domain import reduction, rules
from eligibility.domain.decision import BINDING_ORDER, Decision
from eligibility.domain.fact_parts import Facts, Trigger
from eligibility.domain.facts import check_combination
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import LawMissing, LawUnset
from eligibility.domain.rule import FAIL, PASS, REFER, REFERRAL_ORDER, Check, Finding, Rule, unset
from eligibility.domain.rules import grant, scheme
from eligibility.domain.rules.substitution import grid_row
from eligibility.domain.tables import TariffRow

PRODUCTS: Final = {
    ("domestic", True): "cap",
    ("domestic", False): "cap_plus",
    ("export", True): "cap_francexport",
    ("export", False): "cap_francexport_plus",
}
ORDER: Final = {name: place for place, name in enumerate(BINDING_ORDER)}
# A substitution is never without a fixed maximum: where the rule sets none, the maximum is not known.
ALWAYS_LIMITED: Final = frozenset({"category_maximum"})
# For rules that look at the law alone: a request without facts.
NOBODY: Final = Facts(day=date(2020, 4, 15), insurer="", market="", trigger=Trigger(kind="refusal"))
RANK: Final = {name: place for place, name in enumerate(REFERRAL_ORDER)}


@dataclass(frozen=True)
class Plan:
    """Prepared once for one product under one law: the rules that speak, those that are silent, the constants."""

    product: str
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...]
    need: Rule | None
    closing: Rule | None
    not_applicable: tuple[Rule, ...]
    insured_ratio_maximum: Decimal | None
    ceded_ratio: Decimal | None
    reinsurer: str | None
    readings: dict[str, str]
    law: str

    @functools.cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """In the order of the findings: the need and the smallest grant are judged last."""
        return (*self.rules, *(rule for rule in (self.need, self.closing) if rule is not None))

    @functools.cached_property
    def retention_ratio(self) -> Decimal | None:
        return None if self.ceded_ratio is None else 1 - self.ceded_ratio


class Weighed(msgspec.Struct, gc=False):
    """The findings of all rules together: did one fail, who must act, the smallest limit, the need and the amount."""

    failed: bool = False
    referred_to: str | None = None
    maximum: Decimal | None = None
    binding: str | None = None
    unknown_limit: bool = False
    need: Decimal | None = None
    amount: Decimal | None = None


def product_of(facts: Facts) -> str:
    """The product that market and trigger ask for."""
    return PRODUCTS[facts.market, facts.asks_for_complement]


def judged(facts: Facts, law: LawInForce) -> Decision:
    """The decision without headroom; see `engine.decide` for what it promises and raises."""
    if facts.day != law.day:
        raise ValueError(f"facts of {facts.day} are judged under the law of that day, not of {law.day}")
    check_combination(facts)
    if facts.readings:
        law = law.under(facts.readings)
    return judge(facts, law, plan_of(law, product_of(facts)))


def plan_of(law: LawInForce, product: str) -> Plan:
    """The plan for a product, prepared on first use and kept with the law."""
    found = law.prepared.get(product)
    if not isinstance(found, Plan):
        found = law.prepared[product] = _prepare(law, product)
    return found


def judge(facts: Facts, law: LawInForce, plan: Plan) -> Decision:
    """The decision of a plan, without headroom. The order of the plan's rules does not matter."""
    findings: list[Finding] = []
    # Most rules pass; what does not is weighed.
    telling: list[tuple[Rule, Finding]] = []
    for rule, check in zip(plan.rules, plan.checks, strict=True):
        try:
            finding = check(facts, law)
        except LawUnset as missing:
            finding = unset(str(missing.facts["parameter"]))
        findings.append(finding)
        if finding.verdict != PASS:
            telling.append((rule, finding))
    need = reduction.need_of(facts)
    if plan.need is not None:
        finding = scheme.need_found(facts, need)
        findings.append(finding)
        if finding.verdict != PASS:
            telling.append((plan.need, finding))
    weighed = _weigh(telling)
    weighed.need = need[0]
    _bind(weighed)
    if plan.closing is not None:
        finding = grant.large_enough(weighed.amount, law)
        findings.append(finding)
        weighed.failed = weighed.failed or finding.verdict == FAIL
    return _decision(facts, law, plan, weighed, tuple(findings))


def _decision(facts: Facts, law: LawInForce, plan: Plan, weighed: Weighed, findings: tuple[Finding, ...]) -> Decision:
    outcome, amount = _outcome(weighed), weighed.amount
    is_granted = outcome in (decisions.GRANT, decisions.GRANT_REDUCED)
    is_open = is_granted or outcome == decisions.REFER
    row = grid_row(facts, law) if not facts.asks_for_complement else None
    category = row.category if row is not None else None
    tariff = _tariff(facts, law, plan.product, category) if is_open else None
    policy_ratio, most = facts.policy.insured_ratio, plan.insured_ratio_maximum
    return Decision(
        outcome=outcome,
        referred_to=weighed.referred_to if outcome == decisions.REFER else None,
        product=plan.product,
        category=category,
        need=weighed.need,
        maximum=weighed.maximum,
        granted=amount if is_granted else (None if outcome == decisions.REFER else ZERO),
        binding=weighed.binding if is_open else None,
        insured_ratio=None if policy_ratio is None or most is None else min(policy_ratio, most),
        retention_ratio=plan.retention_ratio,
        ceded_ratio=plan.ceded_ratio,
        premium=to_cent_half_up(amount * tariff.quarterly_rate) if is_granted and tariff and amount else None,
        premium_rate=tariff.quarterly_rate if tariff is not None else None,
        premium_illustrative=tariff.illustrative if tariff is not None else False,
        term=_term(facts, law) if is_open else None,
        reinsurer=plan.reinsurer,
        rules=plan.all_rules,
        findings=findings,
        not_applicable=plan.not_applicable,
        readings=plan.readings,
        law=plan.law,
    )


def _weigh(telling: Iterable[tuple[Rule, Finding]]) -> Weighed:
    weighed = Weighed()
    rank = len(RANK)
    for rule, finding in telling:
        verdict = finding.verdict
        if verdict == FAIL:
            weighed.failed = True
        elif verdict == REFER and finding.referred_to is not None and RANK[finding.referred_to] < rank:
            rank = RANK[finding.referred_to]
            weighed.referred_to = finding.referred_to
        if rule.sets is None:
            continue
        if finding.limit is not None:
            _lower(weighed, finding.limit, rule.sets)
        elif verdict == REFER or rule.sets in ALWAYS_LIMITED:
            # A limit that cannot be read makes the maximum unknown; a grade decided case by case does not.
            weighed.unknown_limit = weighed.unknown_limit or rule.sets != "exception"
    return weighed


def _lower(weighed: Weighed, limit: Decimal, name: str) -> None:
    if weighed.maximum is None or weighed.binding is None or limit < weighed.maximum:
        weighed.maximum, weighed.binding = limit, name
    elif limit == weighed.maximum and ORDER[name] < ORDER[weighed.binding]:
        weighed.binding = name


def _bind(weighed: Weighed) -> None:
    """The amount that need and maximum allow, and which of them binds; unknown when one of them is."""
    if weighed.unknown_limit:
        weighed.maximum = weighed.binding = None
    need, maximum = weighed.need, weighed.maximum
    if need is None or maximum is None:
        weighed.binding = None
    elif need <= maximum:
        weighed.amount, weighed.binding = need, decisions.NEED
    else:
        weighed.amount = maximum


def _outcome(weighed: Weighed) -> str:
    if weighed.need is not None and weighed.need <= 0:
        return decisions.NO_NEED  # nothing was asked for, so nothing is refused (D-45)
    if weighed.failed:
        return decisions.REFUSE
    if weighed.referred_to is not None or weighed.amount is None:
        return decisions.REFER
    return decisions.GRANT if weighed.amount == weighed.need else decisions.GRANT_REDUCED


def _term(facts: Facts, law: LawInForce) -> Term | None:
    unit, length = law.choices.get("scheme/term/unit"), law.counts.get("scheme/term/length")
    return None if unit is None or length is None else reduction.first_term(facts.first_day, unit, length)


def _tariff(facts: Facts, law: LawInForce, product: str, category: int | None) -> TariffRow | None:
    return law.tariff(
        product,
        insurer=facts.insurer,
        category=category,
        country=facts.buyer.country,
        payment_days=facts.sale.payment_days,
        on=facts.first_day,
    )


def figures(facts: Facts, law: LawInForce, decision: Decision) -> None:
    """Reads once more what no rule sets but the decision says: shares, reinsurer, term and rate. For `trace` alone."""
    _prepare(law, decision.product)
    if decision.term is not None:
        _term(facts, law)
        _tariff(facts, law, decision.product, decision.category)


def _prepare(law: LawInForce, product: str) -> Plan:
    in_force = rules.in_force_on(law.day)
    last = {scheme.NEED, grant.CODE}
    speaking = tuple(rule for rule in in_force if product in rule.products and rule.code not in last)
    if not speaking:
        raise LawMissing(f"No law of the scheme is recorded on {law.day}. Choose a later day.", day=law.day)
    kind = "complement" if product in ("cap", "cap_francexport") else "substitution"
    market = "domestic" if product in ("cap", "cap_plus") else "export"
    return Plan(
        product=product,
        rules=speaking,
        checks=tuple(_check(rule, law) for rule in speaking),
        need=next((rule for rule in in_force if rule.code == scheme.NEED), None),
        closing=next((rule for rule in in_force if rule.code == grant.CODE), None),
        not_applicable=tuple(rule for rule in in_force if product not in rule.products),
        insured_ratio_maximum=law.amounts.get(f"{kind}/{market}/insured_ratio_maximum"),
        ceded_ratio=law.amounts.get(f"{kind}/{market}/ceded_ratio"),
        reinsurer=law.choices.get(f"scheme/{market}/reinsurer"),
        readings=law.readings,
        law=law.fingerprint,
    )


def _check(rule: Rule, law: LawInForce) -> Check:
    """The rule's own function; where it looks at the law alone, its one finding, said of every request."""
    if not rule.of_law:
        return rule.check
    try:
        finding = rule.check(NOBODY, law)
    except LawUnset as missing:
        finding = unset(str(missing.facts["parameter"]))
    return lambda facts, law: finding  # noqa: ARG005  the same for every request of this law
