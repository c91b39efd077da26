"""A message was read: noted once, by the first person of the organisation that it is addressed to."""

from __future__ import annotations

from datetime import date

from django.db.models.functions import Now

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from policies.models import Message
from policies.queries import messages
from policies.queries.messages import MessageDetail


def open_message(actor: Actor, public_id: str, *, on: date) -> MessageDetail:
    """The message as it is read now. Raises NotAllowed, MessageUnknown."""
    actor.must_be_allowed("messages.read")
    with acting(actor):
        found = messages.detail(actor, public_id, on=on)
        if found.line.is_mine and found.read_at is None:
            Message.objects.filter(public_id=public_id, read_at__isnull=True).update(read_at=Now(), read_by=actor.name)
    return found
