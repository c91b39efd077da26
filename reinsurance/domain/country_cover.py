"""Which countries an export treaty covers on a day: amendments by country or by zone (code des assurances, R.442-8-12).

Without amendments a treaty covers every country. Once one says that a country or a zone is covered, only those are that
an amendment covers. What is said of a country goes before what is said of its zone; of two amendments for the same, the
later one counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class CountryRule:
    """One amendment: it names a country (ISO 3166 alpha-2) or a zone, never both; the other is empty."""

    first_day: date
    country: str
    zone: str
    is_covered: bool


@dataclass(frozen=True, slots=True)
class CountryCover:
    """The amendments in force on one day, the last of each country and zone."""

    countries: dict[str, bool] = field(default_factory=dict)
    zones: dict[str, bool] = field(default_factory=dict)
    is_limited: bool = False

    def covers(self, country: str, *, zone: str = "") -> bool:
        """Whether a buyer's country is covered; `zone` empty is a zone that nobody knows.

        Where zones are excluded and the country's own is not known, nobody can say that it is covered: it is not.
        """
        if country in self.countries:
            return self.countries[country]
        if zone in self.zones:
            return self.zones[zone]
        if self.is_limited:
            return False
        return bool(zone) or not any(not covered for covered in self.zones.values())


EVERYWHERE = CountryCover()


def country_cover(rules: Iterable[CountryRule], *, on: date) -> CountryCover:
    """The cover of a day.

    >>> rules = [CountryRule(date(2020, 4, 15), "BR", "", True), CountryRule(date(2020, 9, 1), "BR", "", False)]
    >>> [country_cover(rules, on=day).covers("BR") for day in (date(2020, 8, 31), date(2020, 9, 1))]
    [True, False]
    >>> country_cover(rules, on=date(2020, 9, 1)).covers("CL")
    False
    """
    in_force = sorted((rule for rule in rules if rule.first_day <= on), key=lambda rule: rule.first_day)
    if not in_force:
        return EVERYWHERE
    return CountryCover(
        countries={rule.country: rule.is_covered for rule in in_force if rule.country},
        zones={rule.zone: rule.is_covered for rule in in_force if rule.zone},
        # Ending the last country's cover must not open the rest of the world.
        is_limited=any(rule.is_covered for rule in in_force),
    )
