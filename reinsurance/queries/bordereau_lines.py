"""The lines and totals of one treaty's quarter, from cessions and their changes, beside what the ledger moved."""

from __future__ import annotations

from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term
from reinsurance.domain.bordereau import Bordereau, BordereauLine, BordereauTotals, summed
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import treaty_named

# Ceded, then changed (against what stood before), then released: each event once, signed, in the order of booking.
_LINES = """
    WITH ours AS (SELECT * FROM reinsurance_cession WHERE insurer_id = %(insurer)s AND treaty_id = %(treaty)s),
    changes AS (
        SELECT x.*, x.live_ceded_amount - lag(x.live_ceded_amount, 1, c.ceded_amount)
                    OVER (PARTITION BY x.cession_id ORDER BY x.position) AS live_change
        FROM reinsurance_cessionchange x JOIN ours c ON c.id = x.cession_id AND c.insurer_id = x.insurer_id
    ),
    events AS (
        SELECT 'ceded' AS kind, booked_on, term_first AS effective_on, id AS cession, amount AS amount, recorded_at,
               ceded_amount AS live_change, 0::numeric AS run_off_change, premium, ceded_premium, commission
        FROM ours
        UNION ALL
        SELECT kind, booked_on, effective_on, cession_id, live_amount, recorded_at,
               live_change, run_off_amount, -premium_credited, -ceded_premium_credited, -commission_returned
        FROM changes
        UNION ALL
        SELECT 'released', r.booked_on, x.run_off_until, x.cession_id, x.live_amount, r.recorded_at,
               0, -x.run_off_amount, 0, 0, 0
        FROM reinsurance_runoffrelease r JOIN changes x ON x.id = r.change_id AND x.insurer_id = r.insurer_id
    )
    SELECT e.kind, e.booked_on, e.effective_on, c.public_id, c.treaty_year, c.guarantee_id, c.product, c.policy_number,
           c.policyholder_id, c.policyholder_name, c.buyer_id, c.buyer_name, c.buyer_country, c.term_first, c.term_end,
           e.amount, c.ceded_ratio, c.premium_rate, c.is_illustrative,
           e.live_change, e.run_off_change, e.premium, e.ceded_premium, e.commission
    FROM events e JOIN ours c ON c.id = e.cession
    WHERE e.booked_on >= %(first)s AND e.booked_on < %(end)s
    ORDER BY e.booked_on, e.recorded_at, c.id, e.kind
"""

_LEDGER = """
    SELECT a.account_class,
           COALESCE(sum(CASE WHEN t.credit_account_id = a.id THEN t.amount ELSE -t.amount END), 0)
    FROM reinsurance_transfer t
    JOIN reinsurance_journalentry e ON e.id = t.entry_id AND e.insurer_id = t.insurer_id
    JOIN reinsurance_ledgeraccount a ON a.id IN (t.debit_account_id, t.credit_account_id)
    WHERE t.insurer_id = %(insurer)s AND a.treaty_id = %(treaty)s AND t.state IN ('posted', 'post')
      AND e.booked_on >= %(first)s AND e.booked_on < %(end)s
    GROUP BY a.account_class
"""


def bordereau_lines(actor: Actor | PlatformActor, treaty_id: str, quarter: Term) -> Bordereau:
    """The bordereau of a treaty (its public id) as the books stand; three queries. Raises TreatyUnknown."""
    treaty = treaty_named(actor, treaty_id)
    facts: dict[str, Any] = {
        "insurer": treaty.insurer_id,
        "treaty": treaty.pk,
        "first": quarter.first,
        "end": quarter.end,
    }
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_LINES, facts)
        lines = tuple(BordereauLine(*row) for row in cursor.fetchall())
        cursor.execute(_LEDGER, facts)
        moved = dict(cursor.fetchall())
    ledger = BordereauTotals(
        live_change=moved.get("live", ZERO),
        run_off_change=moved.get("run_off", ZERO),
        ceded_premium=-moved.get("ceded_premium", ZERO),
        commission=moved.get("commission", ZERO),
    )
    return Bordereau(treaty_id, quarter, lines, summed(lines), ledger)
