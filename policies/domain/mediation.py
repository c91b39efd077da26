"""By when must the insurer and the mediator have examined a case again (E29, D-47)?

Five days from referral to answer, calendar days by default; working days are the rival reading: Monday to Friday
without the public holidays of the labour code (articles L.3133-1 and L.3133-4).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from dateutil.easter import easter

CALENDAR_DAYS: Final = "calendar_days"
WORKING_DAYS: Final = "working_days"
# Month and day of those that never move; Easter Monday, Ascension and Whit Monday follow Easter.
_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)
_SATURDAY: Final = 5


def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of a year in France.

    >>> date(2020, 6, 1) in public_holidays(2020)
    True
    """
    sunday = easter(year)
    return frozenset(
        [date(year, month, day) for month, day in _FIXED] + [sunday + timedelta(days=days) for days in _AFTER_EASTER]
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def due_on(referred_on: date, *, days: int, counted: str) -> date:
    """The last day on which the answer is in time.

    >>> due_on(date(2020, 6, 11), days=5, counted="calendar_days")
    datetime.date(2020, 6, 16)
    >>> due_on(date(2020, 7, 9), days=5, counted="working_days")
    datetime.date(2020, 7, 17)
    """
    if counted == CALENDAR_DAYS:
        return referred_on + timedelta(days=days)
    day = referred_on
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day
