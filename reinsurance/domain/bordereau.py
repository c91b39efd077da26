"""Lines of a bordereau: what was ceded, changed and released under one treaty in one quarter, recomputed from cessions.

Amounts are signed changes, so that the sum of the lines is what the ledger moved on the treaty's accounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term, add_months


@dataclass(frozen=True, slots=True)
class BordereauLine:
    """One event of one cession. `kind`: ceded, amended, corrected, ended, replaced or released.

    `booked_on` puts it into a quarter; `effective_on` is when it was true; `treaty_year` is the term's first day's.
    """

    kind: str
    booked_on: date
    effective_on: date
    cession_id: str
    treaty_year: int
    guarantee_id: str
    product: str
    policy_number: str
    policyholder_id: str
    policyholder_name: str
    buyer_id: str
    buyer_name: str
    buyer_country: str
    term_first: date
    term_end: date
    amount: Decimal
    ceded_ratio: Decimal
    premium_rate: Decimal
    is_illustrative: bool
    live_change: Decimal
    run_off_change: Decimal
    premium: Decimal
    ceded_premium: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True)
class BordereauTotals:
    """The sums that the treaty's accounts moved by in the quarter."""

    live_change: Decimal = ZERO
    run_off_change: Decimal = ZERO
    ceded_premium: Decimal = ZERO
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Bordereau:
    """A treaty's quarter: lines in the order in which they were booked, their sums, and what the ledger says."""

    treaty_id: str
    quarter: Term
    lines: tuple[BordereauLine, ...]
    totals: BordereauTotals
    ledger: BordereauTotals

    @property
    def agrees(self) -> bool:
        """Whether the lines and the ledger come to the same: two ways to the same number."""
        return self.totals == self.ledger


def summed(lines: Iterable[BordereauLine]) -> BordereauTotals:
    """The sums of the lines."""
    totals = BordereauTotals()
    for line in lines:
        totals = BordereauTotals(
            totals.live_change + line.live_change,
            totals.run_off_change + line.run_off_change,
            totals.ceded_premium + line.ceded_premium,
            totals.commission + line.commission,
        )
    return totals


def quarter_of(day: date) -> Term:
    """The calendar quarter that holds a day, half-open.

    >>> str(quarter_of(date(2020, 6, 15)))
    '[2020-04-01, 2020-07-01)'
    """
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Term(first, add_months(first, 3))
