"""What a decision rests on: every value of law and every row that was read on the way, each with its own proof.

Found by judging once more with a law that listens, so that nothing read can be missing and judging itself pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeVar

from eligibility.domain import judging
from eligibility.domain.decision import Decision
from eligibility.domain.fact_parts import Facts
from eligibility.domain.law import LawInForce
from eligibility.domain.parameters import LawUnset, Values
from eligibility.domain.reason import Rest, Trace
from eligibility.domain.rules import grant
from eligibility.domain.tables import GridRow

T = TypeVar("T")

COUNTRY_STATUS: Final = "contracts/tables/country_status"
RATING_GRIDS: Final = "contracts/tables/rating_grids"
TARIFFS: Final = "contracts/tables/tariffs"


def of(decision: Decision, facts: Facts, law: LawInForce) -> Trace:
    """What each rule of the decision read, by code, and what the figures beside the rules were read from.

    `facts` and `law` are those that were judged; a law of other readings or another day gives another trace.
    """
    if facts.readings:
        law = law.under(facts.readings)
    by_rule = {}
    for rule in decision.rules:
        ear = _Ear()
        listening = _listening(law, ear)
        try:
            if rule.code == grant.CODE:
                grant.large_enough(Decimal(0), listening)
            else:
                rule.check(facts, listening)
        except LawUnset:
            pass  # what is unset was read, and stands in the trace as unset
        by_rule[rule.code] = tuple(ear)
    ear = _Ear()
    judging.figures(facts, _listening(law, ear), decision)
    return Trace(by_rule, tuple(ear))


@dataclass(slots=True)
class _Ear:
    """Notes what is read, each thing once, in the order of reading."""

    heard: dict[str, Rest] = field(default_factory=dict)

    def note(self, rest: Rest) -> None:
        self.heard.setdefault(rest.path, rest)

    def __iter__(self) -> Iterator[Rest]:
        return iter(self.heard.values())


class _ListeningValues(Values[T]):
    def __init__(self, values: Values[T], law: LawInForce, ear: _Ear) -> None:
        super().__init__(values, unset=values.unset, day=values.day)
        self.law = law
        self.ear = ear

    def _note(self, path: object) -> None:
        block = self.law.blocks.get(str(path))
        if block is not None and block.state != "none":
            self.ear.note(Rest(str(path), block.value, block.first_day, block.reference, block.confidence))

    def __getitem__(self, path: str) -> T:
        self._note(path)
        return super().__getitem__(path)

    def __contains__(self, path: object) -> bool:
        self._note(path)
        return super().__contains__(path)

    def get(self, path: str, default: Any = None) -> Any:
        self._note(path)
        return super().get(path, default)


class _ListeningRows(dict[str, Any]):
    """Rows by a key of one table; every lookup that finds a row is noted."""

    def __init__(self, rows: Mapping[str, Any], table: str, ear: _Ear) -> None:
        super().__init__(rows)
        self.table = table
        self.ear = ear

    def get(self, key: str, default: Any = None) -> Any:
        row = super().get(key, default)
        if row is not None:
            shown = f"category {row.category}" if isinstance(row, GridRow) else row.status
            confidence = "inference" if getattr(row, "assumed", False) else None
            self.ear.note(Rest(f"{self.table}#{key}", shown, row.first_day, row.reference, confidence))
        return row


class _ListeningGrids(dict[tuple[str, str], Any]):
    def __init__(self, grids: Mapping[tuple[str, str], Any], ear: _Ear) -> None:
        super().__init__(grids)
        self.ear = ear

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        grid = super().get(key)
        return default if grid is None else _ListeningRows(grid, f"{RATING_GRIDS}/{key[0]}/{key[1]}", self.ear)


class _ListeningLaw(LawInForce):
    """The same law, which notes its tariff too."""

    ear: _Ear

    def tariff(self, *args: Any, **asked: Any) -> Any:
        row = super().tariff(*args, **asked)
        if row is not None:
            confidence = "illustrative" if row.illustrative else None
            self.ear.note(
                Rest(f"{TARIFFS}#{row.product}", row.quarterly_rate, row.first_day, row.reference, confidence)
            )
        return row


def _listening(law: LawInForce, ear: _Ear) -> LawInForce:
    """A copy of a law that notes every value and row that is read; it shares what the law has remembered."""
    copied = object.__new__(_ListeningLaw)
    copied.__dict__.update(law.__dict__)
    copied.ear = ear
    copied.amounts = _ListeningValues(law.amounts, law, ear)
    copied.counts = _ListeningValues(law.counts, law, ear)
    copied.choices = _ListeningValues(law.choices, law, ear)
    copied.countries = _ListeningRows(law.countries, COUNTRY_STATUS, ear)
    copied.grids = _ListeningGrids(law.grids, ear)
    return copied
