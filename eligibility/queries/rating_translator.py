"""Which category of the scheme a grade has with each insurer on a day, and which grades of the others share it.

Two grades of one category are treated alike by the scheme and by nothing else: they are not equivalent. Where a grid
says nothing, this says nothing: a grade outside a grid, one decided case by case and a bound that no source gives are
named as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from eligibility.domain import tables
from eligibility.domain.law import LawBook, LawInForce
from eligibility.domain.tables import GridRow

IN_CATEGORY: Final = "in_category"
CASE_BY_CASE: Final = "case_by_case"
OUTSIDE: Final = "outside"
NOT_A_GRADE: Final = "not_a_grade"
NO_GRID: Final = "no_grid"


@dataclass(frozen=True, slots=True)
class Maximum:
    """The fixed maximum of a category: set, unset (no source gives it) or none (nothing is granted that day)."""

    state: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GradeFound:
    """What a grid says about one grade. `category` is None unless the grade is in the grid."""

    market: str
    state: str
    category: int | None = None
    maximum: Maximum | None = None
    referred_to: str | None = None


@dataclass(frozen=True, slots=True)
class SameCategory:
    """The grades of one insurer in a category, best first.

    `case_by_case` are those that somebody must approve, with the highest amount of each. `has_no_bound` says that the
    grid runs on to the best grade of the scale, though the category begins at a default probability.
    """

    insurer: str
    scale: tuple[str, ...]
    grades: tuple[str, ...]
    case_by_case: tuple[tuple[str, Decimal | None], ...]
    has_grid: bool
    has_no_bound: bool


@dataclass(frozen=True, slots=True)
class Category:
    """One category of one market: its fixed maximum, and who grades it how."""

    market: str
    number: int
    maximum: Maximum
    insurers: tuple[SameCategory, ...]


def insurers(law: LawInForce) -> dict[str, tuple[str, ...]]:
    """The insurers that have a scale or a grid on that day, with their grades, best first."""
    names = sorted({*law.scales, *(insurer for insurer, _ in law.grids)})
    return {name: law.scales.get(name, ()) for name in names}


def insurers_of(book: LawBook) -> dict[str, tuple[str, ...]]:
    """Every insurer that has a scale on some day, with the grades of its last one, best first."""
    return {row.insurer: tables.grades_of(row.grades) for row in sorted(book.contracts.scales, key=lambda r: r.insurer)}


def categories(law: LawInForce, market: str) -> tuple[int, ...]:
    """The categories that some grid of a market names, in order."""
    rows = (row for (_, of), grid in law.grids.items() if of == market for row in grid.values())
    return tuple(sorted({row.category for row in rows}))


def grade_of(law: LawInForce, insurer: str, grade: str) -> tuple[GradeFound, ...]:
    """What the grids of both markets say about one grade of one insurer."""
    return tuple(_found(law, insurer, grade, market) for market in tables.MARKETS)


def category(law: LawInForce, market: str, number: int) -> Category:
    """Which grades of which insurer are in one category."""
    return Category(
        market=market,
        number=number,
        maximum=_maximum(law, market, number),
        insurers=tuple(_same(law, name, scale, market, number) for name, scale in insurers(law).items()),
    )


def _found(law: LawInForce, insurer: str, grade: str, market: str) -> GradeFound:
    grid = law.grids.get((insurer, market))
    if law.scales.get(insurer) and grade not in law.scales[insurer]:
        return GradeFound(market, NOT_A_GRADE)
    if grid is None:
        return GradeFound(market, NO_GRID)
    row = grid.get(grade)
    if row is None:
        return GradeFound(market, OUTSIDE)
    maximum = Maximum("set", row.maximum) if row.maximum is not None else _maximum(law, market, row.category)
    state = IN_CATEGORY if row.referred_to is None else CASE_BY_CASE
    return GradeFound(market, state, row.category, maximum, row.referred_to)


def _same(law: LawInForce, insurer: str, scale: tuple[str, ...], market: str, number: int) -> SameCategory:
    grid = law.grids.get((insurer, market))
    members = [grade for grade in (scale or grid or ()) if grid and grade in grid and grid[grade].category == number]
    rows: Mapping[str, GridRow] = grid or {}
    return SameCategory(
        insurer=insurer,
        scale=scale,
        grades=tuple(grade for grade in members if rows[grade].referred_to is None),
        case_by_case=tuple((grade, rows[grade].maximum) for grade in members if rows[grade].referred_to is not None),
        has_grid=grid is not None,
        has_no_bound=_has_no_bound(law, members, scale, market),
    )


def _has_no_bound(law: LawInForce, members: list[str], scale: tuple[str, ...], market: str) -> bool:
    """A category that begins at a default probability cannot hold the best grade of a scale: a bound is missing."""
    window = law.amounts.get(f"substitution/{market}/default_probability_minimum")
    return bool(window) and bool(scale) and scale[0] in members


def _maximum(law: LawInForce, market: str, number: int) -> Maximum:
    block = law.blocks.get(f"substitution/{market}/maximum/category_{number}")
    if block is None or block.state == "none":
        return Maximum("none")
    return Maximum(block.state, block.value if isinstance(block.value, Decimal) else None)
