"""Which buyers a wave of ratings would take, and the waves that were proposed, with who proposed and confirmed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.models import RatingWave


class WaveUnknown(LookupError):
    """The insurer has no such wave."""


@dataclass(frozen=True, slots=True)
class RatedBuyer:
    """A buyer with its latest rating and activity as known on a day; empty or None where there is none."""

    id: int
    name: str
    country: str
    identifier: str
    grade: str
    default_probability: Decimal | None
    is_insolvent: bool
    activity: str


@dataclass(frozen=True, slots=True)
class WaveLine:
    """One wave as the list and its page show it. `rated` is how many buyers were rated, None until it is confirmed."""

    public_id: str
    status: str
    sector: str
    to_grade: str
    reason: str
    buyers: int
    cuts: int
    cut_amount: Decimal
    freed_amount: Decimal
    rated: int | None
    proposed_by: str
    proposed_on: date
    answered_by: str
    answered_on: date | None


_BUYERS: Final = """
SELECT buyer.id, buyer.name, buyer.country, buyer.identifier, COALESCE(rating.grade, ''), rating.default_probability,
       COALESCE(rating.is_insolvent, false), COALESCE(activity.code, '')
FROM policies_buyer buyer
LEFT JOIN LATERAL (
    SELECT grade, default_probability, is_insolvent FROM policies_buyerrating
    WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
LEFT JOIN LATERAL (
    SELECT code FROM policies_buyeractivity
    WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) activity ON true
WHERE buyer.insurer_id = %(insurer)s
"""
_OF_SECTOR: Final = " AND starts_with(activity.code, %(sector)s) ORDER BY buyer.id LIMIT %(limit)s"
_NAMED: Final = """ AND (buyer.country, buyer.identifier) IN (
    SELECT * FROM unnest(%(countries)s::text[], %(identifiers)s::text[])) ORDER BY buyer.id"""
_OF_WAVE: Final = """ AND buyer.id IN (
    SELECT line.buyer_id FROM policies_ratingwavebuyer line JOIN policies_ratingwave wave ON wave.id = line.wave_id
    WHERE line.insurer_id = %(insurer)s AND wave.public_id = %(wave)s) ORDER BY buyer.id"""


def of_sector(actor: Actor, sector: str, *, on: date, limit: int) -> list[RatedBuyer]:
    """At most `limit` buyers whose activity's code begins so. One query; inside acting(actor)."""
    return _read(actor, _OF_SECTOR, on=on, sector=sector, limit=limit)


def named(actor: Actor, keys: Sequence[tuple[str, str]], *, on: date) -> list[RatedBuyer]:
    """The buyers of these countries and identifiers that are known. One query; inside acting(actor)."""
    countries, identifiers = [country for country, _ in keys], [identifier for _, identifier in keys]
    return _read(actor, _NAMED, on=on, countries=countries, identifiers=identifiers)


def of_wave(actor: Actor, wave: str, *, on: date) -> list[RatedBuyer]:
    """The buyers of a wave as they are rated on a day. One query; inside acting(actor)."""
    return _read(actor, _OF_WAVE, on=on, wave=wave)


def listed(actor: Actor, *, limit: int = 100) -> list[WaveLine]:
    """The waves, newest first. One query; inside acting(actor)."""
    return [_line(row) for row in RatingWave.objects.filter(insurer_id=actor.insurer_id).order_by("-pk")[:limit]]


def detail(actor: Actor, public_id: str) -> WaveLine:
    """One wave. Raises WaveUnknown. One query; inside acting(actor)."""
    row = RatingWave.objects.filter(insurer_id=actor.insurer_id, public_id=public_id).first()
    if row is None:
        raise WaveUnknown(public_id)
    return _line(row)


def _line(row: RatingWave) -> WaveLine:
    return WaveLine(
        row.public_id,
        row.status,
        row.sector,
        row.to_grade,
        row.reason,
        row.buyers,
        row.cuts,
        row.cut_amount,
        row.freed_amount,
        row.rated,
        row.proposed_by,
        row.proposed_on,
        row.answered_by,
        row.answered_on,
    )


def _read(actor: Actor, which: str, *, on: date, **more: Any) -> list[RatedBuyer]:
    with connections["default"].cursor() as cursor:
        cursor.execute(_BUYERS + which, {"insurer": actor.insurer_id, "on": on, **more})
        return [RatedBuyer(*row) for row in cursor.fetchall()]
