"""Balances of treaty accounts, recomputed from transfers, today or as the books stood on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.chart import DEBIT_NORMAL
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

_BALANCES = """
    SELECT a.treaty_id, a.account_class,
           COALESCE(sum(CASE WHEN t.state IN ('posted', 'post') THEN
               CASE WHEN t.credit_account_id = a.id THEN t.amount ELSE -t.amount END END), 0)
    FROM reinsurance_ledgeraccount a
    LEFT JOIN (
        SELECT t.* FROM reinsurance_transfer t
        JOIN reinsurance_journalentry e ON e.id = t.entry_id AND e.insurer_id = t.insurer_id
        WHERE %(as_of)s::date IS NULL OR e.booked_on <= %(as_of)s::date
    ) t ON t.insurer_id = a.insurer_id AND a.id IN (t.debit_account_id, t.credit_account_id)
    WHERE a.treaty_id = ANY (%(treaties)s)
    GROUP BY a.treaty_id, a.account_class
    ORDER BY a.treaty_id, a.account_class
"""


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """What stands on one account of a treaty, in euro, on the account's own side."""

    treaty: str
    account_class: str
    balance: Decimal


def balances(actor: Actor | PlatformActor, *, as_of: date | None = None) -> list[BalanceRow]:
    """Every account of the treaties the actor may see; `as_of` takes in what was booked on or before that day."""
    names = dict(visible_treaties(actor).values_list("id", "public_id"))
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_BALANCES, {"treaties": sorted(names), "as_of": as_of})
        return [
            BalanceRow(names[treaty_id], account_class, -balance if account_class in DEBIT_NORMAL else balance)
            for treaty_id, account_class, balance in cursor.fetchall()
        ]
