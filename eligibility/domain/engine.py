"""The door of judging: `decide(facts, law)`. Every rule in force is judged, never stopping at the first failure.

Pure: equal facts under equal law give an equal decision, on any day and machine.
"""

from __future__ import annotations

from eligibility.domain import headroom, judging
from eligibility.domain.decision import Decision
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce

product_of = judging.product_of


def decide(facts: Facts, law: LawInForce, *, with_headroom: bool = False) -> Decision:
    """The decision on these facts under the law in force on their day; headroom only where it is asked for.

    Raises FieldErrors for a trigger and a primary guarantee that no product has or for dates out of order, LawMissing
    for a day before any law, UnknownReading for a reading that the book does not hold, and ValueError when the law is
    another day's.
    """
    found = judging.judged(facts, law)
    return headroom.added_to(found, facts, law) if with_headroom else found
