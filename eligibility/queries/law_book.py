"""The law book that an insurer is judged by: the shipped law, and the contractual tables as they stand in the database.

The readings that the insurer chose and the values that it entered for days without law are among the tables. Other
rooms take the book once per transaction; it is built again only when a table has gained a row.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from eligibility.domain import law_files
from eligibility.domain.law import LawBook
from eligibility.domain.tables import Tables
from eligibility.models import contract_tables as stored
from eligibility.queries.stored_rows import (
    as_country,
    as_grid,
    as_reading,
    as_scale,
    as_tariff,
    as_value,
    as_zone,
)

BOOKS_REMEMBERED: Final = 16
# Rows are only ever added, so their number and the last id tell whether a book is still right.
STATE: Final = " UNION ALL ".join(
    f"SELECT count(*), coalesce(max(id), 0) FROM {model._meta.db_table}"  # noqa: S608  names of our own tables
    for model in (
        stored.GradeScaleRow,
        stored.RatingGridRow,
        stored.CountryStatusRow,
        stored.CountryZoneRow,
        stored.TariffRow,
        stored.ReadingRow,
        stored.ValueRow,
    )
)

_books: dict[tuple[object, ...], LawBook] = {}


def current_law_book(actor: Actor, *, known_on: date | None = None) -> LawBook:
    """The book of the actor's insurer: one query when it is known. Inside acting(actor).

    The tables are the shared rows and the insurer's own; other insurers' rows are behind the wall. With `known_on` it
    is the book as it stood at the end of that day: later entries and later corrections of the law are left out.
    """
    book = _book_of(actor.insurer_id)
    return book if known_on is None else book.known_on(known_on)


def shared_law_book() -> LawBook:
    """The book without any insurer's own rows: for visitors and for the platform. Outside acting()."""
    return _book_of(None)


def _book_of(insurer_id: int | None) -> LawBook:
    with connections["default"].cursor() as cursor:
        cursor.execute(STATE)
        key = (insurer_id, *cursor.fetchall())
    known = _books.get(key)
    if known is None:
        if len(_books) >= BOOKS_REMEMBERED:
            _books.clear()
        known = _books[key] = LawBook(law_files.shipped_law_book().parameters, _tables())
    return known


def _tables() -> Tables:
    return Tables(
        scales=tuple(as_scale(row) for row in stored.GradeScaleRow.objects.order_by("id")),
        grids=tuple(as_grid(row) for row in stored.RatingGridRow.objects.order_by("id")),
        countries=tuple(as_country(row) for row in stored.CountryStatusRow.objects.order_by("id")),
        zones=tuple(as_zone(row) for row in stored.CountryZoneRow.objects.order_by("id")),
        tariffs=tuple(as_tariff(row) for row in stored.TariffRow.objects.select_related("insurer").order_by("id")),
        readings=tuple(as_reading(row) for row in stored.ReadingRow.objects.order_by("id")),
        values=tuple(as_value(row) for row in stored.ValueRow.objects.order_by("id")),
    )
