"""The status of every country on a day, written down a second time: marketable list, embargoes, French territory.

Stands in tests/scenarios/countries_on_days/status.yaml: a day, then each status with its countries; `others` are all
countries of ISO 3166 that are not named.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pycountry

from eligibility.domain import marked_yaml
from eligibility.domain.law import LawBook

FILE: Final = Path(__file__).parent / "countries_on_days" / "status.yaml"
TABLE: Final = "contracts/tables/country_status.yaml"
NO_ROW: Final = "no row"
EVERY_COUNTRY: Final = frozenset(country.alpha_2 for country in pycountry.countries)


@dataclass(frozen=True, slots=True)
class CountryStatement:
    """One country on one day."""

    country: str
    day: date
    says: str

    def __str__(self) -> str:
        return f"countries: {self.country} on {self.day} is {self.says}"

    def concerns(self, file: str) -> bool:
        return file == TABLE

    def holds(self, book: LawBook) -> bool:
        row = book.on(self.day).countries.get(self.country)
        return (row.status if row is not None else NO_ROW) == self.says


@functools.cache
def every_country_statement() -> tuple[CountryStatement, ...]:
    """All countries on all days, those that are named first."""
    data = marked_yaml.read(FILE.read_text(encoding="utf-8"))[0].data
    assert isinstance(data, dict)
    found = []
    for day, statuses in data.items():
        named = {code: status for status, codes in statuses.items() if status != "others" for code in codes.split()}
        said = {**named, **dict.fromkeys(sorted(EVERY_COUNTRY - named.keys()), statuses["others"])}
        found += [CountryStatement(code, date.fromisoformat(day), status) for code, status in said.items()]
    return tuple(found)
