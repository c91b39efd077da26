"""Alerts about ceilings as screens and the API show them: those that stand, and what was told before.

An insurer sees those of the shared envelopes and of its own treaties, without amounts; a reinsurer those of the markets
of its treaties; the operator all, with amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.models import CeilingAlert
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

LATEST = 30


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One telling. `treaty` is the public id where it is about a treaty's part; amounts None where not to be seen."""

    position: int
    market: str
    treaty: str | None
    subject: str
    share: Decimal | None
    is_raised: bool
    booked_on: date
    limit: Decimal | None
    room: Decimal | None


def alerts_told(actor: Actor | PlatformActor, *, limit: int = LATEST) -> list[AlertRow]:
    """The latest tellings, newest first; one query."""
    return _rows(actor, _visible(actor).order_by("-position")[:limit])


def standing_alerts(actor: Actor | PlatformActor) -> list[AlertRow]:
    """What holds still, the gravest of each ceiling only: frozen before 95 % before 90 %; one query."""
    latest = (
        _visible(actor)
        .order_by("market", "treaty_id", "subject", "share", "-crossing")
        .distinct("market", "treaty_id", "subject", "share")
    )
    raised = [row for row in _rows(actor, latest) if row.is_raised]
    gravest: dict[tuple[str, str | None], AlertRow] = {}
    for row in sorted(raised, key=lambda one: (one.share is None, one.share or 0)):
        gravest[row.market, row.treaty] = row
    return sorted(gravest.values(), key=lambda one: (one.treaty is not None, one.market))


def _visible(actor: Actor | PlatformActor) -> QuerySet[CeilingAlert]:
    rows = CeilingAlert.objects.using(alias_of(actor))
    if isinstance(actor, PlatformActor) and actor.role == "reinsurer":
        treaties = visible_treaties(actor).order_by()
        rows = rows.filter(market__in=treaties.values("market"))
        return rows.filter(treaty__isnull=True) | rows.filter(treaty__in=treaties.values("id"))
    return rows


def _rows(actor: Actor | PlatformActor, rows: QuerySet[CeilingAlert]) -> list[AlertRow]:
    is_operator = isinstance(actor, PlatformActor)
    columns = ["position", "market", "treaty__public_id", "subject", "share", "is_raised", "booked_on"]
    amounts = ["limit_amount", "room_amount"] if is_operator else []
    return [
        AlertRow(
            position=position,
            market=market,
            treaty=treaty,
            subject=subject,
            share=share,
            is_raised=is_raised,
            booked_on=booked_on,
            limit=more[0] if more else None,
            room=more[1] if more else None,
        )
        for position, market, treaty, subject, share, is_raised, booked_on, *more in rows.values_list(
            *columns, *amounts
        )
    ]
