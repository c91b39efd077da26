"""The door to facts: their parts, how they are read from a document, how they are stored.

Other rooms import this module and nothing behind it: `facts.Facts`, `facts.from_document`, `facts.to_json`.
"""

from __future__ import annotations

from eligibility.domain.fact_documents import check_combination, from_document
from eligibility.domain.fact_parts import (
    Buyer,
    Capacity,
    Facts,
    OthersInForce,
    Policy,
    Policyholder,
    Primary,
    RecordedException,
    Sale,
    Trigger,
    from_json,
    to_json,
    with_exceptions_drawn,
    with_free_capacity,
)

__all__ = [
    "Buyer",
    "Capacity",
    "Facts",
    "OthersInForce",
    "Policy",
    "Policyholder",
    "Primary",
    "RecordedException",
    "Sale",
    "Trigger",
    "check_combination",
    "from_document",
    "from_json",
    "to_json",
    "with_exceptions_drawn",
    "with_free_capacity",
]
