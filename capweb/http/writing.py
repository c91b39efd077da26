"""How pages write amounts, percentages, days and periods in the language of the reader.

French: "1 234,50 €", "87,5 %", "15/06/2020", "du 15/06/2020 au 14/09/2020", with no-break spaces inside, so that no
figure is cut at the end of a line. English: "€1,234.50", "87.5%", "15 Jun 2020". Half-open periods are shown with their
last day, the one before the end day.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
NOTHING: Final = "–"
_SIGNS: Final = {"EUR": "€", "USD": "$"}


def money(amount: Decimal | str | None, *, currency: str = "EUR", whole: bool = False) -> str:
    """An amount with two decimals; with `whole`, without decimals where they are zero. A dash where there is none."""
    value = as_decimal(amount)
    if value is None:
        return NOTHING
    decimals = 0 if whole and value == value.to_integral_value() else 2
    figure = grouped(value, decimals=decimals)
    sign = _SIGNS.get(currency, currency)
    if is_french():
        return f"{figure}{NO_BREAK}{sign}"
    return f"{sign}{figure}" if len(sign) == 1 else f"{sign}{NO_BREAK}{figure}"


def percent(ratio: Decimal | str | None) -> str:
    """A ratio of 0..1 as a percentage without needless zeros: insured percentage, ceded ratio, quarterly rate."""
    value = as_decimal(ratio)
    if value is None:
        return NOTHING
    hundredth = (value * 100).normalize()
    exponent = hundredth.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    figure = grouped(hundredth, decimals=decimals)
    return f"{figure}{NARROW}%" if is_french() else f"{figure}%"


def grouped(value: Decimal | int, *, decimals: int = 0) -> str:
    """A number with its thousands in groups."""
    return str(formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True))


def day(value: date | str | None) -> str:
    """A day in short, a dash where there is none."""
    found = as_day(value)
    return NOTHING if found is None else str(formats.date_format(found, "SHORT_DATE_FORMAT")).replace(" ", NO_BREAK)


def period(first: date | str | None, end: date | str | None) -> str:
    """Half-open days [first, end) as people say them, the last day included."""
    first_day, end_day = as_day(first), as_day(end)
    if first_day is None:
        return NOTHING
    if end_day is None:
        return _("from %(first)s") % {"first": day(first_day)}
    return _("from %(first)s to %(last)s") % {"first": day(first_day), "last": day(end_day - timedelta(days=1))}


def as_decimal(value: Decimal | str | int | None) -> Decimal | None:
    """A number or its stored text; None where it is neither."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def as_day(value: date | str | None) -> date | None:
    """A day or its ISO text."""
    if isinstance(value, str):
        return date.fromisoformat(value) if value else None
    return value


def is_french() -> bool:
    return (get_language() or "fr").startswith("fr")
