"""What an insurer or an authority supplies, dated: grids and scales, countries and zones, tariffs, readings, values.

A row is a frozen value, so the shipped files and the database supply the same rows. Where two rows of the same weight
cover a day, the one that stands later was entered later and wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from eligibility.domain.parameters import Reference

MARKETS: Final = ("domestic", "export")
COUNTRY_STATUSES: Final = ("domestic", "overseas", "open", "closed", "referred")
AUTHORITIES: Final = ("requester", "administrator", "ministry", "reinsurer", "underwriter")
DEFAULT_READING: Final = "default"
UNSET: Final = "unset"
PRODUCTS: Final = ("cap", "cap_plus", "cap_francexport", "cap_francexport_plus")


class Dated(Protocol):
    """Anything in force on [first_day, end_day); an open end is None.

    `booked_on` is the business day on which it was entered; None is known from its first day, as what ships is.
    """

    @property
    def first_day(self) -> date: ...
    @property
    def end_day(self) -> date | None: ...
    @property
    def booked_on(self) -> date | None: ...


Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """The grades of one insurer, best first ("1-10", or "10-0" where high is good)."""

    insurer: str
    grades: str
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """Some grades of one insurer on one market mapped to a category of the scheme.

    `maximum` stands in place of the category's own maximum; `referred_to` says that somebody must approve. A row with a
    `question` and a `reading` takes the place of the same grades under that reading only.
    """

    insurer: str
    market: str
    grades: str
    category: int
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None = None
    maximum: Decimal | None = None
    referred_to: str | None = None
    question: str | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRow:
    """The status of one country (ISO 3166-1 alpha-2); `assumed` marks a status that no source states.

    `domestic` and `overseas` are French territory: the first is the domestic market, the second is referred.
    """

    country: str
    status: str
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None = None
    referred_to: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """The tariff zone of one country."""

    country: str
    zone: int
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffRow:
    """A quarterly rate. None means "any": insurer, category, zone, longest payment term in days."""

    product: str
    quarterly_rate: Decimal
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None = None
    insurer: str | None = None
    category: int | None = None
    zone: int | None = None
    longest_payment_days: int | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """The reading of a question that an insurer chose from a day on, with its reason and the evidence for it.

    `reading` is a rival of the law book or `default`, which goes back to the register's own reading.
    """

    question: str
    reading: str
    first_day: date
    end_day: date | None
    reason: str
    reference: Reference
    booked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """A legal value of one parameter on days on which the shipped law is unset or silent, as written there.

    `value` is the text of the value in the parameter's unit, or `unset`, which takes an earlier row back.
    """

    path: str
    value: str
    first_day: date
    end_day: date | None
    reference: Reference
    confidence: str
    booked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All contractual rows of a law book, in the order in which they were entered."""

    scales: tuple[ScaleRow, ...] = ()
    grids: tuple[GridRow, ...] = ()
    countries: tuple[CountryRow, ...] = ()
    zones: tuple[ZoneRow, ...] = ()
    tariffs: tuple[TariffRow, ...] = ()
    readings: tuple[ReadingRow, ...] = ()
    values: tuple[ValueRow, ...] = ()

    def with_more(self, more: Tables) -> Tables:
        return Tables(
            scales=self.scales + more.scales,
            grids=self.grids + more.grids,
            countries=self.countries + more.countries,
            zones=self.zones + more.zones,
            tariffs=self.tariffs + more.tariffs,
            readings=self.readings + more.readings,
            values=self.values + more.values,
        )

    def known_on(self, day: date) -> Tables:
        """The rows that had been entered by that day, the day itself included."""
        return Tables(
            scales=_known(self.scales, day),
            grids=_known(self.grids, day),
            countries=_known(self.countries, day),
            zones=_known(self.zones, day),
            tariffs=_known(self.tariffs, day),
            readings=_known(self.readings, day),
            values=_known(self.values, day),
        )


def in_force(rows: Iterable[Row], day: date) -> Iterator[Row]:
    """The rows that cover a day, in the order of entry."""
    return (row for row in rows if row.first_day <= day and (row.end_day is None or day < row.end_day))


def _known(rows: tuple[Row, ...], day: date) -> tuple[Row, ...]:
    return tuple(row for row in rows if (row.booked_on or row.first_day) <= day)


def grades_of(expression: str) -> tuple[str, ...]:
    """The single grades of an expression: whole-number ranges in either direction and single grades, comma-separated.

    >>> grades_of("2-4")
    ('2', '3', '4')
    >>> grades_of("10-8, X")
    ('10', '9', '8', 'X')
    >>> grades_of("AA+, AA, AA-")
    ('AA+', 'AA', 'AA-')

    Raises ValueError for an empty part or a range that is not of whole numbers.
    """
    grades: list[str] = []
    for part in expression.split(","):
        text = part.strip()
        first, dash, last = text.partition("-")
        # A grade of letters may end in a minus; between two grades it can only mean whole numbers.
        is_single = not dash or (not last and first != "" and not first.isdecimal())
        if not text or not (is_single or (first.isdecimal() and last.isdecimal())):
            raise ValueError(f"grades are written as 6, 2-4 or A,B, not {expression!r}")
        if is_single:
            grades.append(text)
            continue
        low, high = int(first), int(last)
        step = 1 if high >= low else -1
        grades.extend(str(number) for number in range(low, high + step, step))
    return tuple(grades)
