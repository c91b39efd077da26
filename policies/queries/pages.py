"""A counted page of rows: what every list of the screens answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page, its number (from 1), how many pages and how many rows there are in all."""

    rows: list[Row]
    number: int
    pages: int
    total: int

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def bounds(*, total: int, number: int, size: int) -> tuple[int, int, int]:
    """The page number inside the bounds, the number of pages, and the place of the first row."""
    pages = max(1, -(-total // size))
    inside = min(max(number, 1), pages)
    return inside, pages, (inside - 1) * size
