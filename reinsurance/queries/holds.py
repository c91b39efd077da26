"""What each offer holds, and whether that hold still stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import connections

from capweb.accounts.actor import Actor
from reinsurance.domain.transfer import Account
from reinsurance.queries.books import alias_of

HoldState = Literal["live", "posted", "voided"]


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold by its offer's key. A hold for nothing has no pending transfer (and its treaty is not told again).

    `source` is what it holds of: the shared envelope, or the part that was reserved to its treaty.
    """

    source_key: str
    held_amount: Decimal
    pending_id: int | None
    treaty_id: int | None
    source: Account | None
    state: HoldState


_HOLDS = """
    SELECT substr(e.source_key, 6), COALESCE(p.amount, 0), p.id, a.treaty_id, p.debit_account_id, p.debit_class,
           CASE WHEN r.state = 'post' THEN 'posted'
                WHEN r.state = 'void' OR v.id IS NOT NULL THEN 'voided'
                ELSE 'live' END
    FROM reinsurance_journalentry e
    LEFT JOIN reinsurance_transfer p ON p.insurer_id = e.insurer_id AND p.entry_id = e.id
    LEFT JOIN reinsurance_ledgeraccount a ON a.id = p.credit_account_id
    LEFT JOIN reinsurance_transfer r ON r.insurer_id = e.insurer_id AND r.pending_id = p.id
    LEFT JOIN reinsurance_journalentry v
           ON v.insurer_id = e.insurer_id AND v.source_key = 'void:' || substr(e.source_key, 6)
    WHERE e.insurer_id = %s AND e.source_key = ANY (%s)
"""


def holds(actor: Actor, source_keys: Collection[str]) -> dict[str, Hold]:
    """The holds of these offers that were ever made, by the offers' keys; one query."""
    if not source_keys:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_HOLDS, [actor.insurer_id, [hold_key(key) for key in sorted(set(source_keys))]])
        return {row[0]: _hold(row) for row in cursor.fetchall()}


def _hold(row: Sequence[Any]) -> Hold:
    key, amount, pending_id, treaty_id, account_id, account_class, state = row
    source = None if account_id is None else Account(account_id, account_class)
    return Hold(key, amount, pending_id, treaty_id, source, state)


def hold_key(source_key: str) -> str:
    """The source key of the journal entry by which an offer holds."""
    return f"hold:{source_key}"


def void_key(source_key: str) -> str:
    """The source key of the journal entry by which an offer's hold is given back."""
    return f"void:{source_key}"
