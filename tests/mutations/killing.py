"""Which case goes red when the law is altered: all scenario cases against one altered book, in this process.

A mutant that the schema check refuses is caught by it. Cases that read the altered leaf go first; a mutant survives
only when every case and every statement of the law on a day has been tried.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import msgspec

from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.domain.decision import Decision
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import blocks_of
from tests.mutations.law_texts import LawTexts, shipped
from tests.mutations.mutants import Mutant
from tests.scenarios.cases import Scenario, every_scenario, judged, what_differs
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
    """Whether two books say the same on every day under every reading: only a proof differs, or a row hidden by another."""
    if one.readings != other.readings:
        return False
    each = [(), *(((question, name),) for question, names in one.readings.items() for name in names)]
    return all(
        one.under(day, readings).fingerprint == other.under(day, readings).fingerprint
        for day in sorted(_days_of_change(one) | _days_of_change(other))
        for readings in each
    )


def _days_of_change(book: LawBook) -> set[date]:
    rows = (row for part in fields(book.contracts) for row in getattr(book.contracts, part.name))
    spans = [*(block for _, block in blocks_of(book.parameters)), *rows]
    return {day for span in spans for day in (span.first_day, span.end_day) if day is not None}


class NotGreen(AssertionError):
    """A case or statement is red before anything is altered: mutants would prove nothing."""


class Judge:
    """Tries mutants against the cases; prepared once, so that a mutant costs milliseconds."""

    def __init__(self) -> None:
        self.law: LawTexts = shipped()
        self.scenarios = every_scenario()
        self.statements = every_statement()
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
        for scenario in self._order(mutant):
            if self._goes_red(scenario, book):
                return Fate(mutant, CASE, str(scenario))
        for statement in self.statements:
            if not statement.holds(book):
                return Fate(mutant, STATEMENT, str(statement))
        return Fate(mutant, SAME_LAW if is_same_law(self.shipped, book) else SURVIVES)

    def is_read(self, file: str) -> bool:
        """Whether any case's rules read this leaf; tables are read by lookup and not counted."""
        return file in self.law.tables or file.removesuffix(".yaml") in self.readers

    def _book(self, mutant: Mutant) -> LawBook:
        if mutant.text is None:
            return self.law.book_without(mutant.file)
        return self.law.book_with(mutant.file, mutant.text)

    def _order(self, mutant: Mutant) -> list[Scenario]:
        first = self.readers.get(mutant.file.removesuffix(".yaml"), [])
        known = set(first)
        return [*first, *(scenario for scenario in self.scenarios if scenario not in known)]

    def _goes_red(self, scenario: Scenario, book: LawBook) -> bool:
        try:
            found = judged(scenario.case, book)
        except DomainError:
            return True
        # The fingerprint differs always; where nothing else does, the case cannot be red.
        if msgspec.structs.replace(found, law="") == msgspec.structs.replace(self.usual[scenario], law=""):
            return False
        return bool(what_differs(scenario.case, found))
