"""What fell anew because a cession was corrected (D-39): under which key a movement stands, what of it is ceded today.

A movement K that fell anew by the N-th correction of its cession is taken back and stands under `K/right-N`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Final, cast

from django.db import connections

from capweb.accounts.actor import Actor
from reinsurance.queries.books import alias_of

_ANEW: Final = """
    SELECT o.source_key, n.source_key
    FROM reinsurance_claimmovement o
    JOIN LATERAL (
        SELECT m.source_key FROM reinsurance_claimmovement m
        WHERE m.insurer_id = o.insurer_id AND m.cession_id = o.cession_id AND m.claim_reference = o.claim_reference
          AND m.kind = o.kind AND m.corrects_id IS NULL AND starts_with(m.source_key, o.source_key || '/right-')
        ORDER BY m.id DESC LIMIT 1
    ) n ON true
    WHERE o.insurer_id = %(insurer)s AND o.source_key = ANY (%(keys)s)
"""


def keys_anew(actor: Actor, source_keys: Collection[str]) -> dict[str, str]:
    """Under which key a movement stands today, by its first key, for those that fell anew (D-39); one query."""
    if not source_keys:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_ANEW, {"insurer": actor.insurer_id, "keys": sorted(set(source_keys))})
        return dict(cursor.fetchall())


_CEDED: Final = """
    SELECT o.public_id, sum(CASE WHEN m.is_reversal THEN -m.ceded_amount ELSE m.ceded_amount END)
    FROM reinsurance_claimmovement o
    JOIN reinsurance_claimmovement m
      ON m.insurer_id = o.insurer_id AND m.cession_id = o.cession_id AND m.claim_reference = o.claim_reference
     AND m.kind = o.kind
    LEFT JOIN reinsurance_claimmovement k ON k.insurer_id = m.insurer_id AND k.id = m.corrects_id
    WHERE o.insurer_id = %(insurer)s AND o.public_id = ANY (%(movements)s)
      AND regexp_replace(COALESCE(k.source_key, m.source_key), '/right-[0-9]+$', '') = o.source_key
    GROUP BY o.public_id
"""


def ceded_of_movements(actor: Actor, public_ids: Collection[str]) -> dict[str, Decimal]:
    """What is ceded today of indemnities and recoveries, by the public id under which they were booked first: less than
    then, where the cession was corrected (D-39) or something was taken back. In euro; one query.
    """
    if not public_ids:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_CEDED, {"insurer": actor.insurer_id, "movements": sorted(set(public_ids))})
        return dict(cursor.fetchall())


_CORRECTIONS: Final = """
    SELECT cession_id, count(*) FROM reinsurance_cessionchange
    WHERE insurer_id = %(insurer)s AND cession_id = ANY (%(ids)s) AND kind = 'corrected' GROUP BY cession_id
"""


def corrections_of(actor: Actor, cession_ids: Collection[int]) -> dict[int, int]:
    """How often each of these cessions was corrected, those that never were left out; one query."""
    if not cession_ids:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_CORRECTIONS, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids))})
        return dict(cursor.fetchall())


_LAST: Final = """
    SELECT max(booked_on) FROM reinsurance_claimmovement WHERE insurer_id = %(insurer)s AND cession_id = ANY (%(ids)s)
"""


def last_booked_on(actor: Actor, cession_ids: Collection[int]) -> date:
    """The last day on which a movement of a claim was booked on these cessions, which have some; one query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_LAST, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids))})
        (day,) = cursor.fetchone()
        return cast("date", day)
