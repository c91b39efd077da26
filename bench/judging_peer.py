"""The peer of `bench.judging`: the rules of one day written for zen-engine, as somebody would write them who has it.

A decision model for each product: the rating grid as a decision table, one expression a rule for its verdict, a last
node for need, maximum, amount and outcome. The numbers of the law are written into the expressions. It answers no
sentence, no article and no number used; that is in its favour.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import zen

from eligibility.domain import engine
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawInForce

COMPARED: Final = ("outcome", "need", "maximum", "granted")


def document(facts: Facts) -> dict[str, Any]:
    """The facts as the library takes them: plain numbers and texts."""
    return {
        "product": engine.product_of(facts),
        "insurer": facts.insurer,
        "kind": facts.trigger.kind,
        "notified_on": None if facts.trigger.notified_on is None else facts.trigger.notified_on.isoformat(),
        "policyholder": {
            "country": facts.policyholder.country,
            "turnover": _number(facts.policyholder.turnover),
            "factor": facts.policyholder.factor,
        },
        "policy": {
            "insured_ratio": _number(facts.policy.insured_ratio),
            "limits_set_by": facts.policy.limits_set_by,
            "disbursed": _number(facts.policy.disbursed_this_year),
            "currency": facts.policy.currency,
        },
        "buyer": {
            "country": facts.buyer.country,
            "created_on": None if facts.buyer.created_on is None else facts.buyer.created_on.isoformat(),
            "turnover": _number(facts.buyer.turnover),
            "balance_sheet": _number(facts.buyer.balance_sheet),
            "headcount": facts.buyer.headcount,
            "grade": facts.buyer.grade,
            "default_probability": _number(facts.buyer.default_probability),
            "insolvent": facts.buyer.insolvent,
        },
        "before": _number(facts.primary.amount_before),
        "primary": _number(facts.primary.amount),
        "wanted": _number(facts.requested_total),
        "sale": {
            "payment_days": facts.sale.payment_days,
            "french_share": _number(facts.sale.french_share),
            "currency": facts.sale.currency,
        },
        "in_force": _number(facts.others_in_force.same_policyholder),
        "free": _number(facts.capacity.free),
    }


class Peer:
    """The models of the four products under one law."""

    def __init__(self, law: LawInForce) -> None:
        library = zen.ZenEngine()
        products = ("cap", "cap_plus", "cap_francexport", "cap_francexport_plus")
        self.models = {product: library.create_decision(json.dumps(_model(product, law))) for product in products}

    def judge(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Verdicts by the code of the rule, and outcome, need, maximum and granted amount."""
        answer: dict[str, Any] = self.models[asked["product"]].evaluate(asked)["result"]
        return answer


def differences(peer: Peer, asked: Sequence[Facts], law: LawInForce) -> list[str]:
    """Where ours and the peer do not answer alike: outcome, and where something is granted the amounts."""
    found = []
    for one in asked:
        ours, theirs = engine.decide(one, law), peer.judge(document(one))
        if not _alike(ours, theirs):
            found.append(f"{one}\nours {[getattr(ours, name) for name in COMPARED]}\npeer {theirs}")
    return found


def _alike(ours: Decision, theirs: dict[str, Any]) -> bool:
    if ours.outcome != theirs["outcome"]:
        return False
    if not ours.outcome.startswith("grant"):
        return True
    return all(_cents(getattr(ours, name)) == _cents(theirs[name]) for name in COMPARED[1:])


def _cents(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _model(product: str, law: LawInForce) -> dict[str, Any]:
    is_complement = product in ("cap", "cap_francexport")
    market = "domestic" if product in ("cap", "cap_plus") else "export"
    rules = _rules(product, law)
    nodes = [_node("inputNode", "request", {})]
    if not is_complement:
        nodes.append(_grid(market, law))
    nodes.append(_expressions("rules", rules))
    nodes.append(_expressions("amounts", _amounts(market, law, list(rules), is_complement=is_complement)))
    nodes.append(_node("outputNode", "answer", {}))
    edges = [
        {"id": f"e{i}", "sourceId": one["id"], "targetId": other["id"], "type": "edge"}
        for i, (one, other) in enumerate(itertools.pairwise(nodes))
    ]
    return {"nodes": nodes, "edges": edges}


def _node(kind: str, name: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "type": kind, "name": name, "position": {"x": 0, "y": 0}, "content": content}


def _expressions(name: str, expressions: dict[str, str]) -> dict[str, Any]:
    listed = [{"id": key, "key": key, "value": value} for key, value in expressions.items()]
    return _node("expressionNode", name, {"expressions": listed, "passThrough": True})


def _grid(market: str, law: LawInForce) -> dict[str, Any]:
    """The insurers' grids as one decision table: insurer and grade in; category, maximum and case by case out."""
    rows = []
    for (insurer, of_market), grid in law.grids.items():
        if of_market != market:
            continue
        for grade, row in grid.items():
            most = row.maximum or law.amounts[f"substitution/{market}/maximum/category_{row.category}"]
            rows.append(
                {
                    "_id": f"{insurer}-{grade}",
                    "i": f'"{insurer}"',
                    "g": f'"{grade}"',
                    "c": str(row.category),
                    "m": str(most),
                    "r": "true" if row.referred_to else "false",
                }
            )
    return _node(
        "decisionTableNode",
        "grid",
        {
            "hitPolicy": "first",
            "passThrough": True,
            "inputs": [
                {"id": "i", "name": "insurer", "field": "insurer"},
                {"id": "g", "name": "grade", "field": "buyer.grade"},
            ],
            "outputs": [
                {"id": "c", "name": "category", "field": "category"},
                {"id": "m", "name": "fixed_maximum", "field": "fixed_maximum"},
                {"id": "r", "name": "case_by_case", "field": "case_by_case"},
            ],
            "rules": rows,
        },
    )


def _rules(product: str, law: LawInForce) -> dict[str, str]:
    """One expression a rule: 'pass', 'fail', or 'refer_…' naming who must act."""
    is_complement = product in ("cap", "cap_francexport")
    is_domestic = product in ("cap", "cap_plus")
    domestic = [country for country, row in law.countries.items() if row.status == "domestic"]
    overseas = [country for country, row in law.countries.items() if row.status == "overseas"]
    referred = [country for country, row in law.countries.items() if row.status == "referred"]
    home, away = json.dumps(domestic), json.dumps(overseas)
    rules = {
        "TRIGGER_01": _known("notified_on", f"date(notified_on) <= date('{law.day}')"),
        "POLICYHOLDER_01": _case(
            "policyholder.country == null ? 'refer_requester'",
            f"policyholder.country in {home} ? 'pass'",
            f"policyholder.country in {away} ? 'refer_reinsurer'",
            "'fail'",
        ),
        "POLICYHOLDER_04": _case(
            "policyholder.factor == false ? 'pass'",
            "policy.limits_set_by == 'insurer' ? 'pass'",
            "policyholder.factor == null or policy.limits_set_by == null ? 'refer_requester'",
            "'fail'",
        ),
        "BUYER_04": _known("buyer.insolvent", "not buyer.insolvent"),
    }
    if not is_complement:
        rules["BUYER_03"] = _known("buyer.created_on", f"date(buyer.created_on) <= date('{law.latest_creation(2)}')")
    rules |= _domestic_rules(law, home, away) if is_domestic else _export_rules(law, domestic + overseas, referred)
    if not is_complement:
        rules["SUB_01"] = _case(
            "buyer.grade == null ? 'refer_requester'",
            "category == null ? 'fail'",
            "case_by_case ? 'refer_underwriter'",
            "'pass'",
        )
    if product == "cap_plus":
        low, high = (law.amounts[f"substitution/domestic/default_probability_{end}imum"] for end in ("min", "max"))
        rules["SUB_02"] = _known(
            "buyer.default_probability",
            f"buyer.default_probability >= {low} and buyer.default_probability <= {high}",
        )
        rules["SUB_05"] = _case(
            "policy.disbursed == null ? 'refer_requester'",
            f"policy.disbursed >= {law.amounts['substitution/domestic/disbursement_limit']} ? 'refer_underwriter'",
            "'pass'",
        )
    return rules


def _domestic_rules(law: LawInForce, home: str, away: str) -> dict[str, str]:
    turnover, sheet = (law.amounts[f"scheme/domestic/buyer_{name}_limit"] for name in ("turnover", "balance_sheet"))
    staff = law.counts["scheme/domestic/buyer_headcount_limit"]
    limit = law.amounts["scheme/domestic/policyholder_turnover_limit"]
    return {
        "BUYER_01": _case(
            "buyer.country == null ? 'refer_requester'",
            f"buyer.country in {home} ? 'pass'",
            f"buyer.country in {away} ? 'refer_reinsurer'",
            "'fail'",
        ),
        "BUYER_02": _case(
            "buyer.turnover == null or buyer.balance_sheet == null or buyer.headcount == null ? 'refer_requester'",
            f"(buyer.turnover < {turnover} or buyer.balance_sheet < {sheet}) and buyer.headcount < {staff} ? 'pass'",
            "'fail'",
        ),
        "POLICYHOLDER_02": _case(
            "policyholder.factor == true ? 'pass'",
            "policyholder.turnover == null ? 'refer_requester'",
            f"policyholder.turnover < {limit} ? 'pass'",
            "'fail'",
        ),
    }


def _export_rules(law: LawInForce, at_home: list[str], referred: list[str]) -> dict[str, str]:
    limit = law.amounts["scheme/export/policyholder_turnover_limit"]
    days = law.counts["scheme/export/payment_days_maximum"]
    share = law.amounts["scheme/export/french_share_minimum"]
    currencies = json.dumps(law.choices["scheme/export/currencies"].split())
    return {
        "EXPORT_01": _known("sale.payment_days", f"sale.payment_days <= {days}"),
        "EXPORT_02": _known("sale.french_share", f"sale.french_share >= {share}"),
        "EXPORT_03": _case(
            "buyer.country == null ? 'refer_requester'",
            f"buyer.country in {json.dumps(at_home)} ? 'fail'",
            f"buyer.country in {json.dumps(referred)} ? 'refer_reinsurer'",
            "'pass'",
        ),
        "EXPORT_04": _case(
            "sale.currency == null ? 'refer_requester'",
            f"sale.currency in {currencies} ? 'pass'",
            "policy.currency == 'EUR' ? 'pass'",
            "'refer_underwriter'",
        ),
        "POLICYHOLDER_03": _case(
            "policyholder.factor == true ? 'pass'",
            "policyholder.turnover == null ? 'refer_requester'",
            f"policyholder.turnover <= {limit} ? 'pass'",
            "'refer_ministry'",
        ),
    }


def _amounts(market: str, law: LawInForce, rules: list[str], *, is_complement: bool) -> dict[str, str]:
    verdicts = "[" + ", ".join(rules) + "]"
    kind = "complement" if is_complement else "substitution"
    ceded = law.amounts[f"{kind}/{market}/ceded_ratio"]
    smallest = law.amounts["contracts/settings/smallest_grant"]
    room = f"floor((free + 0.005) / {ceded} * 100) / 100"
    if is_complement:
        multiple = min(law.amounts[f"complement/{market}/{name}_multiple"] for name in ("primary", "parity"))
        need = "max([(kind == 'reduction' ? min([wanted, before]) : wanted) - primary, 0])"
        most = f"min([floor(primary * {multiple} * 100) / 100, {room}])"
    else:
        need = "wanted"
        most = f"fixed_maximum == null ? null : min([max([fixed_maximum - in_force, 0]), {room}])"
    return {
        "need": need,
        "maximum": most,
        "failed": f"some({verdicts}, # == 'fail')",
        "referred": f"some({verdicts}, startsWith(#, 'refer'))",
        "granted": "$.maximum == null ? null : min([$.need, $.maximum])",
        "outcome": _case(
            "$.need <= 0 ? 'no_need'",
            "$.failed ? 'refuse'",
            f"$.granted != null and $.granted < {smallest} ? 'refuse'",
            "$.referred or $.granted == null ? 'refer'",
            "$.granted == $.need ? 'grant'",
            "'grant_reduced'",
        ),
    }


def _known(fact: str, condition: str) -> str:
    return f"{fact} == null ? 'refer_requester' : ({condition} ? 'pass' : 'fail')"


def _case(*branches: str) -> str:
    """Branches tried in turn, the last one without a condition."""
    return " : ".join(branches)
