"""The law on two days side by side: what is new, what has ended, what has changed, and what stayed as it was.

Values, rules, grids, countries, zones, tariffs and chosen readings are compared by what they say, not by who entered
them: a row entered again with the same content is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from eligibility.domain import rules, tables
from eligibility.domain.law import LawBook, LawInForce
from eligibility.domain.parameters import Block, Parameter
from eligibility.domain.rule import Rule
from eligibility.domain.tables import CountryRow, GridRow, TariffRow
from eligibility.queries import law_on

NEW: Final = "new"
ENDED: Final = "ended"
CHANGED: Final = "changed"
SAME: Final = "same"

Key = TypeVar("Key")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pair(Generic[Item]):
    """One thing on both days; None where it was not law. `change` is new, ended, changed or same."""

    before: Item | None
    after: Item | None
    change: str


@dataclass(frozen=True, slots=True)
class LeafPair:
    """One value on both days."""

    parameter: Parameter
    blocks: Pair[Block]

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.parameter.path.split("/")[:-1])


@dataclass(frozen=True, slots=True)
class RulePair:
    """One code on both days: an amended article keeps its code and changes its rule."""

    code: str
    rules: Pair[Rule]


@dataclass(frozen=True, slots=True)
class GradePair:
    """One grade of one insurer on one market."""

    insurer: str
    market: str
    grade: str
    rows: Pair[GridRow]


@dataclass(frozen=True, slots=True)
class CountryPair:
    """The status of one country."""

    country: str
    rows: Pair[CountryRow]


@dataclass(frozen=True, slots=True)
class ZonePair:
    """The tariff zone of one country."""

    country: str
    zones: Pair[int]


@dataclass(frozen=True, slots=True)
class TariffPair:
    """The rate of one product for one insurer, category, zone and payment term."""

    key: tuple[str, str | None, int | None, int | None, int | None]
    rows: Pair[TariffRow]


@dataclass(frozen=True, slots=True)
class ReadingPair:
    """The reading of one question; None is the standard reading."""

    question: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class LawCompared:
    """What two days have in common and what not."""

    first: date
    second: date
    fingerprints: tuple[str, str]
    leaves: tuple[LeafPair, ...]
    rules: tuple[RulePair, ...]
    grades: tuple[GradePair, ...]
    countries: tuple[CountryPair, ...]
    zones: tuple[ZonePair, ...]
    tariffs: tuple[TariffPair, ...]
    readings: tuple[ReadingPair, ...]

    @property
    def is_same(self) -> bool:
        return self.fingerprints[0] == self.fingerprints[1] and not any(
            pair.rules.change != SAME for pair in self.rules
        )


def law_compared(book: LawBook, first: date, second: date, *, everything: bool = False) -> LawCompared:
    """The law of two days of one book; only what differs, unless `everything` is asked for."""
    before, after = book.on(first), book.on(second)

    def kept(pair: Pair[Item]) -> bool:
        return everything or pair.change != SAME

    leaves = _leaves(book, before, after)
    codes = _pairs({r.code: r for r in rules.in_force_on(first)}, {r.code: r for r in rules.in_force_on(second)}, _rule)
    grades = _pairs(_grades(before), _grades(after), _grade)
    countries = _pairs(before.countries, after.countries, lambda row: (row.status, row.referred_to, row.assumed))
    zones = _pairs(_zones(book, first), _zones(book, second), lambda zone: zone)
    tariffs = _pairs(_tariffs(book, first), _tariffs(book, second), lambda row: (row.quarterly_rate, row.illustrative))
    return LawCompared(
        first=first,
        second=second,
        fingerprints=(before.fingerprint, after.fingerprint),
        leaves=tuple(one for one in leaves if kept(one.blocks)),
        rules=tuple(RulePair(code, pair) for code, pair in sorted(codes.items()) if kept(pair)),
        grades=tuple(GradePair(*key, pair) for key, pair in grades.items() if kept(pair)),
        countries=tuple(CountryPair(code, pair) for code, pair in sorted(countries.items()) if kept(pair)),
        zones=tuple(ZonePair(code, pair) for code, pair in sorted(zones.items()) if kept(pair)),
        tariffs=tuple(TariffPair(key, pair) for key, pair in tariffs.items() if kept(pair)),
        readings=_chosen(book, before, after, everything=everything),
    )


def _leaves(book: LawBook, before: LawInForce, after: LawInForce) -> list[LeafPair]:
    pairs = _pairs(_living(before), _living(after), lambda block: (block.state, block.value))
    found = [LeafPair(book.parameters[path], pair) for path, pair in pairs.items()]
    return sorted(found, key=lambda one: (law_on.order_of(one.folders), one.parameter.path))


def _living(law: LawInForce) -> dict[str, Block]:
    """The blocks of a day; a rule that has ended (`none`) is no value."""
    return {path: block for path, block in law.blocks.items() if block.state != "none"}


def _rule(rule: Rule) -> object:
    return (rule.first_day, rule.reference.text, rule.title.en)


def _grades(law: LawInForce) -> dict[tuple[str, str, str], GridRow]:
    return {
        (insurer, market, grade): row
        for (insurer, market), grid in sorted(law.grids.items())
        for grade, row in grid.items()
    }


def _grade(row: GridRow) -> tuple[int, Decimal | None, str | None]:
    return (row.category, row.maximum, row.referred_to)


def _zones(book: LawBook, day: date) -> dict[str, int]:
    return {row.country: row.zone for row in tables.in_force(book.contracts.zones, day)}


def _tariffs(book: LawBook, day: date) -> dict[tuple[str, str | None, int | None, int | None, int | None], TariffRow]:
    """The last row of each kind; a sourced rate goes before an illustrative one, as in judging."""
    found: dict[tuple[str, str | None, int | None, int | None, int | None], TariffRow] = {}
    for row in sorted(tables.in_force(book.contracts.tariffs, day), key=lambda one: not one.illustrative):
        found[(row.product, row.insurer, row.category, row.zone, row.longest_payment_days)] = row
    return found


def _chosen(book: LawBook, before: LawInForce, after: LawInForce, *, everything: bool) -> tuple[ReadingPair, ...]:
    pairs = (
        ReadingPair(question, before.readings.get(question), after.readings.get(question)) for question in book.readings
    )
    return tuple(pair for pair in pairs if everything or pair.before != pair.after)


def _pairs(
    before: Mapping[Key, Item], after: Mapping[Key, Item], content: Callable[[Item], object]
) -> dict[Key, Pair[Item]]:
    """Both days by key, in the order of the first day, what is new after it."""
    keys: Iterable[Key] = dict.fromkeys((*before, *after))
    return {key: Pair(before.get(key), after.get(key), _change(before, after, key, content)) for key in keys}


def _change(before: Mapping[Key, Item], after: Mapping[Key, Item], key: Key, content: Callable[[Item], object]) -> str:
    if key not in before:
        return NEW
    if key not in after:
        return ENDED
    return SAME if content(before[key]) == content(after[key]) else CHANGED


def to_document(found: LawCompared) -> dict[str, Any]:
    """The comparison as plain values for programs."""

    def one(pair: Pair[Any], plain: Callable[[Any], Any]) -> dict[str, Any]:
        return {
            "change": pair.change,
            "before": plain(pair.before) if pair.before is not None else None,
            "after": plain(pair.after) if pair.after is not None else None,
        }

    return {
        "from": found.first.isoformat(),
        "to": found.second.isoformat(),
        "fingerprints": list(found.fingerprints),
        "parameters": [
            {"path": leaf.parameter.path, **one(leaf.blocks, law_on.block_document)} for leaf in found.leaves
        ],
        "rules": [{"code": rule.code, **one(rule.rules, law_on.rule_document)} for rule in found.rules],
        "grades": [
            {"insurer": g.insurer, "market": g.market, "grade": g.grade, **one(g.rows, law_on.row_document)}
            for g in found.grades
        ],
        "countries": [{"country": c.country, **one(c.rows, law_on.row_document)} for c in found.countries],
        "zones": [{"country": z.country, **one(z.zones, int)} for z in found.zones],
        "tariffs": [one(t.rows, law_on.row_document) for t in found.tariffs],
        "readings": [{"question": r.question, "before": r.before, "after": r.after} for r in found.readings],
    }
