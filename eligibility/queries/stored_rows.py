"""Contractual rows as they lie in the database, read as the frozen rows of the domain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict

from eligibility.domain import tables
from eligibility.domain.parameters import Reference
from eligibility.models import contract_tables as stored


class _Dated(TypedDict):
    first_day: date
    end_day: date | None
    reference: Reference
    booked_on: date | None


def as_scale(row: stored.GradeScaleRow) -> tables.ScaleRow:
    return tables.ScaleRow(insurer=row.insurer_code, grades=row.grades, **_dated(row))


def as_grid(row: stored.RatingGridRow) -> tables.GridRow:
    return tables.GridRow(
        insurer=row.insurer_code,
        market=row.market,
        grades=row.grades,
        category=row.category,
        maximum=row.maximum,
        referred_to=row.referred_to or None,
        question=row.question or None,
        reading=row.reading or None,
        **_dated(row),
    )


def as_country(row: stored.CountryStatusRow) -> tables.CountryRow:
    return tables.CountryRow(
        country=row.country,
        status=row.status,
        referred_to=row.referred_to or None,
        assumed=row.is_assumed,
        **_dated(row),
    )


def as_zone(row: stored.CountryZoneRow) -> tables.ZoneRow:
    return tables.ZoneRow(country=row.country, zone=row.zone, **_dated(row))


def as_tariff(row: stored.TariffRow) -> tables.TariffRow:
    return tables.TariffRow(
        product=row.product,
        quarterly_rate=Decimal(row.quarterly_rate),
        insurer=row.insurer.code if row.insurer is not None else None,
        category=row.category,
        zone=row.zone,
        longest_payment_days=row.longest_payment_days,
        illustrative=row.is_illustrative,
        **_dated(row),
    )


def as_reading(row: stored.ReadingRow) -> tables.ReadingRow:
    return tables.ReadingRow(question=row.question, reading=row.reading, reason=row.reason, **_dated(row))


def as_value(row: stored.ValueRow) -> tables.ValueRow:
    return tables.ValueRow(path=row.path, value=row.value, confidence=row.confidence, **_dated(row))


def _dated(row: stored.DatedRow) -> _Dated:
    # A shipped row has been known from its first day, as in the files.
    is_shipped = row.insurer_id is None and row.booked_on == row.first_day
    return {
        "first_day": row.first_day,
        "end_day": row.end_day,
        "reference": Reference(row.reference_text, row.reference_url, row.published),
        "booked_on": None if is_shipped else row.booked_on,
    }
