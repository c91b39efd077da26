"""Which period may be closed next, and what it is called: days are half-open, periods follow one another without gap.

A bordereau tells every entry booked in its period, and what was booked earlier but sealed too late for the one before.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term, add_months

_NAMED: Final = re.compile(r"(?P<year>\d{4})(?:-(?P<part>Q[1-4]|S[12]|0[1-9]|1[0-2]))?")
_MONTHS: Final = {"Q": 3, "S": 6}


class PeriodUnclear(DomainError):
    """The name of a period is none of 2020-Q2, 2020-S1, 2020-06, 2020."""

    code = "period_unclear"
    status = 422


def period_named(name: str) -> Term:
    """A quarter, half-year, month or year by its name, half-open.

    >>> [str(period_named(name)) for name in ("2020-Q2", "2020-S2", "2020-06", "2020")]
    ['[2020-04-01, 2020-07-01)', '[2020-07-01, 2021-01-01)', '[2020-06-01, 2020-07-01)', '[2020-01-01, 2021-01-01)']

    Raises PeriodUnclear.
    """
    found = _NAMED.fullmatch(name.strip().upper())
    if found is None or int(found["year"]) < 1900:
        raise PeriodUnclear(f"{name} names no period: write 2020-Q2, 2020-S1, 2020-06 or 2020.", period=name)
    year, part = int(found["year"]), found["part"] or ""
    if not part:
        return Term(date(year, 1, 1), date(year + 1, 1, 1))
    if part[0] not in _MONTHS:
        return Term(date(year, int(part), 1), add_months(date(year, int(part), 1), 1))
    months = _MONTHS[part[0]]
    first = date(year, (int(part[1]) - 1) * months + 1, 1)
    return Term(first, add_months(first, months))


def period_name(period: Term) -> str:
    """The name of a period, or its two days where it has none.

    >>> period_name(Term(date(2020, 4, 1), date(2020, 7, 1)))
    '2020-Q2'
    >>> period_name(Term(date(2020, 4, 15), date(2020, 7, 1)))
    '2020-04-15..2020-06-30'
    """
    year, month = period.first.year, period.first.month
    names = (f"{year}", f"{year}-S{(month + 5) // 6}", f"{year}-Q{(month + 2) // 3}", f"{year}-{month:02d}")
    named = (name for name in names if period_named(name) == period)
    return next(named, f"{period.first}..{period.end - timedelta(days=1)}")


def quarter_of(day: date) -> Term:
    """The calendar quarter that holds a day, half-open.

    >>> str(quarter_of(date(2020, 6, 15)))
    '[2020-04-01, 2020-07-01)'
    """
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Term(first, add_months(first, 3))


def next_period(*, first_needed: date, last_end: date | None, months: int = 3) -> Term:
    """The period that is to be closed next: what follows the last closed one, else the one that holds the first day
    that has to be told. Periods of some months begin on multiples of them in the calendar year.

    >>> str(next_period(first_needed=date(2020, 4, 15), last_end=None))
    '[2020-04-01, 2020-07-01)'
    """
    if last_end is not None:
        first_of_span = date(last_end.year, (last_end.month - 1) // months * months + 1, 1)
        return Term(last_end, add_months(first_of_span, months))
    first = date(first_needed.year, (first_needed.month - 1) // months * months + 1, 1)
    return Term(first, add_months(first, months))
