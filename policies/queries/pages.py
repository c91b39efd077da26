"""A counted page of rows: what every list of the screens answers. A cursor: where a list of the API goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from capweb.kernel.errors import DomainError

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


class CursorUnknown(DomainError):
    """The list does not go on from there: the cursor is none that this list gave."""

    code = "cursor_unknown"
    status = 422


def newest_after(rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
    """Newest first; with a cursor (the public id of the last row that was shown) only what is older than that row.

    Raises CursorUnknown for an id that is not among the rows.
    """
    if cursor:
        last = rows.filter(public_id=cursor).values_list("pk", flat=True).first()
        if last is None:
            raise CursorUnknown("The cursor is none of this list: begin again without it.", cursor=cursor[:60])
        rows = rows.filter(pk__lt=last)
    return rows.order_by("-pk")
