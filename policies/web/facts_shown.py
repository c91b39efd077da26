"""The facts of a decision, changes of facts, and the steps of a history, as lines that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.http import wording, writing
from eligibility.domain.facts import Facts
from policies.queries.request_page import Step


@dataclass(frozen=True, slots=True)
class FactShown:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class StepShown:
    label: str
    step: Step


def _euros(value: Any) -> str:
    return writing.money(value, whole=True)


def _yes_no(value: Any) -> str:
    return _("yes") if value else _("no")


def _number(value: Any) -> str:
    return writing.grouped(int(value))


def _trigger(value: Any) -> str:
    return str(wording.of("trigger", value).label)


def _setter(value: Any) -> str:
    return _("the insurer") if value == "insurer" else _("the policyholder")


# Path in the facts → what it is called, how it is written. Free room is not here: the State's room is shown rounded, on
# the page of the envelopes.
FACTS: Final[Mapping[str, tuple[object, Callable[[Any], str]]]] = {
    "day": (gettext_lazy("Day of the judgement"), writing.day),
    "trigger.kind": (gettext_lazy("Primary limit"), _trigger),
    "trigger.notified_on": (gettext_lazy("Notified on"), writing.day),
    "trigger.effective_on": (gettext_lazy("In effect from"), writing.day),
    "primary.amount_before": (gettext_lazy("Primary limit before"), _euros),
    "primary.amount": (gettext_lazy("Primary limit now"), _euros),
    "requested_total": (gettext_lazy("Cover wanted in all"), _euros),
    "buyer.country": (gettext_lazy("Country of the buyer"), str),
    "buyer.grade": (gettext_lazy("Grade of the buyer"), str),
    "buyer.default_probability": (gettext_lazy("Default probability in one year"), writing.percent),
    "buyer.assessed_on": (gettext_lazy("Buyer assessed on"), writing.day),
    "buyer.insolvent": (gettext_lazy("Buyer insolvent"), _yes_no),
    "buyer.created_on": (gettext_lazy("Buyer registered on"), writing.day),
    "buyer.turnover": (gettext_lazy("Turnover of the buyer"), _euros),
    "buyer.balance_sheet": (gettext_lazy("Balance sheet of the buyer"), _euros),
    "buyer.headcount": (gettext_lazy("Headcount of the buyer"), _number),
    "buyer.construction_subcontract": (gettext_lazy("Construction subcontract"), _yes_no),
    "policyholder.country": (gettext_lazy("Country of the policyholder"), str),
    "policyholder.turnover": (gettext_lazy("Turnover of the policyholder"), _euros),
    "policyholder.factor": (gettext_lazy("Factoring company"), _yes_no),
    "policy.insured_ratio": (gettext_lazy("Insured percentage of the policy"), writing.percent),
    "policy.limits_set_by": (gettext_lazy("Limits set by"), _setter),
    "policy.disbursed_this_year": (gettext_lazy("Indemnities of the policy year"), _euros),
    "sale.payment_days": (gettext_lazy("Payment term in days"), _number),
    "sale.french_share": (gettext_lazy("French share"), writing.percent),
    "sale.currency": (gettext_lazy("Currency of the invoice"), str),
    "others_in_force.same_policyholder": (gettext_lazy("Other substitution, same policyholder"), _euros),
    "others_in_force.other_policyholders": (gettext_lazy("Other substitution, other policyholders"), _euros),
    "others_in_force.other_insurers": (gettext_lazy("Cover with other insurers"), _euros),
}
# What only a change of facts names: the amount that the request would need, never what is left of the State's room.
NEEDED: Final[Mapping[str, tuple[object, Callable[[Any], str]]]] = {
    "capacity.free": (gettext_lazy("Room under the ceiling for the ceded part"), _euros),
}
READINGS: Final = {
    "parity": gettext_lazy("parity alone was applied (a reading to be agreed with the reinsurer)"),
}
STEPS: Final = {
    "capacity.held": gettext_lazy("Room held under the ceiling"),
    "capacity.given_back": gettext_lazy("Room given back"),
    "cession.made": gettext_lazy("Ceded to the reinsurer"),
    "request.cancelled": gettext_lazy("Cancelled"),
    "request.referred": gettext_lazy("Referred"),
    "request.offered": gettext_lazy("Judged, offer issued"),
    "request.refused": gettext_lazy("Refused"),
    "request.no_need": gettext_lazy("Judged: no need"),
    "request.settled": gettext_lazy("Settled by an underwriter"),
    "offer.accepted": gettext_lazy("Offer accepted"),
    "offer.declined": gettext_lazy("Offer declined"),
    "offer.expired": gettext_lazy("Offer expired"),
    "offer.withdrawn": gettext_lazy("Offer withdrawn"),
    "guarantee.renewed": gettext_lazy("Renewed"),
    "guarantee.lapsed": gettext_lazy("Lapsed"),
    "renewal.asked": gettext_lazy("Renewal asked for"),
    "mediation.opened": gettext_lazy("Put before the mediator"),
    "mediation.maintained": gettext_lazy("Decision maintained before the mediator"),
    "mediation.changed": gettext_lazy("Decision changed before the mediator"),
    "mediation.withdrawn": gettext_lazy("Taken back"),
    "exception.opened": gettext_lazy("Opened"),
    "exception.sent": gettext_lazy("Sent to the reinsurer"),
    "exception.passed_on": gettext_lazy("Passed on to the minister"),
    "exception.favourable": gettext_lazy("Favourable decision entered"),
    "exception.unfavourable": gettext_lazy("Unfavourable decision entered"),
    "exception.withdrawn": gettext_lazy("Taken back"),
    "exception.expired": gettext_lazy("The decision has ended"),
    "exception.evidence_added": gettext_lazy("File added"),
    "short_notice.asked": gettext_lazy("A cut without its notice was asked for"),
    "short_notice.confirmed": gettext_lazy("Confirmed by a second person"),
    "short_notice.rejected": gettext_lazy("Not confirmed"),
}


def of(facts: Facts) -> list[FactShown]:
    """The facts that are known, in the order in which people ask for them."""
    known = _flat(msgspec.to_builtins(facts))
    return [
        FactShown(str(label), write(known[path]))
        for path, (label, write) in FACTS.items()
        if known.get(path) is not None
    ]


def change(changed: Mapping[str, object]) -> str:
    """A change of facts in words: "Grade of the buyer: 6"."""
    return ", ".join(_change(path, value) for path, value in changed.items())


def step(one: Step) -> StepShown:
    """A step of a history; an action without words is shown as it is."""
    return StepShown(str(STEPS.get(one.action, one.action)), one)


def _change(path: str, value: object) -> str:
    if path.startswith("readings."):
        return str(READINGS.get(str(value), value))
    label, write = FACTS.get(path) or NEEDED.get(path, (path, str))
    return f"{label} : {write(value)}" if writing.is_french() else f"{label}: {write(value)}"


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
