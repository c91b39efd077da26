"""What run-off gives back on which day, and what was drawn of late: an insurer's own, or the whole for the platform.

A reinsurer sees that of its treaties. Run-off is what has ended; cover still in force frees nothing before it ends.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.chart import MARKETS, Market
from reinsurance.domain.exhaustion import FreedOn
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

_FREED = """
    SELECT t.market, x.run_off_until, sum(x.run_off_amount)
    FROM reinsurance_cessionchange x
    JOIN reinsurance_cession c ON c.insurer_id = x.insurer_id AND c.id = x.cession_id
    JOIN reinsurance_treaty t ON t.insurer_id = c.insurer_id AND t.id = c.treaty_id
    LEFT JOIN reinsurance_runoffrelease r ON r.insurer_id = x.insurer_id AND r.change_id = x.id
    WHERE c.treaty_id = ANY (%(treaties)s) AND x.run_off_amount > 0 AND r.id IS NULL AND x.run_off_until > %(on)s
    GROUP BY t.market, x.run_off_until
    ORDER BY x.run_off_until
"""

# What entries of these days did to live cover and holds, run-off aside: it is counted on the day on which it ends.
_DRAWN = """
    SELECT a.market, sum(CASE t.code
        WHEN 'hold' THEN t.amount
        WHEN 'ceded' THEN t.amount
        WHEN 'hold_posted' THEN t.amount - p.amount
        WHEN 'hold_voided' THEN -p.amount
        WHEN 'reversed' THEN -t.amount
        WHEN 'draw_moved' THEN -t.amount
        END)
    FROM reinsurance_journalentry e
    JOIN reinsurance_transfer t ON t.insurer_id = e.insurer_id AND t.entry_id = e.id
    JOIN reinsurance_ledgeraccount a
      ON a.id = CASE WHEN t.credit_class = 'live' THEN t.credit_account_id ELSE t.debit_account_id END
    LEFT JOIN reinsurance_transfer p ON p.insurer_id = t.insurer_id AND p.id = t.pending_id
    WHERE e.booked_on > %(after)s AND e.booked_on <= %(on)s AND a.treaty_id = ANY (%(treaties)s)
      AND t.code IN ('hold', 'ceded', 'hold_posted', 'hold_voided', 'reversed', 'draw_moved')
      AND t.debit_class <> 'run_off'
    GROUP BY a.market
"""


def freed_by_day(actor: Actor | PlatformActor, *, after: date) -> dict[Market, list[FreedOn]]:
    """Run-off of each market by the day on which it ends, later than `after`; two queries."""
    found: dict[Market, list[FreedOn]] = {market: [] for market in MARKETS}
    for market, day, amount in _rows(actor, _FREED, {"on": after}):
        found[market].append(FreedOn(day, amount))
    return found


def net_draws(actor: Actor | PlatformActor, *, after: date, on: date) -> dict[Market, Decimal]:
    """What was drawn and held on each market after `after` up to `on`, less what was given back; two queries."""
    return dict.fromkeys(MARKETS, ZERO) | dict(_rows(actor, _DRAWN, {"after": after, "on": on}))


def _rows(actor: Actor | PlatformActor, sql: str, facts: dict[str, Any]) -> list[Any]:
    treaties = list(visible_treaties(actor).values_list("id", flat=True))
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(sql, {"treaties": treaties, **facts})
        return list(cursor.fetchall())
