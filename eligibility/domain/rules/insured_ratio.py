"""What share of a loss is insured: the policy's own percentage, held to the scheme's maximum (D-46)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from eligibility.domain.fact_parts import Facts
from eligibility.domain.rule import CAP, Finding, lacks, passes

RATIO_SENTENCES: Final = {
    "pass": ("Insured percentage: {applied:percent}.", "Quotité garantie : {applied:percent}."),
    "cap": (
        "The policy's {policy:percent} is held to {maximum:percent}.",
        "La quotité de la police, {policy:percent}, est ramenée à {maximum:percent}.",
    ),
}


def held_ratio(facts: Facts, maximum: Decimal) -> Finding:
    """Passes with the policy's ratio, or caps it at the maximum; the loss is taken before tax."""
    policy = facts.policy.insured_ratio
    if policy is None:
        return lacks("policy.insured_ratio")
    if policy <= maximum:
        return passes(policy=policy, maximum=maximum, applied=policy)
    return Finding(CAP, {"policy": policy, "maximum": maximum, "applied": maximum})
