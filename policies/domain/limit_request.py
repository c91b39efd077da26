"""What a request becomes: its market from the buyer's country, its kind from the notice, its status from the decision.

Metropolitan France and five overseas departments are domestic, everything else is export (D-20); the rules judge again
whether market and country agree. Reduction and partial grant ask for a complement, refusal and cessation for a
substitution (décret 2020-397, art. 3 and 4).
"""

from __future__ import annotations

from typing import Final

from eligibility.domain.fact_parts import COMPLEMENT_TRIGGERS

DOMESTIC_COUNTRIES: Final = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT"})

# Decision outcome → status of the request, where nothing else stands in the way.
STATUS_BY_OUTCOME: Final = {
    "grant": "offered",
    "grant_reduced": "offered",
    "refer": "referred",
    "refuse": "refused",
    "no_need": "no_need",
}


def market_of(buyer_country: str) -> str:
    """`domestic` or `export`.

    >>> market_of("RE"), market_of("MA")
    ('domestic', 'export')
    """
    return "domestic" if buyer_country in DOMESTIC_COUNTRIES else "export"


def kind_of(limit_decision: str) -> str:
    """`complement` or `substitution`, from the insurer's decision on its own limit.

    >>> kind_of("partial_grant"), kind_of("cessation")
    ('complement', 'substitution')
    """
    return "complement" if limit_decision in COMPLEMENT_TRIGGERS else "substitution"
