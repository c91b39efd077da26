"""The flows of a treaty's closed bordereaux between two days, by treaty year: what a technical account states."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import connections

from reinsurance.domain.technical_account import Flows, YearFlows

# Each premium is spread over its term, each credit over the days it gives back; what is corrected was never ceded, so
# it is given back over the whole term. `domain.technical_account.unearned` is the same rule for one line.
_UNEARNED: Final = """
    round(l.ceded_premium * GREATEST(0, c.term_end - GREATEST(spread.first, {day}::date))
          / NULLIF(GREATEST(0, c.term_end - spread.first), 0), 2)
"""
_FLOWS: Final = f"""
    SELECT l.treaty_year,
           COALESCE(sum(l.ceded_premium) FILTER (WHERE is_new AND l.kind = 'ceded'), 0),
           COALESCE(-sum(l.ceded_premium) FILTER (WHERE is_new AND l.kind <> 'ceded'), 0),
           COALESCE(sum(l.commission) FILTER (WHERE is_new), 0),
           COALESCE(sum(l.ceded_indemnity) FILTER (WHERE is_new), 0),
           COALESCE(sum(l.ceded_recovery) FILTER (WHERE is_new), 0),
           COALESCE(sum(l.reserve_change) FILTER (WHERE is_new), 0),
           COALESCE(sum({_UNEARNED.format(day="%(first)s")}) FILTER (WHERE NOT is_new), 0),
           COALESCE(sum({_UNEARNED.format(day="%(end)s")}), 0),
           COALESCE(sum(l.reserve_change) FILTER (WHERE NOT is_new), 0)
    FROM reinsurance_bordereau b
    CROSS JOIN LATERAL (SELECT b.period_first >= %(first)s AS is_new) AS told
    JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    JOIN reinsurance_cession c ON c.insurer_id = l.insurer_id AND c.id = l.cession_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN l.kind IN ('ceded', 'corrected') THEN c.term_first
                    ELSE GREATEST(l.effective_on, c.term_first) END AS first
    ) AS spread
    WHERE b.insurer_id = %(insurer)s AND b.treaty_id = %(treaty)s AND b.layout_version = %(layout)s
      AND b.kind <> 'risk' AND b.period_end <= %(end)s
    GROUP BY l.treaty_year ORDER BY l.treaty_year
"""  # noqa: S608 (fragments of this module)


def flows_between(alias: str, facts: dict[str, Any], *, first: date, end: date) -> list[YearFlows]:
    """The flows of each treaty year with any line booked in a bordereau that ended on `end` or before; one query."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_FLOWS, {**facts, "first": first, "end": end})
        return [YearFlows(row[0], Flows(**dict(zip(_NAMES, row[1:], strict=True)))) for row in cursor.fetchall()]


_NAMES: Final = (
    "premium_ceded",
    "premium_credited",
    "commission",
    "claims_paid",
    "recoveries",
    "reserve_movement",
    "unearned_opening",
    "unearned_closing",
    "outstanding_opening",
)
