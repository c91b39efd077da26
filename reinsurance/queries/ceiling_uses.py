"""How far each ceiling is used, exactly and over all insurers: the envelopes, and the parts reserved to treaties."""

from __future__ import annotations

from django.db import connections

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.ceiling_alerts import Use
from reinsurance.queries.books import alias_of

_USES = """
    SELECT e.market, u.debits_posted - u.credits_posted,
           e.credits_posted - e.debits_posted - e.debits_pending, NULL::bigint, NULL::bigint
    FROM reinsurance_ledgeraccount e
    JOIN reinsurance_ledgeraccount u ON u.account_class = 'authority' AND u.market = e.market
    WHERE e.account_class = 'envelope'
    UNION ALL
    SELECT a.market, l.amount, a.credits_posted - a.debits_posted - a.debits_pending, a.insurer_id, a.treaty_id
    FROM (SELECT DISTINCT ON (treaty_id) treaty_id, amount FROM reinsurance_treatyallotment
          ORDER BY treaty_id, position DESC) l
    JOIN reinsurance_ledgeraccount a ON a.treaty_id = l.treaty_id AND a.account_class = 'allotment'
    WHERE l.amount IS NOT NULL
    ORDER BY 5 NULLS FIRST, 1
"""


def ceiling_uses(actor: PlatformActor) -> list[Use]:
    """Every ceiling with its room, envelopes first; one query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_USES)
        return [Use(*row) for row in cursor.fetchall()]
