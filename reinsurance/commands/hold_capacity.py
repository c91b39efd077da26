"""Hold capacity for offers, and give it back: a hold is a pending transfer, so it takes room as a cession would (D-22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.domain.cession import HoldOrder, HoldReceipt, VoidReceipt


def hold_capacity(actor: Actor, holds: Sequence[HoldOrder], *, on: date) -> list[HoldReceipt]:
    """The receipts, in the order of the holds; a fixed number of queries. Runs inside acting(actor).

    The treaty is the one open on `on`. A hold asked twice (same source key) answers with the first.
    Raises CeilingReached or NoOpenTreaty; nothing is written then.
    """
    raise NotImplementedError


def void_holds(actor: Actor, source_keys: Sequence[str], *, on: date) -> list[VoidReceipt]:
    """Give back what offers held: declined, expired, or superseded. Voiding twice changes nothing.

    Raises HoldNotLive for a key never held, or already turned into a cession.
    """
    raise NotImplementedError
