"""Days and half-open terms: the first day is in, the end day is out (D-6, ADR 0005).

A guarantee starts on a day and its successive terms are counted from the first anchor day, so that a guarantee begun on
31 January renews on 30 April and 31 July, never drifting to the 30th.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta


@lru_cache(maxsize=4_096)
def add_months(day: date, months: int) -> date:
    """The same day of the month some months later, or the last day of that month where it is shorter.

    >>> add_months(date(2020, 1, 31), 3)
    datetime.date(2020, 4, 30)
    """
    return day + relativedelta(months=months)


def add_years(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February.

    >>> add_years(date(2018, 6, 15), 2)
    datetime.date(2020, 6, 15)
    """
    return day + relativedelta(years=years)


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """Days from `first` (in) to `end` (out). A term has at least one day; ValueError otherwise."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise ValueError(f"a term has at least one day: [{self.first}, {self.end})")

    @property
    def last_day(self) -> date:
        """The last covered day, as a document prints it ("au … à 24 h")."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def overlaps(self, other: Term) -> bool:
        return self.first < other.end and other.first < self.end

    def __str__(self) -> str:
        return f"[{self.first}, {self.end})"


def nth_term(anchor: date, index: int, *, months: int) -> Term:
    """The term number `index` (0 is the first) of a guarantee anchored on a day.

    >>> nth_term(date(2020, 1, 31), 1, months=3)
    Term(first=datetime.date(2020, 4, 30), end=datetime.date(2020, 7, 31))
    """
    return Term(add_months(anchor, months * index), add_months(anchor, months * (index + 1)))


def successive_terms(anchor: date, *, months: int) -> Iterator[Term]:
    """Terms that tile the calendar from the anchor day on, without gap or overlap."""
    index = 0
    while True:
        yield nth_term(anchor, index, months=months)
        index += 1
