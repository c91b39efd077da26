"""When each envelope would be used up: its room, the pipeline and the pace of the last days, for whoever sees it.

An insurer knows the room rounded down and its own draw alone, so its forecast is about itself: as if nobody else drew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from policies.queries.requests_under_way import requests_under_way
from reinsurance.domain.chart import Market
from reinsurance.domain.exhaustion import Forecast, FreedOn, average_draw, forecast
from reinsurance.queries.envelopes import envelopes
from reinsurance.queries.run_off import freed_by_day, net_draws


@dataclass(frozen=True, slots=True)
class Outlook:
    """One envelope. `held` is what open offers hold, which the room counts already; `requests` wait for an answer."""

    market: Market
    limit: Decimal
    held: Decimal
    requests: int
    is_rounded: bool
    net_draw: Decimal
    freed: tuple[FreedOn, ...]
    forecast: Forecast

    @property
    def pace(self) -> Decimal:
        """The average net draw of a day in whole euro: it is no more exact than that."""
        return self.forecast.daily_draw.quantize(Decimal(1))

    @property
    def freed_total(self) -> Decimal:
        return sum((one.amount for one in self.freed), ZERO)


def outlook(actor: Actor | PlatformActor, *, window_days: int, on: date) -> list[Outlook]:
    """The envelopes that the actor may see; a fixed number of queries. Inside acting(actor) for an insurer."""
    waiting = requests_under_way(actor)
    freed_on = freed_by_day(actor, after=on)
    draws = net_draws(actor, after=on - timedelta(days=window_days), on=on)
    found = []
    for row in envelopes(actor, on=on):
        requests, asked = waiting.get(row.market, (0, ZERO))
        freed, net = freed_on[row.market], draws[row.market]
        ahead = forecast(
            row.room,
            asked=asked,
            daily_draw=average_draw(net, days=window_days),
            window_days=window_days,
            freed=freed,
            on=on,
        )
        found.append(Outlook(row.market, row.limit, row.own_held, requests, row.is_rounded, net, tuple(freed), ahead))
    return found
