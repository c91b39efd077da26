"""The law on one day, for people: every parameter with its value, proof and rival readings, every rule, every table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eligibility.domain import rules, tables
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Block, LawMissing, Parameter
from eligibility.domain.reason import shown


@dataclass(frozen=True, slots=True)
class RivalValue:
    """What a rival reading of the same text gives on that day, and why it is held."""

    name: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class ParameterInForce:
    """One parameter on that day. `value` is "unset" where no source gives it."""

    path: str
    title: str
    french: str
    unit: str
    value: str
    since: date
    confidence: str
    reference_text: str
    reference_url: str
    published: date | None
    verified: date
    question: str | None
    rivals: tuple[RivalValue, ...]


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One rule on that day."""

    code: str
    title_en: str
    title_fr: str
    products: tuple[str, ...]
    since: date
    reference_text: str
    reference_url: str


@dataclass(frozen=True, slots=True)
class TariffInForce:
    """One tariff on that day; "any" where the row is general."""

    product: str
    quarterly_rate: str
    insurer: str
    category: str
    zone: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class LawOnDay:
    """The law in force on a day under the default readings."""

    day: date
    fingerprint: str
    parameters: tuple[ParameterInForce, ...]
    rules: tuple[RuleInForce, ...]
    grids: tuple[tables.GridRow, ...]
    tariffs: tuple[TariffInForce, ...]
    countries: dict[str, tuple[str, ...]]


def law_on(book: LawBook, day: date) -> LawOnDay:
    """Everything that is law on a day, by path and code."""
    law = book.on(day)
    by_status: dict[str, list[str]] = {}
    for country, row in sorted(law.countries.items()):
        by_status.setdefault(row.status, []).append(country)
    return LawOnDay(
        day=day,
        fingerprint=law.fingerprint,
        parameters=tuple(
            _parameter(book.parameters[path], block, day) for path, block in law.blocks.items() if block.state != "none"
        ),
        rules=tuple(
            RuleInForce(
                code=rule.code,
                title_en=rule.title.en,
                title_fr=rule.title.fr,
                products=tuple(sorted(rule.products)),
                since=rule.first_day,
                reference_text=rule.reference.text,
                reference_url=rule.reference.url,
            )
            for rule in rules.in_force_on(day)
        ),
        grids=tuple(tables.in_force(book.contracts.grids, day)),
        tariffs=tuple(_tariff(row) for row in tables.in_force(book.contracts.tariffs, day)),
        countries={status: tuple(countries) for status, countries in by_status.items()},
    )


def _parameter(parameter: Parameter, block: Block, day: date) -> ParameterInForce:
    rivals = []
    for rival in parameter.readings:
        try:
            rivals.append(RivalValue(rival.name, _value(parameter.block_on(day, reading=rival.name)), rival.why))
        except LawMissing:
            continue
    return ParameterInForce(
        path=parameter.path,
        title=parameter.title,
        french=parameter.french,
        unit=parameter.unit,
        value=_value(block),
        since=block.first_day,
        confidence=block.confidence,
        reference_text=block.reference.text,
        reference_url=block.reference.url,
        published=block.reference.published,
        verified=parameter.verified,
        question=parameter.question,
        rivals=tuple(rivals),
    )


def _value(block: Block) -> str:
    return block.state if block.value is None else str(shown(block.value))


def _tariff(row: tables.TariffRow) -> TariffInForce:
    return TariffInForce(
        product=row.product,
        quarterly_rate=str(shown(row.quarterly_rate)),
        insurer=row.insurer or "any",
        category=str(row.category or "any"),
        zone=str(row.zone or "any"),
        illustrative=row.illustrative,
    )
