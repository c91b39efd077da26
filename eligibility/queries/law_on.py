"""The law on one day, for people: every value with its proof and the readings that rival it, every rule, every table.

What an insurer has chosen is in the book that is passed in; nothing is worded here, so that screens and commands say
the same law in their own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from eligibility.domain import rules, tables
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Block, LawMissing, Parameter, Reference
from eligibility.domain.reason import shown
from eligibility.domain.rule import REGISTER, Rule
from eligibility.domain.tables import CountryRow, GridRow, ScaleRow, TariffRow, ZoneRow

# The order in which a lawyer reads: what is common, the two kinds of guarantee, the State's ceilings, then contracts.
FOLDER_ORDER: Final = (
    "scheme",
    "complement",
    "substitution",
    "portfolio",
    "envelopes",
    "contracts",
    "domestic",
    "export",
)


@dataclass(frozen=True, slots=True)
class ReadingOnDay:
    """One way to read a text, and what it gives that day (None: nothing). `name` is None for the standard reading."""

    name: str | None
    why: str
    block: Block | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LeafOnDay:
    """One value on that day under the readings of the book; `readings` is empty where nobody reads it otherwise."""

    path: str
    title: str
    french: str
    unit: str
    block: Block
    verified: date
    question: str | None
    readings: tuple[ReadingOnDay, ...]

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")[:-1])

    @property
    def readings_agree(self) -> bool:
        """Whether every reading gives the same that day."""
        found = {(one.block.state, one.block.value) if one.block else None for one in self.readings}
        return len(found) == 1


@dataclass(frozen=True, slots=True)
class Section:
    """The leaves of one folder of the law, and how deep it lies."""

    folders: tuple[str, ...]
    leaves: tuple[LeafOnDay, ...]


@dataclass(frozen=True, slots=True)
class LawOnDay:
    """The law in force on a day under the readings that the book has for it."""

    day: date
    fingerprint: str
    readings: Mapping[str, str]
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    scales: tuple[ScaleRow, ...]
    grids: tuple[GridRow, ...]
    countries: tuple[CountryRow, ...]
    zones: tuple[ZoneRow, ...]
    tariffs: tuple[TariffRow, ...]

    @property
    def leaves(self) -> tuple[LeafOnDay, ...]:
        return tuple(leaf for section in self.sections for leaf in section.leaves)


def law_on(book: LawBook, day: date) -> LawOnDay:
    """Everything that is law on a day. Values whose rule has ended are left out; unset ones are there and say so."""
    law = book.on(day)
    leaves = [
        _leaf(book.parameters[path], block, day, law.readings)
        for path, block in law.blocks.items()
        if block.state != "none"
    ]
    contracts = book.contracts
    return LawOnDay(
        day=day,
        fingerprint=law.fingerprint,
        readings=dict(law.readings),
        sections=_sections(leaves),
        rules=tuple(rules.in_force_on(day)),
        scales=tuple(tables.in_force(contracts.scales, day)),
        grids=tuple(tables.in_force(contracts.grids, day)),
        countries=tuple(row for _, row in sorted(law.countries.items())),
        zones=_last_of_each(tables.in_force(contracts.zones, day)),
        tariffs=tuple(tables.in_force(contracts.tariffs, day)),
    )


def days_of_change(book: LawBook) -> tuple[date, ...]:
    """Every day on which some value, rule or table of the book begins or ends, oldest first."""
    days: set[date] = set()
    for parameter in book.parameters.values():
        for block in parameter.history:
            days |= _ends(block.first_day, block.end_day)
    for rule in REGISTER:
        days |= _ends(rule.first_day, rule.end_day)
    for row in _rows(book.contracts):
        days |= _ends(row.first_day, row.end_day)
    return tuple(sorted(days))


def history_of(book: LawBook, path: str) -> Parameter | None:
    """One leaf with all its days and readings; None where the book has no such leaf."""
    return book.parameters.get(path)


def order_of(folders: Iterable[str]) -> tuple[tuple[int, str], ...]:
    """The place of a folder in the order of reading; folders that it does not name come last, by name."""
    return tuple((FOLDER_ORDER.index(name) if name in FOLDER_ORDER else len(FOLDER_ORDER), name) for name in folders)


def to_document(found: LawOnDay) -> dict[str, Any]:
    """The law of a day as plain values for programs: amounts and ratios as text, days as ISO text."""
    return {
        "day": found.day.isoformat(),
        "fingerprint": found.fingerprint,
        "readings": dict(found.readings),
        "parameters": [_leaf_document(leaf) for leaf in found.leaves],
        "rules": [rule_document(rule) for rule in found.rules],
        "scales": [row_document(row) for row in found.scales],
        "grids": [row_document(row) for row in found.grids],
        "countries": [row_document(row) for row in found.countries],
        "zones": [row_document(row) for row in found.zones],
        "tariffs": [row_document(row) for row in found.tariffs],
    }


def _leaf(parameter: Parameter, block: Block, day: date, chosen: Mapping[str, str]) -> LeafOnDay:
    return LeafOnDay(
        path=parameter.path,
        title=parameter.title,
        french=parameter.french,
        unit=parameter.unit,
        block=block,
        verified=parameter.verified,
        question=parameter.question,
        readings=_readings(parameter, day, chosen.get(parameter.question or "")),
    )


def _readings(parameter: Parameter, day: date, chosen: str | None) -> tuple[ReadingOnDay, ...]:
    """The standard reading and its rivals; the standard one is in force where no rival of this leaf was chosen."""
    if not parameter.readings:
        return ()
    names = [rival.name for rival in parameter.readings]
    standard = ReadingOnDay(None, "", _block(parameter, day, None), chosen not in names)
    rivals = (
        ReadingOnDay(rival.name, rival.why, _block(parameter, day, rival.name), chosen == rival.name)
        for rival in parameter.readings
    )
    return (standard, *rivals)


def _block(parameter: Parameter, day: date, reading: str | None) -> Block | None:
    try:
        return parameter.block_on(day, reading=reading)
    except LawMissing:
        return None


def _sections(leaves: Iterable[LeafOnDay]) -> tuple[Section, ...]:
    found: dict[tuple[str, ...], list[LeafOnDay]] = {}
    for leaf in leaves:
        found.setdefault(leaf.folders, []).append(leaf)
    return tuple(Section(folders, tuple(found[folders])) for folders in sorted(found, key=order_of))


def _last_of_each(rows: Iterable[ZoneRow]) -> tuple[ZoneRow, ...]:
    return tuple(row for _, row in sorted({row.country: row for row in rows}.items()))


def _rows(contracts: tables.Tables) -> Iterator[tables.Dated]:
    for kind in fields(contracts):
        yield from getattr(contracts, kind.name)


def _ends(*days: date | None) -> set[date]:
    return {day for day in days if day is not None}


def _leaf_document(leaf: LeafOnDay) -> dict[str, Any]:
    return {
        "path": leaf.path,
        "title": leaf.title,
        "french": leaf.french,
        "unit": leaf.unit,
        **block_document(leaf.block),
        "verified": leaf.verified.isoformat(),
        "question": leaf.question,
        "readings": [
            {
                "name": reading.name,
                "why": reading.why,
                "chosen": reading.is_chosen,
                **(block_document(reading.block) if reading.block is not None else {"state": "missing"}),
            }
            for reading in leaf.readings
        ],
    }


def block_document(block: Block) -> dict[str, Any]:
    """One value as plain values."""
    return {
        "state": block.state,
        "value": None if block.value is None else shown(block.value),
        "since": block.first_day.isoformat(),
        "until": None if block.end_day is None else block.end_day.isoformat(),
        "confidence": block.confidence,
        "reference": _reference_document(block.reference),
    }


def _reference_document(reference: Reference) -> dict[str, Any]:
    published = reference.published
    return {
        "text": reference.text,
        "url": reference.url,
        "published": None if published is None else published.isoformat(),
    }


def rule_document(rule: Rule) -> dict[str, Any]:
    """One rule as plain values."""
    return {
        "code": rule.code,
        "title": rule.title.en,
        "french": rule.title.fr,
        "products": sorted(rule.products),
        "since": rule.first_day.isoformat(),
        "until": None if rule.end_day is None else rule.end_day.isoformat(),
        "reference": _reference_document(rule.reference),
    }


def row_document(row: tables.Dated) -> dict[str, Any]:
    """One contractual row as plain values."""
    values = {one.name: getattr(row, one.name) for one in fields(row)}  # type: ignore[arg-type]
    reference: Reference = values.pop("reference")
    return {name: shown(value) for name, value in values.items()} | {"reference": _reference_document(reference)}
