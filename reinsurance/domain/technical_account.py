"""The technical account of a treaty over a period or a year: what was written, earned, paid, reserved and is owed.

Unearned premium is the ceded premium of the days still to come, pro rata temporis by day over the term: a line of
premium is spread over its term, a credit over the days that it gives back. Commission is taken when it is written.
Amounts are ceded, in euro; the balance is what the insurer owes its reinsurer for the span, below zero what it is owed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from capweb.kernel.money import ZERO, to_cent_half_up

SCHEMA: Final = "capweb-technical-account-1"
LAYOUT_VERSION: Final = 1


def unearned(ceded_premium: Decimal, *, spread_first: date, spread_end: date, on: date) -> Decimal:
    """The part of a premium (or, below zero, of a credit) that belongs to `on` and the days after, half up to the cent.

    >>> unearned(Decimal("831.25"), spread_first=date(2020, 6, 15), spread_end=date(2020, 9, 15), on=date(2020, 7, 1))
    Decimal('686.68')

    92 days of cover of which 76 are to come: 831.25 × 76 / 92.
    """
    days = (spread_end - spread_first).days
    if days <= 0:
        return ZERO
    to_come = max(0, (spread_end - max(spread_first, on)).days)
    return to_cent_half_up(ceded_premium * to_come / days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What moved in the span, and what stood at its two ends."""

    premium_ceded: Decimal = ZERO
    premium_credited: Decimal = ZERO
    commission: Decimal = ZERO
    claims_paid: Decimal = ZERO
    recoveries: Decimal = ZERO
    reserve_movement: Decimal = ZERO
    unearned_opening: Decimal = ZERO
    unearned_closing: Decimal = ZERO
    outstanding_opening: Decimal = ZERO

    def __add__(self, other: Flows) -> Flows:
        return Flows(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Flows)})

    @property
    def premium_written(self) -> Decimal:
        return self.premium_ceded - self.premium_credited

    @property
    def premium_earned(self) -> Decimal:
        return self.premium_written + self.unearned_opening - self.unearned_closing

    @property
    def outstanding_closing(self) -> Decimal:
        return self.outstanding_opening + self.reserve_movement

    @property
    def claims_incurred(self) -> Decimal:
        return self.claims_paid + self.reserve_movement - self.recoveries

    @property
    def balance(self) -> Decimal:
        return self.premium_written - self.commission - self.claims_paid + self.recoveries

    @property
    def result(self) -> Decimal:
        """The reinsurer's technical result: earned premium less commission and claims incurred."""
        return self.premium_earned - self.commission - self.claims_incurred


# The lines of an account in the order in which it is read.
LINES: Final = (
    "premium_ceded",
    "premium_credited",
    "premium_written",
    "unearned_opening",
    "unearned_closing",
    "premium_earned",
    "commission",
    "claims_paid",
    "outstanding_opening",
    "reserve_movement",
    "outstanding_closing",
    "recoveries",
    "claims_incurred",
    "result",
    "balance",
)


@dataclass(frozen=True, slots=True)
class YearFlows:
    """The flows of one treaty year."""

    treaty_year: int
    flows: Flows


def whole(years: Sequence[YearFlows]) -> Flows:
    """The flows over all treaty years."""
    total = Flows()
    for year in years:
        total += year.flows
    return total


def account_document(
    head: Mapping[str, Any],
    years: Sequence[YearFlows],
    *,
    opening: Decimal,
    settled: Decimal,
    based_on: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The account as it is stated and hashed: head, lines by treaty year and in all, and what stands on the current
    account: `opening` before, this account's balance, what statements `settled` in the span (below zero: less is owed).
    `based_on` names what it sums, each with its digest.
    """
    balance = whole(years).balance
    return {
        "head": dict(head),
        "by_treaty_year": [{"treaty_year": one.treaty_year, **_lines(one.flows)} for one in years],
        "all": _lines(whole(years)),
        "current_account": {
            "opening": f"{opening:.2f}",
            "balance": f"{balance:.2f}",
            "settled": f"{settled:.2f}",
            "closing": f"{opening + balance + settled:.2f}",
        },
        "based_on": [dict(one) for one in based_on],
    }


def _lines(flows: Flows) -> dict[str, str]:
    return {name: f"{getattr(flows, name):.2f}" for name in LINES}


def year_ending(period_end: date) -> tuple[date, date] | None:
    """The calendar year that ends with a period, half-open: 31 December is the cut-off. None within a year.

    >>> year_ending(date(2021, 1, 1))
    (datetime.date(2020, 1, 1), datetime.date(2021, 1, 1))
    """
    return (date(period_end.year - 1, 1, 1), period_end) if (period_end.month, period_end.day) == (1, 1) else None
