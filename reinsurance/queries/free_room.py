"""How much may still be drawn: exact under the lock for commands, rounded down for an insurer's screens."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.capacity import FreeRoom
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import Account
from reinsurance.models import LedgerAccount
from reinsurance.queries.books import alias_of, writing_alias_of


@dataclass(frozen=True, slots=True)
class LockedRooms:
    """Exact room by account, as a chunk walks through it, and what each treaty draws from.

    A treaty draws from the part of the envelope that is reserved to it, where one is, and from the shared envelope
    otherwise. `by_account` moves on as the chunk takes room.
    """

    envelopes: dict[Market, Account]
    allotments: dict[int, Account]
    by_account: dict[int, FreeRoom]

    def source(self, treaty_id: int, market: Market) -> Account:
        """The account that a treaty draws from and gives back to."""
        return self.allotments.get(treaty_id) or self.envelopes[market]

    def of(self, treaty_id: int | None, market: Market) -> FreeRoom:
        """The room that a treaty finds; the shared envelope's for None."""
        source = self.envelopes[market] if treaty_id is None else self.source(treaty_id, market)
        return self.by_account[source.id]


def locked_rooms(
    actor: Actor | PlatformActor, markets: Collection[Market], *, treaties: Collection[int] = ()
) -> LockedRooms:
    """Room of the envelopes, and of the parts reserved to `treaties`, locked in order until the transaction ends: what
    is read here still stands when the chunk draws. Ask for all markets of the chunk at once; the treaties' accounts are
    locked after the envelopes.
    """
    rooms = LockedRooms({}, {}, {})
    with connections[writing_alias_of(actor)].cursor() as cursor:
        cursor.execute(
            "SELECT account_id, treaty_id, market, ceiling, room FROM reinsurance_lock_accounts(%s, %s)",
            [sorted(markets), sorted(treaties)],
        )
        for account_id, treaty_id, market, ceiling, room in cursor.fetchall():
            rooms.by_account[account_id] = FreeRoom(market, ceiling, room, is_reserved=treaty_id is not None)
            if treaty_id is None:
                rooms.envelopes[market] = Account(account_id, "envelope")
            else:
                rooms.allotments[treaty_id] = Account(account_id, "allotment")
    return rooms


def rooms_unasked(actor: Actor, envelopes: Mapping[Market, Account], *, treaties: Collection[int]) -> LockedRooms:
    """Rooms for orders that ask for none: the treaties' accounts are locked, the shared envelopes are not.

    So insurers whose renewals raise nothing do not wait for one another. An envelope's room is told as an insurer is
    shown it; should an order ask for room after all, the ledger's trigger has the last word.
    """
    rooms = locked_rooms(actor, (), treaties=treaties)
    for market, found in free_room(actor, envelopes.keys()).items():
        rooms.envelopes[market] = envelopes[market]
        rooms.by_account[envelopes[market].id] = replace(found, is_rounded=True)
    return rooms


def with_reserved_part(actor: Actor | PlatformActor) -> set[int]:
    """The treaties that draw on a part of an envelope reserved to them; one query, nothing is locked."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (treaty_id) treaty_id, amount FROM reinsurance_treatyallotment "
            "ORDER BY treaty_id, position DESC"
        )
        return {treaty_id for treaty_id, amount in cursor.fetchall() if amount is not None}


def free_room(actor: Actor | PlatformActor, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    """Room of the shared envelopes without a lock: exact for the platform, rounded down to 10 M€ for an insurer."""
    if isinstance(actor, PlatformActor):
        return _exact_rooms(alias_of(actor), markets)
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute("SELECT market, ceiling, room FROM reinsurance_rounded_room(%s)", [sorted(markets)])
        return {market: FreeRoom(market, ceiling, room) for market, ceiling, room in cursor.fetchall()}


def _exact_rooms(alias: str, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    accounts = LedgerAccount.objects.using(alias).filter(
        account_class__in=("authority", "envelope"), market__in=markets
    )
    found = {(account.market, account.account_class): account for account in accounts}
    return {market: _exact(market, found[market, "authority"], found[market, "envelope"]) for market in markets}


def _exact(market: Market, authority: LedgerAccount, envelope: LedgerAccount) -> FreeRoom:
    limit = cast("Decimal", authority.debits_posted - authority.credits_posted)
    return FreeRoom(market, limit, envelope.credits_posted - envelope.debits_posted - envelope.debits_pending)
