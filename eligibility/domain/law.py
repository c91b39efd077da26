"""The law book: all law and all contractual tables with their history, read on a day, and as it was known on a day.

Built from files or from rows; `on(day)` resolves every parameter and table once and remembers it. The readings that an
insurer chose and the legal values that it entered for days without law are rows of the book like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from eligibility.domain import tables
from eligibility.domain.law_in_force import LawInForce, Readings, Resolved
from eligibility.domain.parameters import Block, Parameter, UnknownReading, value_of
from eligibility.domain.tables import DEFAULT_READING, UNSET, CountryRow, GridRow, Tables, TariffRow, ValueRow

__all__ = ["LawBook", "LawInForce", "Readings"]

# A resolved day weighs some 30 kB; a night or a file of requests looks at a few dozen.
DAYS_REMEMBERED: Final = 128
BOOKS_REMEMBERED: Final = 32


class LawBook:
    """Immutable; what it remembers is only speed.

    `readings` holds the rival readings by question, whether chosen or not.
    """

    def __init__(self, parameters: Mapping[str, Parameter], contracts: Tables) -> None:
        self.parameters = dict(sorted(parameters.items()))
        self.contracts = contracts
        self.readings = _rival_readings(self.parameters, contracts)
        self._remembered: dict[tuple[date, Readings], LawInForce] = {}
        self._chosen: dict[date, Readings] = {}
        self._known: dict[date, LawBook] = {}

    def on(self, day: date) -> LawInForce:
        """The law in force on a day under the readings chosen for it; the register's own where nothing was chosen.

        Raises UnknownReading when the book no longer holds a chosen reading.
        """
        return self.under(day, self.chosen_on(day))

    def chosen_on(self, day: date) -> Readings:
        """The rival readings chosen for a day, by question in sorted order."""
        found = self._chosen.get(day)
        if found is None:
            latest = {row.question: row.reading for row in tables.in_force(self.contracts.readings, day)}
            found = tuple(sorted((q, name) for q, name in latest.items() if name != DEFAULT_READING))
            if len(self._chosen) >= DAYS_REMEMBERED:
                self._chosen.clear()
            self._chosen[day] = found
        return found

    def under(self, day: date, readings: Readings) -> LawInForce:
        """The law in force on a day under exactly these rival readings, in sorted order, whatever was chosen.

        Raises UnknownReading for a question or a reading that the book does not hold.
        """
        key = (day, readings)
        known = self._remembered.get(key)
        if known is None:
            self._check(readings)
            if len(self._remembered) >= DAYS_REMEMBERED:
                self._remembered.clear()
            resolved = _resolved(self.parameters, self.contracts, day, dict(readings))
            known = self._remembered[key] = LawInForce(self, day, readings, resolved)
        return known

    def known_on(self, day: date) -> LawBook:
        """The book as it stood at the end of that day: rows entered by then, corrected law as it was believed.

        The book itself where nothing has come since.
        """
        known = self._known.get(day)
        if known is None:
            parameters = {path: parameter.known_on(day) for path, parameter in self.parameters.items()}
            contracts = self.contracts.known_on(day)
            is_same = contracts == self.contracts and all(parameters[p] is q for p, q in self.parameters.items())
            if len(self._known) >= BOOKS_REMEMBERED:
                self._known.clear()
            known = self._known[day] = self if is_same else LawBook(parameters, contracts)
        return known

    def with_tables(
        self,
        *,
        scales: tuple[tables.ScaleRow, ...] = (),
        grids: tuple[GridRow, ...] = (),
        tariffs: tuple[TariffRow, ...] = (),
        countries: tuple[CountryRow, ...] = (),
        zones: tuple[tables.ZoneRow, ...] = (),
        readings: tuple[tables.ReadingRow, ...] = (),
        values: tuple[ValueRow, ...] = (),
    ) -> LawBook:
        """A new book with further contractual rows, entered after those it has."""
        more = Tables(
            scales=tuple(scales),
            grids=tuple(grids),
            tariffs=tuple(tariffs),
            countries=tuple(countries),
            zones=tuple(zones),
            readings=tuple(readings),
            values=tuple(values),
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


def _resolved(
    parameters: Mapping[str, Parameter], contracts: Tables, day: date, readings: Mapping[str, str]
) -> Resolved:
    entered = {row.path: row for row in tables.in_force(contracts.values, day)}
    blocks = {}
    for path, parameter in parameters.items():
        reading = readings.get(parameter.question or "")
        block = parameter.block_on(day, reading=reading) if parameter.covers(day, reading=reading) else None
        if path in entered and (block is None or block.state == UNSET):
            block = _entered_block(entered[path], parameter) or block
        if block is not None:
            blocks[path] = block
    return Resolved(
        blocks=blocks,
        grids=_grids(contracts, day, readings),
        scales={r.insurer: tables.grades_of(r.grades) for r in tables.in_force(contracts.scales, day)},
        countries={row.country: row for row in tables.in_force(contracts.countries, day)},
        zones={row.country: row for row in tables.in_force(contracts.zones, day)},
        tariffs=tuple(row for row in contracts.tariffs if row.end_day is None or row.end_day > day),
    )


def _entered_block(row: ValueRow, parameter: Parameter) -> Block | None:
    """The block that an entered value makes; None where it was taken back."""
    if row.value == UNSET:
        return None
    value = value_of(row.value, parameter.unit)
    return Block(row.first_day, row.end_day, "set", value, row.reference, row.confidence)


def _grids(contracts: Tables, day: date, readings: Mapping[str, str]) -> dict[tuple[str, str], dict[str, GridRow]]:
    found: dict[tuple[str, str], dict[str, GridRow]] = {}
    rows = list(tables.in_force(contracts.grids, day))
    chosen = [r for r in rows if r.question is not None and readings.get(r.question) == r.reading]
    for row in [r for r in rows if r.question is None] + chosen:
        grid = found.setdefault((row.insurer, row.market), {})
        grid.update(dict.fromkeys(tables.grades_of(row.grades), row))
    return found


def _rival_readings(parameters: Mapping[str, Parameter], contracts: Tables) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for parameter in parameters.values():
        if parameter.question is not None:
            found.setdefault(parameter.question, set()).update(rival.name for rival in parameter.readings)
    for row in contracts.grids:
        if row.question is not None and row.reading is not None:
            found.setdefault(row.question, set()).add(row.reading)
    return {question: tuple(sorted(names)) for question, names in sorted(found.items())}
