"""The law book that an insurer is judged by: the shipped law, and the contractual tables as they stand in the database.

Other rooms take it once per transaction; it is built again only when a table has gained a row.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from eligibility.domain import law_files, tables
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Reference
from eligibility.domain.tables import Tables
from eligibility.models import contract_tables as stored

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
    )
)

_books: dict[tuple[object, ...], LawBook] = {}


def current_law_book(actor: Actor) -> LawBook:
    """The book of the actor's insurer: one query when it is known. Inside acting(actor).

    The tables are the shared rows and the insurer's own; other insurers' rows are behind the wall.
    """
    return _book_of(actor.insurer_id)


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
        scales=tuple(_scale(row) for row in stored.GradeScaleRow.objects.order_by("id")),
        grids=tuple(_grid(row) for row in stored.RatingGridRow.objects.order_by("id")),
        countries=tuple(_country(row) for row in stored.CountryStatusRow.objects.order_by("id")),
        zones=tuple(_zone(row) for row in stored.CountryZoneRow.objects.order_by("id")),
        tariffs=tuple(_tariff(row) for row in stored.TariffRow.objects.select_related("insurer").order_by("id")),
    )


def _source(row: stored.DatedRow) -> Reference:
    return Reference(row.reference_text, row.reference_url, row.published)


def _scale(row: stored.GradeScaleRow) -> tables.ScaleRow:
    return tables.ScaleRow(
        insurer=row.insurer_code,
        grades=row.grades,
        first_day=row.first_day,
        end_day=row.end_day,
        reference=_source(row),
    )


def _grid(row: stored.RatingGridRow) -> tables.GridRow:
    return tables.GridRow(
        insurer=row.insurer_code,
        market=row.market,
        grades=row.grades,
        category=row.category,
        first_day=row.first_day,
        end_day=row.end_day,
        reference=_source(row),
        maximum=row.maximum,
        referred_to=row.referred_to or None,
        question=row.question or None,
        reading=row.reading or None,
    )


def _country(row: stored.CountryStatusRow) -> tables.CountryRow:
    return tables.CountryRow(
        country=row.country,
        status=row.status,
        first_day=row.first_day,
        end_day=row.end_day,
        reference=_source(row),
        referred_to=row.referred_to or None,
        assumed=row.is_assumed,
    )


def _zone(row: stored.CountryZoneRow) -> tables.ZoneRow:
    return tables.ZoneRow(
        country=row.country, zone=row.zone, first_day=row.first_day, end_day=row.end_day, reference=_source(row)
    )


def _tariff(row: stored.TariffRow) -> tables.TariffRow:
    return tables.TariffRow(
        product=row.product,
        quarterly_rate=Decimal(row.quarterly_rate),
        first_day=row.first_day,
        end_day=row.end_day,
        reference=_source(row),
        insurer=row.insurer.code if row.insurer is not None else None,
        category=row.category,
        zone=row.zone,
        longest_payment_days=row.longest_payment_days,
        illustrative=row.is_illustrative,
    )
