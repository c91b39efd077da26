"""The technical account with a reinsurer over some days: what was owed before, what moved it, what is owed after."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import treaty_named

_MOVED = """
    SELECT CASE WHEN e.booked_on < %(first)s THEN NULL ELSE t.code END AS code,
           sum(CASE WHEN t.credit_account_id = a.id THEN t.amount ELSE -t.amount END)
    FROM reinsurance_transfer t
    JOIN reinsurance_journalentry e ON e.id = t.entry_id AND e.insurer_id = t.insurer_id
    JOIN reinsurance_ledgeraccount a ON a.id IN (t.debit_account_id, t.credit_account_id)
    WHERE t.insurer_id = %(insurer)s AND a.treaty_id = %(treaty)s AND a.account_class = 'current_account'
      AND t.state IN ('posted', 'post') AND e.booked_on < %(end)s
    GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What transfers of one code did to the current account: above zero is owed to the reinsurer."""

    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """A treaty's technical account over a period (half-open). Balances are what the insurer owes the reinsurer."""

    treaty: str
    period: Term
    opening_balance: Decimal
    lines: tuple[StatementLine, ...]
    closing_balance: Decimal


def statement(actor: Actor | PlatformActor, treaty_id: str, period: Term) -> Statement:
    """The statement of a treaty (its public id); two queries. Raises TreatyUnknown."""
    treaty = treaty_named(actor, treaty_id)
    facts: dict[str, Any] = {
        "insurer": treaty.insurer_id,
        "treaty": treaty.pk,
        "first": period.first,
        "end": period.end,
    }
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_MOVED, facts)
        moved: dict[str | None, Decimal] = dict(cursor.fetchall())
    opening = moved.pop(None, ZERO)
    lines = tuple(StatementLine(code, amount) for code, amount in moved.items() if code is not None)
    return Statement(treaty_id, period, opening, lines, opening + sum((line.amount for line in lines), ZERO))
