"""What waits for an actor, as the menu counts it beside its entries."""

from __future__ import annotations

from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.queries import messages


def unread_messages(actor: Actor, on: date) -> int:
    """Messages to the actor's organisation that nobody there has read, by the mandates of a day."""
    with acting(actor):
        return messages.unread(actor, on=on)
