"""Cases to begin from: one for each product, and the edges that people ask about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Example:
    """A case with its name; `address` is what stands behind the question mark."""

    name: object
    facts: dict[str, str]

    @property
    def address(self) -> str:
        return urlencode(self.facts)


_AT_HOME: Final = {
    "market": "domestic",
    "day": "2020-06-15",
    "trigger.notified_on": "2020-06-10",
    "buyer.country": "FR",
    "buyer.created_on": "2014-01-01",
    "buyer.turnover": "30000000",
    "buyer.balance_sheet": "18000000",
    "buyer.headcount": "120",
    "buyer.insolvent": "no",
    "policyholder.country": "FR",
    "policyholder.turnover": "120000000",
    "policyholder.factor": "no",
    "policy.insured_ratio": "90 %",
    "policy.limits_set_by": "insurer",
}
_ABROAD: Final = {
    "market": "export",
    "trigger.notified_on": "2020-11-20",
    "day": "2020-12-01",
    "buyer.country": "MA",
    "buyer.created_on": "2014-01-01",
    "buyer.insolvent": "no",
    "policyholder.country": "FR",
    "policyholder.turnover": "120000000",
    "policyholder.factor": "no",
    "policy.insured_ratio": "90 %",
    "policy.limits_set_by": "insurer",
    "policy.currency": "EUR",
    "sale.payment_days": "60",
    "sale.french_share": "45 %",
    "sale.currency": "EUR",
}
_REFUSED_AT_HOME: Final = {
    **_AT_HOME,
    "trigger.kind": "refusal",
    "policy.disbursed_this_year": "0",
    "buyer.default_probability": "4 %",
    "requested_total": "300000",
}
_REDUCED: Final = {
    "trigger.kind": "reduction",
    "primary.amount_before": "400000",
    "primary.amount": "150000",
    "requested_total": "400000",
    "buyer.construction_subcontract": "no",
}

EXAMPLES: Final = (
    Example(_("CAP+: refused at home, grade 7"), {**_REFUSED_AT_HOME, "insurer": "euler-hermes", "buyer.grade": "7"}),
    Example(_("CAP+: grade 8, case by case"), {**_REFUSED_AT_HOME, "insurer": "euler-hermes", "buyer.grade": "8"}),
    Example(
        _("CAP+: too young a buyer"),
        {**_REFUSED_AT_HOME, "insurer": "coface", "buyer.grade": "5", "buyer.created_on": "2018-12-15"},
    ),
    Example(_("CAP: reduced from 400,000 to 150,000"), {**_AT_HOME, **_REDUCED, "insurer": "coface"}),
    Example(
        _("CAP under another reading: parity"),
        {**_AT_HOME, **_REDUCED, "insurer": "coface", "readings.complement_multiple": "parity"},
    ),
    Example(_("Cap Francexport: twice the primary"), {**_ABROAD, **_REDUCED, "insurer": "coface"}),
    Example(
        _("Cap Francexport+: refused abroad"),
        {
            **_ABROAD,
            "insurer": "coface",
            "trigger.kind": "refusal",
            "buyer.grade": "5",
            "buyer.default_probability": "3 %",
            "requested_total": "600000",
        },
    ),
    Example(
        _("CAP+ in 2021: the maximum is not set"),
        {**_REFUSED_AT_HOME, "insurer": "coface", "buyer.grade": "5", "day": "2021-03-01"},
    ),
)
