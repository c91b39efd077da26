"""The envelopes as screens show them: the law's limit, the actor's own draw on it, and the room that is left.

An insurer sees its own figures to the cent and the State's room rounded down to 10 M€; the platform sees it exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.capacity import THRESHOLDS, thresholds_reached
from reinsurance.domain.chart import MARKETS, Market
from reinsurance.queries.free_room import free_room
from reinsurance.queries.treaties import TreatyRow, treaties


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """One envelope. `own_*` are the actor's (all insurers' for the platform, its own treaties' for a reinsurer).

    `room` is rounded down where `is_rounded`, and then so are the thresholds that it reaches.
    """

    market: Market
    limit: Decimal
    own_live: Decimal
    own_held: Decimal
    own_run_off: Decimal
    room: Decimal
    is_rounded: bool
    thresholds: tuple[Decimal, ...]
    thresholds_reached: tuple[Decimal, ...]

    @property
    def own_engaged(self) -> Decimal:
        return self.own_live + self.own_held + self.own_run_off

    @property
    def is_frozen(self) -> bool:
        """Whether the law was reduced below what is engaged: nothing is drawn until releases have made it good.

        An insurer cannot tell it from an envelope without room.
        """
        return self.room < 0


def envelopes(actor: Actor | PlatformActor, *, on: date) -> list[EnvelopeRow]:
    """Both envelopes; four queries. A reinsurer sees those it reinsures a treaty of."""
    rows = treaties(actor, on=on)
    is_reinsurer = isinstance(actor, PlatformActor) and actor.role == "reinsurer"
    markets = [market for market in MARKETS if not is_reinsurer or any(row.market == market for row in rows)]
    rooms = free_room(actor, markets)
    is_rounded = isinstance(actor, Actor)
    return [_row(rooms[market].limit, rooms[market].room, market, rows, is_rounded=is_rounded) for market in markets]


def _row(limit: Decimal, room: Decimal, market: Market, rows: list[TreatyRow], *, is_rounded: bool) -> EnvelopeRow:
    own = [row for row in rows if row.market == market]
    return EnvelopeRow(
        market=market,
        limit=limit,
        own_live=sum((row.live for row in own), ZERO),
        own_held=sum((row.held for row in own), ZERO),
        own_run_off=sum((row.run_off for row in own), ZERO),
        room=room,
        is_rounded=is_rounded,
        thresholds=THRESHOLDS,
        thresholds_reached=thresholds_reached(limit, room),
    )
