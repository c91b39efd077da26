"""Is what is left large enough to be granted at all? The last rule, judged on the amount that all others leave.

D-22: the smallest grant is a setting, so that a last cent of an envelope is never granted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import Reference
from eligibility.domain.rule import EVERY_PRODUCT, Finding, does_not_apply, fails, passes, rule

CODE: Final = "GRANT-01"


@rule(
    CODE,
    title=("The amount is large enough to be granted", "Le montant atteint le minimum accordé"),
    reference=Reference(
        "Réglage du produit, registre des lectures D-22",
        "https://www.bpifrance.fr/catalogue-offres/internationalisation/dispositif-de-reassurance-ct-cap-francexport",
    ),
    products=EVERY_PRODUCT,
    sentences={
        "pass": (
            "{amount:euro} reach the smallest grant of {minimum:euro}.",
            "{amount:euro} atteignent le minimum accordé de {minimum:euro}.",
        ),
        "fail": (
            "{amount:euro} would be left: the smallest grant is {minimum:euro}.",
            "Il resterait {amount:euro} : le plus petit montant accordé est de {minimum:euro}.",
        ),
        "not_applicable": ("The amount is not known.", "Le montant n'est pas connu."),
    },
)
def the_amount_is_not_known_yet(facts: Facts, law: LawInForce) -> Finding:  # noqa: ARG001
    """The engine judges this rule last, by `large_enough`; before the amount is known it says nothing."""
    return does_not_apply()


def large_enough(amount: Decimal | None, law: LawInForce) -> Finding:
    """Fails when an amount above nothing needed is smaller than the smallest grant."""
    if amount is None:
        return does_not_apply()
    minimum = law.amounts["contracts/settings/smallest_grant"]
    return (passes if amount >= minimum else fails)(amount=amount, minimum=minimum)
