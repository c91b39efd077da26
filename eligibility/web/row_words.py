"""A contractual row in words: what it is about, what it says, and what stands in its place before it.

Rows come as columns by name (`eligibility.domain.table_columns`), since a proposal has no other form yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from capweb.http import wording, writing
from eligibility.domain import table_columns, tables
from eligibility.domain.law import LawBook, LawInForce
from eligibility.domain.parameters import value_of
from eligibility.queries import law_words, reading_words

Columns = Mapping[str, Any]

OF_ROW: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = {
    "scale": table_columns.of_scale,
    "grid": table_columns.of_grid,
    "country": table_columns.of_country,
    "zone": table_columns.of_zone,
    "tariff": table_columns.of_tariff,
    "reading": table_columns.of_reading,
    "value": table_columns.of_value,
}


def subject(kind: str, row: Columns, *, book: LawBook) -> str:
    """What a row is about."""
    if kind == "grid":
        market = wording.of("market", row["market"]).label
        return _("%(insurer)s, grades %(grades)s") % {
            "insurer": f"{law_words.insurer(row['insurer_code'])} · {market}",
            "grades": row["grades"],
        }
    if kind == "scale":
        return law_words.insurer(row["insurer_code"])
    if kind in ("country", "zone"):
        return law_words.country(row["country"])
    if kind == "tariff":
        return _tariff_subject(row)
    if kind == "reading":
        return reading_words.question(row["question"])
    parameter = book.parameters.get(row["path"])
    return law_words.title(parameter) if parameter is not None else str(row["path"])


def says(kind: str, row: Columns, *, book: LawBook) -> str:
    """What a row says."""
    return SAYS[kind](row, book)


def before(kind: str, row: Columns, *, book: LawBook) -> str:
    """What stands in its place on its first day, as the book is; empty where nothing does."""
    law = book.on(date.fromisoformat(str(row["first_day"])))
    return BEFORE[kind](row, book, law)


def _tariff_subject(row: Columns) -> str:
    parts = [str(wording.of("product", row["product"]).label)]
    if row.get("category") is not None:
        parts.append(_("category %(n)s") % {"n": row["category"]})
    if row.get("zone") is not None:
        parts.append(_("zone %(n)s") % {"n": row["zone"]})
    if row.get("longest_payment_days") is not None:
        parts.append(_("to %(n)s days") % {"n": row["longest_payment_days"]})
    return ", ".join(parts)


def _grid(row: Columns, _book: LawBook) -> str:
    parts = [_("category %(n)s") % {"n": row["category"]}]
    if row.get("maximum") is not None:
        parts.append(_("at most %(amount)s") % {"amount": law_words.amount(Decimal(str(row["maximum"]))).text})
    if row.get("referred_to"):
        parts.append(_("case by case"))
    if row.get("reading"):
        name = reading_words.label(str(row["question"]), str(row["reading"]))
        parts.append(_("rival reading: %(reading)s") % {"reading": name})
    return ", ".join(parts)


def _country(row: Columns, _book: LawBook) -> str:
    status = str(wording.of("country_status", row["status"]).label)
    return _("%(status)s (assumed)") % {"status": status} if row.get("is_assumed") else status


def _tariff(row: Columns, _book: LawBook) -> str:
    rate = writing.percent(Decimal(str(row["quarterly_rate"])))
    text = _("%(rate)s a quarter (illustrative)") if row.get("is_illustrative") else _("%(rate)s a quarter")
    return text % {"rate": rate}


def _reading(row: Columns, _book: LawBook) -> str:
    reading = None if row["reading"] == tables.DEFAULT_READING else str(row["reading"])
    return reading_words.label(str(row["question"]), reading)


def _value(row: Columns, book: LawBook) -> str:
    parameter = book.parameters.get(row["path"])
    if parameter is None or row["value"] == tables.UNSET:
        return _("not set") if row["value"] == tables.UNSET else str(row["value"])
    said = law_words.in_unit(value_of(row["value"], parameter.unit), parameter.unit)
    return f"{said.text} ({said.full})" if said.full else said.text


SAYS: Final[Mapping[str, Callable[[Columns, LawBook], str]]] = {
    "scale": lambda row, _book: str(row["grades"]),
    "grid": _grid,
    "country": _country,
    "zone": lambda row, _book: _("zone %(n)s") % {"n": row["zone"]},
    "tariff": _tariff,
    "reading": _reading,
    "value": _value,
}


def _scale_before(row: Columns, _book: LawBook, law: LawInForce) -> str:
    return ", ".join(law.scales.get(row["insurer_code"], ()))


def _grid_before(row: Columns, book: LawBook, law: LawInForce) -> str:
    grid = law.grids.get((row["insurer_code"], row["market"]), {})
    grades = tables.grades_of(row["grades"])
    return _together(
        (grade, _grid(table_columns.of_grid(grid[grade]), book) if grade in grid else _("outside the grid"))
        for grade in grades
    )


def _together(answers: Iterable[tuple[str, str]]) -> str:
    """One answer where all grades have it, else grade by grade."""
    found = list(answers)
    if len({answer for _grade, answer in found}) == 1:
        return found[0][1]
    return "; ".join(f"{grade}: {answer}" for grade, answer in found)


def _country_before(row: Columns, book: LawBook, law: LawInForce) -> str:
    found = law.countries.get(row["country"])
    return _country(table_columns.of_country(found), book) if found is not None else ""


def _zone_before(row: Columns, book: LawBook, law: LawInForce) -> str:
    zones = {one.country: one.zone for one in tables.in_force(book.contracts.zones, law.day)}
    zone = zones.get(row["country"])
    return _("zone %(n)s") % {"n": zone} if zone is not None else ""


def _tariff_before(row: Columns, book: LawBook, law: LawInForce) -> str:
    """The last row of the same product, category, zone and payment term."""
    of = ("product", "category", "zone", "longest_payment_days")
    found = ""
    for one in tables.in_force(book.contracts.tariffs, law.day):
        columns = table_columns.of_tariff(one)
        if all(columns[name] == row.get(name) for name in of):
            found = _tariff(columns, book)
    return found


def _reading_before(row: Columns, _book: LawBook, law: LawInForce) -> str:
    return reading_words.label(str(row["question"]), law.readings.get(str(row["question"])))


def _value_before(row: Columns, book: LawBook, law: LawInForce) -> str:
    parameter = book.parameters.get(row["path"])
    block = law.blocks.get(row["path"])
    return law_words.value(block, parameter.unit).text if parameter is not None and block is not None else ""


BEFORE: Final[Mapping[str, Callable[[Columns, LawBook, LawInForce], str]]] = {
    "scale": _scale_before,
    "grid": _grid_before,
    "country": _country_before,
    "zone": _zone_before,
    "tariff": _tariff_before,
    "reading": _reading_before,
    "value": _value_before,
}
