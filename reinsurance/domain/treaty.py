"""A treaty as it is opened: between which insurer and reinsurer, for which kind and market, on which terms.

Category by category and insurer by insurer (décret 2020-397, articles 2 and 6), so each treaty has accounts of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.periods import add_months, add_years
from reinsurance.domain.chart import Kind, Market
from reinsurance.domain.country_cover import EVERYWHERE, CountryCover

# Who bears a loss first where a primary guarantee and a complement stand together (D-16).
LossOrder = Literal["primary_first", "pro_rata"]
LOSS_ORDERS: Final[tuple[LossOrder, ...]] = ("primary_first", "pro_rata")
REPORTING_MONTHS: Final = (1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatyOpening:
    """A treaty to be opened, with its first terms. Days are half-open; `end_day` None is open-ended.

    `ceded_ratio` and `ceding_commission` are shares (0..1); a commission is never invented, so it is 0 unless written.
    `renewal_years`: tacitly renewed for so many years at a time until `end_day`. A settlement delay, the amount from
    which a loss is advised at once and that from which it is called in cash are None where the treaty sets none.
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
    renewal_years: int | None = None
    reporting_months: int = 3
    settlement_days: int | None = None
    large_loss_amount: Decimal | None = None
    cash_call_amount: Decimal | None = None
    loss_order: LossOrder = "primary_first"


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
    ended_on: date | None = None
    reporting_months: int = 3
    settlement_days: int | None = None
    large_loss_amount: Decimal | None = None
    cash_call_amount: Decimal | None = None
    loss_order: LossOrder = "primary_first"
    countries: CountryCover = EVERYWHERE

    def covers(self, country: str, *, zone: str = "") -> bool:
        """Whether the treaty covers a buyer's country. At home there is one country, and no amendment names it."""
        return self.market == "domestic" or self.countries.covers(country, zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatyBounds:
    """What the law in force on `day` lets a treaty of a kind and market contain; plain values, read by `policies`.

    None means that the law sets no such bound on that day. `missing` tells by field (`ceded_ratio`, `end_day`), in
    words, where the law says nothing on which a treaty could stand: then nothing may be agreed there.
    """

    day: date
    ceded_ratio_maximum: Decimal | None = None
    last_day: date | None = None
    months_maximum: int | None = None
    renewal_years: int | None = None
    years_maximum: int | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    def latest_end(self, first_day: date) -> date | None:
        """The first day on which a treaty that begins on `first_day` may no longer run (half-open); None: no bound.

        >>> bounds = TreatyBounds(day=date(2020, 4, 15), renewal_years=1, years_maximum=5)
        >>> bounds.latest_end(date(2020, 4, 15))
        datetime.date(2025, 4, 15)
        >>> TreatyBounds(day=date(2020, 4, 15), last_day=date(2020, 12, 31)).latest_end(date(2020, 4, 15))
        datetime.date(2021, 1, 1)
        """
        ends = []
        if self.last_day is not None:
            ends.append(self.last_day + timedelta(days=1))
        if self.months_maximum is not None:
            ends.append(add_months(first_day, self.months_maximum))
        if self.years_maximum is not None:
            ends.append(add_years(first_day, self.years_maximum))
        return min(ends, default=None)


def renewal_days(opened_on: date, ended_on: date | None, *, renewal_years: int | None, until: date) -> list[date]:
    """The days up to `until` on which the treaty was or will be tacitly renewed; its end is none of them.

    >>> renewal_days(date(2020, 4, 15), date(2022, 4, 15), renewal_years=1, until=date(2030, 1, 1))
    [datetime.date(2021, 4, 15)]
    """
    if renewal_years is None:
        return []
    days: list[date] = []
    while True:
        day = add_years(opened_on, renewal_years * (len(days) + 1))
        if day > until or (ended_on is not None and day >= ended_on):
            return days
        days.append(day)


def treaty_year(first_day: date, *, opened_on: date) -> int:
    """The underwriting year of a term, counted by its first day (D-43): the year in which that treaty year began.

    A treaty year begins on the anniversary of the opening day; 29 February counts as 28 February.

    >>> [treaty_year(day, opened_on=date(2020, 4, 15)) for day in (date(2021, 4, 14), date(2021, 4, 15))]
    [2020, 2021]
    """
    opening_day = 28 if (opened_on.month, opened_on.day) == (2, 29) else opened_on.day
    is_before_anniversary = (first_day.month, first_day.day) < (opened_on.month, opening_day)
    return first_day.year - 1 if is_before_anniversary else first_day.year
