"""How much may still be drawn: exact under the lock for commands, rounded down for an insurer's screens."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.capacity import FreeRoom
from reinsurance.domain.chart import Market
from reinsurance.models import LedgerAccount
from reinsurance.queries.books import alias_of, writing_alias_of


def locked_free_room(
    actor: Actor | PlatformActor, markets: Collection[Market], *, treaties: Collection[int] = ()
) -> dict[Market, FreeRoom]:
    """Exact room of the envelopes, locked in order until the transaction ends: what is read here still stands when the
    chunk draws. Ask for all markets of the chunk at once; `treaties` locks their accounts too, after the envelopes.
    """
    return _rooms(writing_alias_of(actor), "reinsurance_lock_accounts(%s, %s)", [sorted(markets), sorted(treaties)])


def free_room(actor: Actor | PlatformActor, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    """Room without a lock: exact for the platform, rounded down to 10 M€ for an insurer's actor."""
    if isinstance(actor, PlatformActor):
        return _exact_rooms(alias_of(actor), markets)
    return _rooms(alias_of(actor), "reinsurance_rounded_room(%s)", [sorted(markets)])


def _rooms(alias: str, source: str, parameters: list[Any]) -> dict[Market, FreeRoom]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT market, ceiling, room FROM {source}", parameters)  # noqa: S608 (our own function names)
        return {market: FreeRoom(market, ceiling, room) for market, ceiling, room in cursor.fetchall()}


def _exact_rooms(alias: str, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    accounts = LedgerAccount.objects.using(alias).filter(treaty__isnull=True, market__in=markets)
    limits: dict[str, Decimal] = {}
    rooms: dict[str, Decimal] = {}
    for account in accounts:
        if account.account_class == "authority":
            limits[account.market] = account.debits_posted - account.credits_posted
        else:
            rooms[account.market] = account.credits_posted - account.debits_posted - account.debits_pending
    return {market: FreeRoom(market, limits[market], rooms[market]) for market in markets}
