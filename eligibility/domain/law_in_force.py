"""The law in force on one day under chosen readings: the hot object that judging reads.

It is resolved once from a law book, or rebuilt from the stored content of an edition; it does not care which. Nothing
here decides anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from capweb.kernel.periods import add_years
from eligibility.domain import tables
from eligibility.domain.parameters import Block, UnknownReading, Values
from eligibility.domain.tables import DEFAULT_READING, CountryRow, GridRow, TariffRow, ZoneRow

TARIFFS_REMEMBERED: Final = 10_000

Readings = tuple[tuple[str, str], ...]


class Origin(Protocol):
    """Where a law in force comes from, and who can read it otherwise."""

    @property
    def readings(self) -> Mapping[str, tuple[str, ...]]:
        """The rival readings by question."""

    def under(self, day: date, readings: Readings) -> LawInForce:
        """The law of a day under exactly these rival readings, in sorted order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What is law on one day: a block for every parameter, one row for every grade and country, the tariffs to come.

    `grids` are keyed by insurer and market, then by grade; `tariffs` holds the rows that have not ended, in the order
    of entry.
    """

    blocks: dict[str, Block]
    grids: dict[tuple[str, str], dict[str, GridRow]]
    scales: dict[str, tuple[str, ...]]
    countries: dict[str, CountryRow]
    zones: dict[str, ZoneRow]
    tariffs: tuple[TariffRow, ...]


@dataclass(eq=False)
class LawInForce:
    """One day's law, resolved. `prepared` is room for what the engine prepares once for this law."""

    book: Origin = field(repr=False)
    day: date
    chosen: Readings
    resolved: Resolved = field(repr=False)
    amounts: Values[Decimal] = field(init=False, repr=False)
    counts: Values[int] = field(init=False, repr=False)
    choices: Values[str] = field(init=False, repr=False)
    prepared: dict[str, Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.readings = dict(self.chosen)
        self.blocks = self.resolved.blocks
        self.grids = self.resolved.grids
        self.scales = self.resolved.scales
        self.countries = self.resolved.countries
        self._part_by_kind()
        self._zones = {country: row.zone for country, row in self.resolved.zones.items()}
        self._tariffs: dict[tuple[object, ...], TariffRow | None] = {}
        self._latest_creations: dict[int, date] = {}
        self._fingerprint: str | None = None

    def under(self, readings: Mapping[str, str]) -> LawInForce:
        """The same day's law with rival readings on top of those in force; `default` goes back to the register's own.

        Raises UnknownReading for a question or a reading that the book does not hold.
        """
        wanted = dict(self.readings)
        for question, name in readings.items():
            if name != DEFAULT_READING:
                wanted[question] = name
            elif wanted.pop(question, None) is None and question not in self.book.readings:
                raise UnknownReading(f"The law book holds no question “{question}”.", question=question, reading=name)
        return self if wanted == self.readings else self.book.under(self.day, tuple(sorted(wanted.items())))

    def latest_creation(self, years: int) -> date:
        """The last day on which a company may have been created to be that many years old today."""
        found = self._latest_creations.get(years)
        if found is None:
            found = add_years(self.day, -years)
            # A company born on 29 February has its birthday on the 28th in a common year.
            while add_years(found + timedelta(days=1), years) <= self.day:
                found += timedelta(days=1)
            self._latest_creations[years] = found
        return found

    def tariff(
        self,
        product: str,
        *,
        insurer: str,
        category: int | None,
        country: str | None,
        payment_days: int | None,
        on: date,
    ) -> TariffRow | None:
        """The tariff row in force on the first day of a term (D-32), or None where the tariff is not set.

        The insurer's own row goes before a shared one, a row of the category, zone or payment term before a general
        one.
        """
        key = (product, insurer, category, country, payment_days, on)
        try:
            return self._tariffs[key]
        except KeyError:
            if len(self._tariffs) >= TARIFFS_REMEMBERED:
                self._tariffs.clear()
            zone = self._zones.get(country) if country is not None else None
            fitting = [
                row
                for row in tables.in_force(self.resolved.tariffs, on)
                if row.product == product
                and row.insurer in (None, insurer)
                and row.category in (None, category)
                and row.zone in (None, zone)
                and _payment_term_fits(row, payment_days)
            ]
            found = self._tariffs[key] = max(enumerate(fitting), key=_weight, default=(0, None))[1]
            return found

    @property
    def fingerprint(self) -> str:
        """`sha256:…` over the values, tables and readings that this law holds: equal law, equal fingerprint."""
        if self._fingerprint is None:
            text = json.dumps(self._substance(), sort_keys=True, default=_canonical, ensure_ascii=False)
            self._fingerprint = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        return self._fingerprint

    def _substance(self) -> dict[str, object]:
        """What the fingerprint is taken of: what may decide, without proofs, titles and days of entry."""
        return {
            "parameters": {path: [block.state, block.value] for path, block in self.blocks.items()},
            "readings": self.readings,
            "grids": {
                f"{insurer}/{market}": {g: [r.category, r.maximum, r.referred_to] for g, r in grid.items()}
                for (insurer, market), grid in self.grids.items()
            },
            "scales": self.scales,
            "countries": {c: [row.status, row.referred_to] for c, row in self.countries.items()},
            "zones": self._zones,
            "tariffs": [
                [
                    r.product,
                    r.quarterly_rate,
                    r.first_day,
                    r.end_day,
                    r.insurer,
                    r.category,
                    r.zone,
                    r.longest_payment_days,
                    r.illustrative,
                ]
                for r in self.resolved.tariffs
            ],
        }

    def _part_by_kind(self) -> None:
        unset = frozenset(path for path, block in self.blocks.items() if block.state == "unset")
        held = {path: block.value for path, block in self.blocks.items() if block.value is not None}
        amounts = {path: value for path, value in held.items() if isinstance(value, Decimal)}
        counts = {path: value for path, value in held.items() if isinstance(value, int)}
        choices = {path: value for path, value in held.items() if isinstance(value, str)}
        self.amounts = Values(amounts, unset=unset, day=self.day)
        self.counts = Values(counts, unset=unset, day=self.day)
        self.choices = Values(choices, unset=unset, day=self.day)


def _canonical(value: object) -> str:
    """One text for equal values: 0.00875 from a file is 0.00875000 in the database."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _payment_term_fits(row: TariffRow, payment_days: int | None) -> bool:
    if row.longest_payment_days is None:
        return True
    return payment_days is not None and payment_days <= row.longest_payment_days


def _weight(numbered: tuple[int, TariffRow]) -> tuple[bool, bool, bool, bool, bool, int, int]:
    position, row = numbered
    shortest_first = -(row.longest_payment_days or 0)
    return (
        not row.illustrative,  # a sourced rate always goes before an illustrative one
        row.insurer is not None,
        row.category is not None,
        row.zone is not None,
        row.longest_payment_days is not None,
        shortest_first,
        position,
    )
