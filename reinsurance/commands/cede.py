"""Cede a batch of guarantee terms: cession, draw on the envelope and ceded premium in one journal entry each.

A replacement is netted with the term it replaces in the same entry (D-22, D-36), so only what exposure rises by must
find room, and what does not raise it passes even a frozen envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.domain.cession import CessionOrder, CessionReceipt


def cede(actor: Actor, orders: Sequence[CessionOrder], *, on: date) -> list[CessionReceipt]:
    """The receipts, in the order of the orders; a fixed number of queries. Runs inside acting(actor).

    `on` is the day it is booked. An order given twice (same source key) answers with the first result.

    Raises CeilingReached when the envelope has no room for what exposure rises by, NoOpenTreaty when no treaty of the
    insurer covers the kind and market on the term's first day, HoldNotLive when the offer's hold was already resolved,
    CessionNotLive when what is to be replaced has ended, CededDifferently when the source key stands with other figures.
    Nothing is written in any of these cases.
    """
    raise NotImplementedError


def replace_cessions(actor: Actor, orders: Sequence[CessionOrder], *, on: date) -> list[CessionReceipt]:
    """`cede` for renewals and replacements: every order names what it replaces (ValueError otherwise)."""
    if any(order.replaces_cession_id is None for order in orders):
        raise ValueError("a replacement names the cession it replaces")
    return cede(actor, orders, on=on)
