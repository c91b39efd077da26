"""The law book, and the law in force on one day under chosen readings: the hot object that judging reads.

A LawBook is built from files or from rows; `on(day)` resolves every parameter and table once and remembers it. Nothing
here decides anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from capweb.kernel.periods import add_years
from eligibility.domain import tables
from eligibility.domain.parameters import Block, Parameter, UnknownReading, Values
from eligibility.domain.tables import CountryRow, GridRow, Tables, TariffRow

# A resolved day weighs some 30 kB; a night or a file of requests looks at a few dozen.
DAYS_REMEMBERED: Final = 128
TARIFFS_REMEMBERED: Final = 10_000

Readings = tuple[tuple[str, str], ...]


class LawBook:
    """All law and all contractual tables with their history. Immutable; what it remembers is only speed."""

    def __init__(self, parameters: Mapping[str, Parameter], contracts: Tables) -> None:
        self.parameters = dict(sorted(parameters.items()))
        self.contracts = contracts
        self.readings = _rival_readings(self.parameters, contracts)
        self._remembered: dict[tuple[date, Readings], LawInForce] = {}

    def on(self, day: date) -> LawInForce:
        """The law in force on a day under the default readings."""
        return self.under(day, ())

    def under(self, day: date, readings: Readings) -> LawInForce:
        """The law in force on a day under chosen rival readings, in sorted order.

        Raises UnknownReading for a question or a reading that the book does not hold.
        """
        key = (day, readings)
        known = self._remembered.get(key)
        if known is None:
            self._check(readings)
            if len(self._remembered) >= DAYS_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[key] = LawInForce(self, day, readings)
        return known

    def with_tables(
        self,
        *,
        scales: tuple[tables.ScaleRow, ...] = (),
        grids: tuple[GridRow, ...] = (),
        tariffs: tuple[TariffRow, ...] = (),
        countries: tuple[CountryRow, ...] = (),
        zones: tuple[tables.ZoneRow, ...] = (),
    ) -> LawBook:
        """A new book with further contractual rows, entered after those it has."""
        more = Tables(
            scales=tuple(scales),
            grids=tuple(grids),
            tariffs=tuple(tariffs),
            countries=tuple(countries),
            zones=tuple(zones),
        )
        return LawBook(self.parameters, self.contracts.with_more(more))

    def _check(self, readings: Readings) -> None:
        for question, name in readings:
            if name not in self.readings.get(question, ()):
                known = ", ".join(f"{q}: {' | '.join(names)}" for q, names in self.readings.items())
                raise UnknownReading(
                    f"The law book holds no reading “{name}” of “{question}”. It holds {known}.",
                    question=question,
                    reading=name,
                )


@dataclass(eq=False)
class LawInForce:
    """One day's law, resolved. `prepared` is room for what the engine prepares once for this law."""

    book: LawBook = field(repr=False)
    day: date
    chosen: Readings
    amounts: Values[Decimal] = field(init=False, repr=False)
    counts: Values[int] = field(init=False, repr=False)
    choices: Values[str] = field(init=False, repr=False)
    blocks: dict[str, Block] = field(init=False, repr=False)
    grids: dict[tuple[str, str], dict[str, GridRow]] = field(init=False, repr=False)
    scales: dict[str, tuple[str, ...]] = field(init=False, repr=False)
    countries: dict[str, CountryRow] = field(init=False, repr=False)
    prepared: dict[str, Any] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.readings = dict(self.chosen)
        self._resolve_parameters()
        self._resolve_tables()
        self._zones = {row.country: row.zone for row in tables.in_force(self.book.contracts.zones, self.day)}
        self._tariffs: dict[tuple[object, ...], TariffRow | None] = {}
        self._latest_creations: dict[int, date] = {}
        self._fingerprint: str | None = None

    def under(self, readings: Mapping[str, str]) -> LawInForce:
        """The same day's law under rival readings; the default law when the mapping is empty."""
        return self.book.under(self.day, tuple(sorted(readings.items())))

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
                for row in tables.in_force(self.book.contracts.tariffs, on)
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
            text = json.dumps(self._content(), sort_keys=True, default=_canonical, ensure_ascii=False)
            self._fingerprint = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        return self._fingerprint

    def _content(self) -> dict[str, object]:
        contracts = self.book.contracts
        alive = [row for row in contracts.tariffs if row.end_day is None or row.end_day > self.day]
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
                for r in alive
            ],
        }

    def _resolve_parameters(self) -> None:
        self.blocks = {}
        for path, parameter in self.book.parameters.items():
            reading = self.readings.get(parameter.question or "")
            if parameter.covers(self.day, reading=reading):
                self.blocks[path] = parameter.block_on(self.day, reading=reading)
        unset = frozenset(path for path, block in self.blocks.items() if block.state == "unset")
        held = {path: block.value for path, block in self.blocks.items() if block.value is not None}
        amounts = {path: value for path, value in held.items() if isinstance(value, Decimal)}
        counts = {path: value for path, value in held.items() if isinstance(value, int)}
        choices = {path: value for path, value in held.items() if isinstance(value, str)}
        self.amounts = Values(amounts, unset=unset, day=self.day)
        self.counts = Values(counts, unset=unset, day=self.day)
        self.choices = Values(choices, unset=unset, day=self.day)

    def _resolve_tables(self) -> None:
        contracts = self.book.contracts
        self.countries = {row.country: row for row in tables.in_force(contracts.countries, self.day)}
        self.scales = {r.insurer: tables.grades_of(r.grades) for r in tables.in_force(contracts.scales, self.day)}
        self.grids = {}
        rows = list(tables.in_force(contracts.grids, self.day))
        chosen = [r for r in rows if r.question is not None and self.readings.get(r.question) == r.reading]
        for row in [r for r in rows if r.question is None] + chosen:
            grid = self.grids.setdefault((row.insurer, row.market), {})
            grid.update(dict.fromkeys(tables.grades_of(row.grades), row))


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


def _rival_readings(parameters: Mapping[str, Parameter], contracts: Tables) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for parameter in parameters.values():
        if parameter.question is not None:
            found.setdefault(parameter.question, set()).update(rival.name for rival in parameter.readings)
    for row in contracts.grids:
        if row.question is not None and row.reading is not None:
            found.setdefault(row.question, set()).add(row.reading)
    return {question: tuple(sorted(names)) for question, names in sorted(found.items())}
