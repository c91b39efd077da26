"""Contractual rows as columns of the database: how a shipped or entered row is written down."""

from __future__ import annotations

from typing import Any

from eligibility.domain.parameters import Reference
from eligibility.domain.tables import CountryRow, GridRow, ReadingRow, ScaleRow, TariffRow, ValueRow, ZoneRow


def of_scale(row: ScaleRow) -> dict[str, Any]:
    return {"insurer_code": row.insurer, "grades": row.grades, **_dated(row)}


def of_grid(row: GridRow) -> dict[str, Any]:
    return {
        "insurer_code": row.insurer,
        "market": row.market,
        "grades": row.grades,
        "category": row.category,
        "maximum": row.maximum,
        "referred_to": row.referred_to or "",
        "question": row.question or "",
        "reading": row.reading or "",
        **_dated(row),
    }


def of_country(row: CountryRow) -> dict[str, Any]:
    return {
        "country": row.country,
        "status": row.status,
        "referred_to": row.referred_to or "",
        "is_assumed": row.assumed,
        **_dated(row),
    }


def of_zone(row: ZoneRow) -> dict[str, Any]:
    return {"country": row.country, "zone": row.zone, **_dated(row)}


def of_tariff(row: TariffRow) -> dict[str, Any]:
    """Without the insurer, which is a key of the database and not a code."""
    return {
        "product": row.product,
        "quarterly_rate": row.quarterly_rate,
        "category": row.category,
        "zone": row.zone,
        "longest_payment_days": row.longest_payment_days,
        "is_illustrative": row.illustrative,
        **_dated(row),
    }


def of_reading(row: ReadingRow) -> dict[str, Any]:
    return {"question": row.question, "reading": row.reading, "reason": row.reason, **_dated(row)}


def of_value(row: ValueRow) -> dict[str, Any]:
    return {"path": row.path, "value": row.value, "confidence": row.confidence, **_dated(row)}


def _dated(row: ScaleRow | GridRow | CountryRow | ZoneRow | TariffRow | ReadingRow | ValueRow) -> dict[str, Any]:
    return {"first_day": row.first_day, "end_day": row.end_day, **_source(row.reference)}


def _source(reference: Reference) -> dict[str, Any]:
    return {"reference_text": reference.text, "reference_url": reference.url, "published": reference.published}
