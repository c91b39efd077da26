"""Which case goes red when the law is altered: all scenario cases against one altered book, in this process.

A mutant that the schema check refuses is caught by it. A mutant survives when every case
that reads what was altered, and every statement of the law on a day, has been tried.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import msgspec

from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.domain import engine
from eligibility.domain.decision import Decision
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Block, Parameter
from eligibility.domain.tables import CountryRow, GridRow, ScaleRow, TariffRow, ZoneRow
from tests.mutations.law_texts import LawTexts, shipped
from tests.mutations.mutants import Mutant
from tests.scenarios.cases import Scenario, every_scenario, judged, what_differs
from tests.scenarios.countries_on_days import every_country_statement
from tests.scenarios.law_on_days import every_statement
from tests.scenarios.reads import leaves_read

SCHEMA: Final = "schema check"
CASE: Final = "case"
STATEMENT: Final = "law on a day"
SAME_LAW: Final = "the same law"
SURVIVES: Final = "survives"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: who caught it, by which mistake, case or statement."""

    mutant: Mutant
    caught_by: str
    named: str = ""

    @property
    def survives(self) -> bool:
        return self.caught_by == SURVIVES


def is_same_law(one: LawBook, other: LawBook) -> bool:
    """Whether two books say the same on every day: only a proof differs, or a row that another one hides."""
    if one.readings != other.readings or one.parameters.keys() != other.parameters.keys():
        return False
    if any(_says(leaf) != _says(other.parameters[path]) for path, leaf in one.parameters.items()):
        return False
    days = _days_of_change(one, other)
    asked = {row.question for row in one.contracts.grids if row.question}
    each = [(), *(((question, name),) for question in asked for name in one.readings[question])]
    return all(
        one.under(day, readings).fingerprint == other.under(day, readings).fingerprint
        for day in sorted(days)
        for readings in each
    )


def _says(leaf: Parameter) -> object:
    """What a leaf says under each reading from which day on; blocks that say the same run on.

    Before its first day a rival says what the leaf itself says.
    """
    histories = {"": leaf.history}
    for rival in leaf.readings:
        begins = rival.history[0].first_day
        histories[rival.name] = (*(block for block in leaf.history if block.first_day < begins), *rival.history)
    return {name: (_runs(history), history[-1].end_day) for name, history in histories.items()}


def _runs(history: tuple[Block, ...]) -> list[tuple[date, str, object]]:
    runs: list[tuple[date, str, object]] = []
    for block in history:
        if not runs or runs[-1][1:] != (block.state, block.value):
            runs.append((block.first_day, block.state, block.value))
    return runs


def _days_of_change(one: LawBook, other: LawBook) -> set[date]:
    """Days on which a row begins or ends that only one of the two books has."""
    rows = _altered_rows(one, other)
    return {day for row in rows for day in (row.first_day, row.end_day) if day is not None}


def _altered_rows(one: LawBook, other: LawBook) -> set[Any]:
    """The rows that only one of the two books has."""
    return {
        row
        for part in fields(one.contracts)
        for row in set(getattr(one.contracts, part.name)) ^ set(getattr(other.contracts, part.name))
    }


def _looks_up(scenario: Scenario, row: object) -> bool:
    """Whether a case could look at this row: its insurer's grid, its countries, its product's tariff."""
    facts = scenario.case.facts
    if isinstance(row, GridRow | ScaleRow):
        return row.insurer == facts.insurer or getattr(row, "question", None) in facts.readings
    if isinstance(row, CountryRow | ZoneRow):
        return row.country in (facts.buyer.country, facts.policyholder.country)
    return not isinstance(row, TariffRow) or row.product == engine.product_of(facts)


class NotGreen(AssertionError):
    """A case or statement is red before anything is altered: mutants would prove nothing."""


class Judge:
    """Tries mutants against the cases; prepared once, so that a mutant costs milliseconds."""

    def __init__(self) -> None:
        self.law: LawTexts = shipped()
        self.scenarios = every_scenario()
        self.statements = (*every_statement(), *every_country_statement())
        self.shipped = book = self.law.book()
        self.usual: dict[Scenario, Decision] = {}
        self.readers: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios:
            self.usual[scenario] = found = judged(scenario.case, book)
            if wrong := what_differs(scenario.case, found):
                raise NotGreen(f"{scenario}: {wrong[0]}")
            for path in leaves_read(scenario.case, book):
                self.readers.setdefault(path, []).append(scenario)
        for statement in self.statements:
            if not statement.holds(book):
                raise NotGreen(str(statement))

    def fate(self, mutant: Mutant) -> Fate:
        try:
            book = self._book(mutant)
        except FieldErrors as refused:
            return Fate(mutant, SCHEMA, str(refused.errors[0]))
        for scenario in self._concerned(mutant, book):
            if self._goes_red(scenario, book):
                return Fate(mutant, CASE, str(scenario))
        for statement in self.statements:
            if statement.concerns(mutant.file) and not statement.holds(book):
                return Fate(mutant, STATEMENT, str(statement))
        return Fate(mutant, SAME_LAW if is_same_law(self.shipped, book) else SURVIVES)

    def is_read(self, file: str) -> bool:
        """Whether any case's rules read this leaf; tables are read by lookup and not counted."""
        return file in self.law.tables or file.removesuffix(".yaml") in self.readers

    def _book(self, mutant: Mutant) -> LawBook:
        if mutant.text is None:
            return self.law.book_without(mutant.file)
        return self.law.book_with(mutant.file, mutant.text)

    def _concerned(self, mutant: Mutant, book: LawBook) -> list[Scenario]:
        """The cases that can notice: judging reads the leaf, chooses among its readings, or looks the row up.

        The others read nothing that was altered, and judging is pure.
        """
        path = mutant.file.removesuffix(".yaml")
        leaf = self.shipped.parameters.get(path)
        if leaf is None:
            rows = _altered_rows(self.shipped, book)
            return [one for one in self.scenarios if any(_looks_up(one, row) for row in rows)]
        readers = self.readers.get(path, [])
        choosers = [one for one in self.scenarios if leaf.question in one.case.facts.readings]
        return [*readers, *(one for one in choosers if one not in readers)]

    def _goes_red(self, scenario: Scenario, book: LawBook) -> bool:
        try:
            found = judged(scenario.case, book)
        except DomainError:
            return True
        # The fingerprint differs always; where nothing else does, the case cannot be red.
        if msgspec.structs.replace(found, law="") == msgspec.structs.replace(self.usual[scenario], law=""):
            return False
        return bool(what_differs(scenario.case, found))
