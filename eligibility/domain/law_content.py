"""The content of a law in force as it is stored, and the law rebuilt from it: an edition, judged by as it was then.

Rebuilt, it gives the same decisions and the same fingerprint whatever the law files and the tables have become since.
The rules are code and are not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from eligibility.domain.law_in_force import LawInForce, Readings, Resolved
from eligibility.domain.parameters import Block, Reference, UnknownReading, Value
from eligibility.domain.tables import CountryRow, GridRow, TariffRow, ZoneRow

FORMAT: Final = 1

S = TypeVar("S", bound=msgspec.Struct)
R = TypeVar("R")


class UnknownFormat(ValueError):
    """The content was written by a release that this one cannot read."""


class _Block(msgspec.Struct, frozen=True, array_like=True):
    path: str
    state: str
    # What kind of number the text is: d(ecimal), i(nteger) or t(ext); empty where there is no value.
    kind: str
    value: str
    first_day: date
    end_day: date | None
    confidence: str
    reference: int


class _Grade(msgspec.Struct, frozen=True, array_like=True):
    insurer: str
    market: str
    grade: str
    row: int


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """What every row has; its proof is kept once for all that share it."""

    first_day: date
    end_day: date | None
    booked_on: date | None
    reference: int


class _Grid(_Row, frozen=True, array_like=True):
    insurer: str
    market: str
    grades: str
    category: int
    maximum: Decimal | None
    referred_to: str | None
    question: str | None
    reading: str | None


class _Country(_Row, frozen=True, array_like=True):
    country: str
    status: str
    referred_to: str | None
    assumed: bool


class _Zone(_Row, frozen=True, array_like=True):
    country: str
    zone: int


class _Tariff(_Row, frozen=True, array_like=True):
    product: str
    quarterly_rate: Decimal
    insurer: str | None
    category: int | None
    zone: int | None
    longest_payment_days: int | None
    illustrative: bool


class _Content(msgspec.Struct, frozen=True):
    format: int
    readings: dict[str, str]
    references: list[tuple[str, str, date | None]]
    blocks: list[_Block]
    scales: dict[str, tuple[str, ...]]
    grades: list[_Grade]
    grid_rows: list[_Grid]
    countries: list[_Country]
    zones: list[_Zone]
    tariffs: list[_Tariff]


@dataclass(frozen=True, slots=True)
class Edition:
    """The content of a law in force, read: `on(day)` is the law again, on any day on which it had that fingerprint."""

    chosen: Readings
    resolved: Resolved
    # An edition is one reading of the law; what else could have been read is not in it.
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def on(self, day: date) -> LawInForce:
        return LawInForce(self, day, self.chosen, self.resolved)

    def under(self, day: date, readings: Readings) -> LawInForce:
        """The law under its own readings. Raises UnknownReading for any other."""
        if readings != self.chosen:
            told = ", ".join(f"{question}: {name}" for question, name in readings)
            raise UnknownReading(f"A stored edition of the law cannot be read otherwise ({told}).", readings=told)
        return self.on(day)


def content_of(law: LawInForce) -> bytes:
    """The stored form: JSON, each proof once. `edition_from` gives the law back."""
    proofs = _Proofs()
    rows = _distinct_grid_rows(law)
    places = {id(row): place for place, row in enumerate(rows)}
    resolved = law.resolved
    return msgspec.json.encode(
        _Content(
            format=FORMAT,
            readings=law.readings,
            references=proofs.numbered,
            blocks=[_stored_block(path, block, proofs) for path, block in resolved.blocks.items()],
            scales=resolved.scales,
            grades=[
                _Grade(insurer, market, grade, places[id(row)])
                for (insurer, market), grid in resolved.grids.items()
                for grade, row in grid.items()
            ],
            grid_rows=[_stored(row, _Grid, proofs) for row in rows],
            countries=[_stored(row, _Country, proofs) for row in resolved.countries.values()],
            zones=[_stored(row, _Zone, proofs) for row in resolved.zones.values()],
            tariffs=[_stored(row, _Tariff, proofs) for row in resolved.tariffs],
        )
    )


def edition_from(content: bytes) -> Edition:
    """The edition of a stored content. Raises UnknownFormat, msgspec.ValidationError for what is no content."""
    found = _decoder.decode(content)
    if found.format != FORMAT:
        raise UnknownFormat(f"law content of format {found.format}; this release reads {FORMAT}")
    proofs = [Reference(*one) for one in found.references]
    rows = [_row(one, GridRow, proofs) for one in found.grid_rows]
    grids: dict[tuple[str, str], dict[str, GridRow]] = {}
    for one in found.grades:
        grids.setdefault((one.insurer, one.market), {})[one.grade] = rows[one.row]
    resolved = Resolved(
        blocks={one.path: _block(one, proofs) for one in found.blocks},
        grids=grids,
        scales=found.scales,
        countries={one.country: _row(one, CountryRow, proofs) for one in found.countries},
        zones={one.country: _row(one, ZoneRow, proofs) for one in found.zones},
        tariffs=tuple(_row(one, TariffRow, proofs) for one in found.tariffs),
    )
    return Edition(tuple(sorted(found.readings.items())), resolved)


@dataclass(slots=True)
class _Proofs:
    """Numbers the references, each once, in the order in which they are first named."""

    numbered: list[tuple[str, str, date | None]] = field(default_factory=list)
    places: dict[Reference, int] = field(default_factory=dict)

    def place(self, reference: Reference) -> int:
        if reference not in self.places:
            self.places[reference] = len(self.numbered)
            self.numbered.append((reference.text, reference.url, reference.published))
        return self.places[reference]


def _distinct_grid_rows(law: LawInForce) -> list[GridRow]:
    rows = {id(row): row for grid in law.resolved.grids.values() for row in grid.values()}
    return list(rows.values())


def _stored(row: object, form: type[S], proofs: _Proofs) -> S:
    """The row's fields in the order of the stored form."""
    values = {name: getattr(row, name) for name in form.__struct_fields__}
    return form(**{**values, "reference": proofs.place(values["reference"])})


def _row(one: msgspec.Struct, kind: type[R], proofs: list[Reference]) -> R:
    values = msgspec.structs.asdict(one)
    return kind(**{**values, "reference": proofs[values["reference"]]})


def _stored_block(path: str, block: Block, proofs: _Proofs) -> _Block:
    kind, text = _KINDS[type(block.value)], "" if block.value is None else str(block.value)
    return _Block(
        path,
        block.state,
        kind,
        text,
        block.first_day,
        block.end_day,
        block.confidence,
        proofs.place(block.reference),
    )


def _block(one: _Block, proofs: list[Reference]) -> Block:
    value: Value | None = {"d": Decimal, "i": int, "t": str}[one.kind](one.value) if one.kind else None
    return Block(one.first_day, one.end_day, one.state, value, proofs[one.reference], one.confidence)


_KINDS: Final[dict[type, str]] = {Decimal: "d", int: "i", str: "t", type(None): ""}
_decoder: Final = msgspec.json.Decoder(_Content)
