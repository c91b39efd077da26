"""Walk entries through the envelopes in order, as the trigger will, so that a refusal names who found no room."""

from __future__ import annotations

from decimal import Decimal

from reinsurance.commands.refusals import CeilingReached
from reinsurance.domain.capacity import CapacityReceipt, FreeRoom
from reinsurance.domain.chart import Market


def take_room(rooms: dict[Market, FreeRoom], market: Market, *, source_key: str, change: Decimal) -> CapacityReceipt:
    """The receipt of one entry that changes free room by `change`; `rooms` (read under the lock) moves on.

    Raises CeilingReached when the entry takes room that is not there; one that takes none always passes (D-22).
    """
    found = rooms[market]
    left = FreeRoom(market, found.limit, found.room + change)
    if change < 0 and left.room < 0:
        raise CeilingReached.told(market=market, source_key=source_key, asked=-change, room=found.room)
    rooms[market] = left
    return CapacityReceipt(market=market, before=found.room, after=left.room, limit=found.limit)
