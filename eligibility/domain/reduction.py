"""How the amount comes down: the need, the smallest of the limits, the room under the ceilings, and what binds.

D-45 (need), D-21 and D-23 (ceded part), D-41 (which limit is named when two bind equally). All amounts in euro, to the
cent.
"""

from __future__ import annotations

import functools
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from capweb.kernel.money import CENT, ZERO, to_cent_down
from capweb.kernel.periods import Term, nth_term
from eligibility.domain.fact_parts import Facts

HALF_A_CENT: Final = Decimal("0.005")

Need = tuple[Decimal | None, tuple[str, ...]]


def need_of(facts: Facts) -> Need:
    """The amount needed (never negative), or None with the facts that are missing for it (D-45).

    After a reduction: the smaller of the total wanted and the amount before, less the amount left. After a partial
    grant: total wanted less the amount granted. After a refusal or a cessation: the total wanted. Cover declared with
    other insurers is deducted, and so is what runs beside under the same policy on a buyer that was two before.
    """
    others = facts.others_in_force
    wanted, covered = facts.requested_total, others.other_insurers + others.same_policy
    if not facts.asks_for_complement:
        return (None, ("requested_total",)) if wanted is None else (_at_least_nothing(wanted - covered), ())
    left, before = facts.primary.amount, facts.primary.amount_before
    missing = []
    if wanted is None:
        missing.append("requested_total")
    if left is None:
        missing.append("primary.amount")
    is_reduction = facts.trigger.kind == "reduction"
    if is_reduction and before is None:
        missing.append("primary.amount_before")
    if wanted is not None and left is not None:
        if wanted - left - covered <= 0:
            return ZERO, ()  # whatever was there before, nothing is needed
        if not missing:
            most = min(wanted, before) if is_reduction and before is not None else wanted
            return _at_least_nothing(most - left - covered), ()
    if is_reduction and before is not None and left is not None and before - left - covered <= 0:
        return ZERO, ()  # whatever is wanted, nothing was lost
    return None, tuple(missing)


def largest_within(free: Decimal, *, counted_ratio: Decimal) -> Decimal:
    """The largest amount whose counted part, half up to the cent, stays within the free room; zero without room.

    >>> largest_within(Decimal("19000.00"), counted_ratio=Decimal("0.95"))
    Decimal('20000.00')
    >>> largest_within(Decimal("100.01"), counted_ratio=Decimal("0.95"))
    Decimal('105.27')
    """
    if free <= 0:
        return ZERO
    if counted_ratio == 1:
        return to_cent_down(free)
    # 0.95 × 105.27 = 100.0065, which rounds to 100.01; one cent more would round to 100.02.
    most = free + HALF_A_CENT
    largest = to_cent_down(most / counted_ratio)
    # Half a cent rounds up, so that it is a cent too much already.
    while largest * counted_ratio >= most:
        largest -= CENT
    return largest


@functools.lru_cache(maxsize=8192)
def first_term(first_day: date, unit: str, length: int) -> Term:
    """The first term of a guarantee: calendar months, or days under the rival reading (D-6)."""
    if unit == "months":
        return nth_term(first_day, 0, months=length)
    return Term(first_day, first_day + timedelta(days=length))


def _at_least_nothing(amount: Decimal) -> Decimal:
    return amount if amount > 0 else ZERO
