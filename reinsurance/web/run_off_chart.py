"""Run-off by day as columns of one SVG, drawn by the server: sharp at every width, without style or script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from capweb.kernel.money import ZERO
from reinsurance.domain.exhaustion import FreedOn

WIDTH: Final = 1000
HEIGHT: Final = 120
NARROWEST_DAYS: Final = 30
LOWEST: Final = 2
TABLE_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """What is freed on one day, or in one week where there are many: its place in the picture, its own words."""

    x: int
    y: int
    width: int
    height: int
    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RunOffChart:
    """The columns from the first day to the last, the sum, and the table's rows, the first ones apart."""

    columns: list[Column]
    first: date
    last: date
    total: Decimal
    by_week: bool
    rows: Sequence[FreedOn]

    @property
    def shown(self) -> Sequence[FreedOn]:
        return self.rows[:TABLE_ROWS]

    @property
    def more(self) -> Sequence[FreedOn]:
        return self.rows[TABLE_ROWS:]


def run_off_chart(freed: Sequence[FreedOn], *, on: date) -> RunOffChart | None:
    """None where nothing runs off. The line of days begins the day after `on`."""
    if not freed:
        return None
    first, last = on + timedelta(days=1), freed[-1].day
    days = max((last - first).days + 1, NARROWEST_DAYS)
    by_week = days > 7 * 26
    step = 7 if by_week else 1
    sums: dict[int, Decimal] = {}
    for one in freed:
        place = (one.day - first).days // step
        sums[place] = sums.get(place, ZERO) + one.amount
    places = (days + step - 1) // step
    largest = max(sums.values())
    columns = []
    for place, amount in sorted(sums.items()):
        height = max(int(amount * HEIGHT / largest), LOWEST)
        left = place * WIDTH // places
        width = max((place + 1) * WIDTH // places - left - 1, LOWEST)
        day = first + timedelta(days=place * step)
        columns.append(Column(left, HEIGHT - height, width, height, day, amount))
    total = sum((one.amount for one in freed), ZERO)
    return RunOffChart(columns, first, first + timedelta(days=days - 1), total, by_week, freed)
