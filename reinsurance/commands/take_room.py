"""Walk entries through the capacity that they draw on in order, as the trigger will, so that a refusal names who found
no room."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reinsurance.commands.refusals import CeilingReached
from reinsurance.domain.capacity import CapacityReceipt
from reinsurance.domain.transfer import Account
from reinsurance.queries.free_room import LockedRooms


def take_room(rooms: LockedRooms, source: Account, *, source_key: str, change: Decimal) -> CapacityReceipt:
    """The receipt of one entry that changes the room of `source` (an envelope or an allotment); `rooms` moves on.

    Raises CeilingReached when the entry takes room that is not there; one that takes none always passes (D-22).
    """
    found = rooms.by_account[source.id]
    left = replace(found, room=found.room + change)
    if change < 0 and left.room < 0:
        raise CeilingReached.told(room=found, source_key=source_key, asked=-change)
    rooms.by_account[source.id] = left
    return CapacityReceipt(
        found.market,
        found.room,
        left.room,
        found.limit,
        is_reserved=found.is_reserved,
        is_rounded=found.is_rounded,
    )
