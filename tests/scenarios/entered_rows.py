"""A law book in which an administrator has entered what no source gives, for the cases in tests/scenarios/entered_rows.

A sixth insurer with letters for grades, figures of 2021 and 2023, an age of assessments, zones and tariffs: all of it
invented for these cases, and entered as rows alone, without a line of code.
"""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Any, Final

from eligibility.domain import law_files
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Reference
from eligibility.domain.tables import GridRow, ScaleRow, TariffRow, ValueRow, ZoneRow

LETTER: Final = Reference("Courrier inventé pour les essais", "https://example.org/courrier", date(2020, 5, 20))
SIXTH: Final = "sixth-insurer"


@functools.cache
def book_with_entered_rows() -> LawBook:
    """The shipped book and the rows entered beside it."""
    return law_files.shipped_law_book().with_tables(
        # A best, E worst. At home B is held to less than its category allows; abroad D is category 3, C case by case.
        scales=(ScaleRow(insurer=SIXTH, grades="A,B,C,D,E", **_from(2020, 6, 1)),),
        grids=(
            GridRow(insurer=SIXTH, market="domestic", grades="A", category=1, **_from(2020, 6, 1)),
            GridRow(
                insurer=SIXTH, market="domestic", grades="B", category=2, maximum=Decimal(40_000), **_from(2020, 6, 1)
            ),
            GridRow(insurer=SIXTH, market="export", grades="A,B", category=1, **_from(2020, 6, 1)),
            GridRow(
                insurer=SIXTH, market="export", grades="C", category=2, referred_to="reinsurer", **_from(2020, 6, 1)
            ),
            GridRow(insurer=SIXTH, market="export", grades="D", category=3, **_from(2020, 6, 1)),
        ),
        values=(
            _value("substitution/domestic/maximum/category_1", "350000", 2021, 3, 1),
            _value("substitution/domestic/maximum/category_2", "175000.50", 2021, 3, 1),
            _value("envelopes/export/ceiling", "4000000000", 2023, 1, 1),
            _value("contracts/settings/assessment_days", "30", 2020, 6, 1),
        ),
        zones=(
            ZoneRow(country="MA", zone=2, **_from(2020, 6, 1)),
            ZoneRow(country="UA", zone=4, **_from(2020, 6, 1)),
        ),
        tariffs=(
            _tariff("cap_francexport", "0.002"),
            _tariff("cap_francexport", "0.003", zone=2),
            _tariff("cap_francexport", "0.004", zone=2, longest_payment_days=90),
            _tariff("cap_francexport_plus", "0.011", category=2),
            _tariff("cap", "0.00333", insurer=SIXTH),
            _tariff("cap", "0.00444"),
        ),
    )


def _from(year: int, month: int, day: int) -> dict[str, Any]:
    return {"first_day": date(year, month, day), "end_day": None, "reference": LETTER}


def _value(path: str, value: str, year: int, month: int, day: int) -> ValueRow:
    return ValueRow(path=path, value=value, confidence="official", **_from(year, month, day))


def _tariff(product: str, rate: str, **which: Any) -> TariffRow:
    return TariffRow(product=product, quarterly_rate=Decimal(rate), **which, **_from(2020, 6, 1))
