"""A treaty as it is opened: between which insurer and reinsurer, for which kind and market, on which terms.

Category by category and insurer by insurer (décret 2020-397, articles 2 and 6), so each treaty has accounts of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reinsurance.domain.chart import Kind, Market


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatyOpening:
    """A treaty to be opened, with its first terms. Days are half-open; `end_day` None is open-ended.

    `ceded_ratio` and `ceding_commission` are shares (0..1); a commission is never invented, so it is 0 unless written.
    """

    insurer_code: str
    reinsurer_code: str
    kind: Kind
    market: Market
    first_day: date
    ceded_ratio: Decimal
    end_day: date | None = None
    ceding_commission: Decimal = Decimal(0)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OpenTreaty:
    """A treaty with the terms in force on one day, as commands need it."""

    id: int
    public_id: str
    insurer_id: int
    reinsurer_code: str
    kind: Kind
    market: Market
    ceded_ratio: Decimal
    ceding_commission: Decimal
    opened_on: date


def treaty_year(first_day: date, *, opened_on: date) -> int:
    """The underwriting year of a term, counted by its first day (D-43): the year in which that treaty year began.

    A treaty year begins on the anniversary of the opening day; 29 February counts as 28 February.

    >>> [treaty_year(day, opened_on=date(2020, 4, 15)) for day in (date(2021, 4, 14), date(2021, 4, 15))]
    [2020, 2021]
    """
    opening_day = 28 if (opened_on.month, opened_on.day) == (2, 29) else opened_on.day
    is_before_anniversary = (first_day.month, first_day.day) < (opened_on.month, opening_day)
    return first_day.year - 1 if is_before_anniversary else first_day.year
