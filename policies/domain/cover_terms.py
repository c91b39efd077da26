"""When the next term of a guarantee runs, until when what has ended stays engaged, and what is credited of it.

D-6 (three calendar months, counted from the anchor day; or 90 days) and D-36 (run-off), under the readings in force.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from capweb.kernel.money import to_cent_half_up
from capweb.kernel.periods import Term, nth_term
from eligibility.domain.law import LawInForce


def next_term(anchor_day: date, sequence: int, *, after: date, law: LawInForce) -> Term:
    """The term that follows the one which ends on `after`; `sequence` counts the terms before it.

    Months are counted from the anchor day, so that 31 January renews on 30 April and on 31 July; where the terms before
    were counted in days, from the end of the last one. Terms tile: the first day is always `after`.

    Raises LawMissing on a day without law.
    """
    length = law.counts["scheme/term/length"]
    if law.choices["scheme/term/unit"] == "days":
        return Term(after, after + timedelta(days=length))
    counted = nth_term(anchor_day, sequence, months=length)
    return counted if counted.first == after else nth_term(after, 0, months=length)


def run_off_until(ended_on: date, *, run_off_days: int, law: LawInForce) -> date:
    """The day on which exposure that ended is free again: at once under the rival reading of D-36.

    `run_off_days` is the policy's longest payment term plus its declaration delay. Raises LawMissing on a day without
    law.
    """
    is_freed_at_once = law.choices["envelopes/run_off"] == "freed_at_once"
    return ended_on if is_freed_at_once else ended_on + timedelta(days=run_off_days)


def unearned_premium(premium: Decimal, *, first: date, end: date, ended_on: date) -> Decimal:
    """The part of a term's premium for the days that it no longer covers, half up to the cent (D-28).

    >>> unearned_premium(Decimal("875.00"), first=date(2020, 6, 15), end=date(2020, 9, 15), ended_on=date(2020, 7, 15))
    Decimal('589.67')
    """
    days, left = (end - first).days, (end - max(ended_on, first)).days
    return to_cent_half_up(premium * max(left, 0) / days)


def ceded_base(amount: Decimal, right_amount: Decimal | None) -> Decimal:
    """What of a term's amount is ceded, before the treaty's share: less where its rating proved wrong (D-39).

    >>> ceded_base(Decimal(100), None), ceded_base(Decimal(100), Decimal(60)), ceded_base(Decimal(50), Decimal(60))
    (Decimal('100'), Decimal('60'), Decimal('50'))
    """
    return amount if right_amount is None else min(amount, right_amount)
