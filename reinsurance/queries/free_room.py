"""How much may still be drawn on an envelope: exact under the lock for commands, rounded down for an insurer's screens."""

from __future__ import annotations

from collections.abc import Collection

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.capacity import FreeRoom
from reinsurance.domain.chart import Market


def locked_free_room(actor: Actor | PlatformActor, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    """Exact room of the envelopes, locked in order until the transaction ends: what is read here still stands when the
    chunk draws. Ask for all markets of the chunk at once. A market without an envelope has limit and room 0.
    """
    raise NotImplementedError


def free_room(actor: Actor | PlatformActor, markets: Collection[Market]) -> dict[Market, FreeRoom]:
    """Room without a lock: exact for the platform, rounded down to 10 M€ for an insurer's actor."""
    raise NotImplementedError
