"""What waits for an actor, as the menu counts it beside its entries."""

from __future__ import annotations

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.queries import messages


def unread_messages(actor: Actor) -> int:
    """Messages to the actor's organisation that nobody there has read."""
    with acting(actor):
        return messages.unread(actor, on=clock.business_day())
