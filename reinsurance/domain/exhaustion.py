"""When would a ceiling be used up? A plain forecast from what is known, which says how it was made.

Room now, less what is asked and not yet answered, less the average net draw of the last days carried on, plus run-off
on the days on which it ends. Cover that is still in force is taken to stay: it would free room only after its term and
its run-off, and nobody knows today what will be renewed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from capweb.kernel.money import ZERO, to_cent_half_up

# Further ahead an average of some weeks says nothing.
HORIZON_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class FreedOn:
    """What run-off gives back on a day."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """`exhausted_on` is the first day on which nothing would be left; None: not within the horizon."""

    room: Decimal
    asked: Decimal
    window_days: int
    daily_draw: Decimal
    exhausted_on: date | None
    horizon: date


def average_draw(net: Decimal, *, days: int) -> Decimal:
    """What was drawn a day on average, net of what was given back; below zero where more came back."""
    return to_cent_half_up(net / days)


def forecast(
    room: Decimal, *, asked: Decimal, daily_draw: Decimal, window_days: int, freed: Sequence[FreedOn], on: date
) -> Forecast:
    """Carry the average on, day by day, up to the horizon.

    >>> found = forecast(Decimal(100), asked=Decimal(40), daily_draw=Decimal(10), window_days=30, freed=[],
    ...                  on=date(2020, 6, 15))
    >>> found.exhausted_on
    datetime.date(2020, 6, 22)
    """
    by_day: Mapping[date, Decimal] = {one.day: one.amount for one in freed}
    left = room - asked
    horizon = on + timedelta(days=HORIZON_DAYS)
    exhausted_on = on if left < 0 else None
    day = on
    while exhausted_on is None and day < horizon:
        day += timedelta(days=1)
        left += by_day.get(day, ZERO) - daily_draw
        if left < 0:
            exhausted_on = day
    return Forecast(room, asked, window_days, daily_draw, exhausted_on, horizon)
