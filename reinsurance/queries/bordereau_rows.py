"""Lines as they are written: read from a gathering (a temporary table) or from a closed bordereau, in order of number.

One SELECT serves both, so that what is hashed at the close and what is printed years later come by the same way. A
closed bordereau is read piece by piece, each in a short transaction of its own: nothing in it can change between.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import connections

from reinsurance.domain.bordereau_line import BordereauLine

LINES_AT_ONCE: Final = 2_000

# In the order of the fields of BordereauLine.
_FIELDS: Final = """
    l.number, l.journal_number, e.source_key, l.kind, {corrects}, l.booked_on, l.effective_on, l.treaty_year,
    c.public_id, c.guarantee_id, c.product, c.policy_number, c.policyholder_id, c.policyholder_name,
    c.buyer_id, c.buyer_name, c.buyer_country, c.term_first, c.term_end, c.amount, c.ceded_ratio, c.ceded_amount,
    c.premium_rate, c.premium, c.ceded_premium, c.ceding_commission, c.commission, c.is_illustrative,
    l.claim_reference, l.amount_after, l.ceded_before, l.run_off_until, l.gross_change, l.live_change,
    l.run_off_change, l.ceded_premium, l.commission, l.ceded_indemnity, l.reserve_change, l.ceded_recovery,
    l.ceded_premium - l.commission - l.ceded_indemnity + l.ceded_recovery
"""
_FACTS: Final = """
    JOIN reinsurance_journalentry e ON e.insurer_id = %(insurer)s AND e.id = l.entry_id
    JOIN reinsurance_cession c ON c.insurer_id = %(insurer)s AND c.id = l.cession_id
    LEFT JOIN reinsurance_bordereauline o ON o.insurer_id = %(insurer)s AND o.id = l.corrects_id
    LEFT JOIN reinsurance_bordereau b ON b.insurer_id = %(insurer)s AND b.id = o.bordereau_id
"""
_EARLIER: Final = "to_char(b.period_first, 'YYYY-MM-DD') || '/' || o.number"
_CLOSED: Final = f"""
    SELECT {_FIELDS.format(corrects=f"COALESCE({_EARLIER}, '')")}
    FROM reinsurance_bordereauline l {_FACTS}
    WHERE l.insurer_id = %(insurer)s AND l.bordereau_id = %(bordereau)s AND l.number > %(after)s
    ORDER BY l.number LIMIT %(limit)s
"""  # noqa: S608 (fragments of this module)
_SEARCHED: Final = f"""
    SELECT {_FIELDS.format(corrects=f"COALESCE({_EARLIER}, '')")}
    FROM reinsurance_bordereauline l {_FACTS}
    WHERE l.insurer_id = %(insurer)s AND l.bordereau_id = %(bordereau)s AND l.number > %(after)s
      AND (%(kind)s = '' OR l.kind = %(kind)s)
      AND (%(year)s::int IS NULL OR l.treaty_year = %(year)s::int)
      AND (%(text)s = '' OR strpos(lower(concat_ws(' ', c.policy_number, c.policyholder_name, c.buyer_name,
                                   c.buyer_id, c.guarantee_id, c.public_id, l.claim_reference)), lower(%(text)s)) > 0)
    ORDER BY l.number LIMIT %(limit)s
"""  # noqa: S608 (fragments of this module)
# In a gathering a line may correct one beside it, which is in no bordereau yet.
_OWN: Final = "to_char(%(first)s::date, 'YYYY-MM-DD') || '/' || n.number"
_GATHERED: Final = f"""
    SELECT {_FIELDS.format(corrects=f"COALESCE({_OWN}, {_EARLIER}, '')")}
    FROM gathered_lines l {_FACTS}
    LEFT JOIN gathered_lines n ON n.id = l.corrects_id
    ORDER BY l.number
"""  # noqa: S608 (fragments of this module)


def gathered(alias: str, facts: dict[str, Any]) -> Iterator[list[BordereauLine]]:
    """The lines of the gathering that stands in this transaction, in pieces, by a cursor of the server's."""
    with connections[alias].chunked_cursor() as cursor:
        cursor.execute(_GATHERED, facts)
        while rows := cursor.fetchmany(LINES_AT_ONCE):
            yield [_line(row) for row in rows]


def closed(
    alias: str, *, insurer_id: int, bordereau_id: int, after: int = 0, limit: int = LINES_AT_ONCE
) -> list[BordereauLine]:
    """The lines of a closed bordereau after a number, as many as fit; one query."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_CLOSED, {"insurer": insurer_id, "bordereau": bordereau_id, "after": after, "limit": limit})
        return [_line(row) for row in cursor.fetchall()]


def searched(
    alias: str,
    *,
    insurer_id: int,
    bordereau_id: int,
    kind: str,
    treaty_year: int | None,
    text: str,
    after: int,
    limit: int,
) -> list[BordereauLine]:
    """Those of them of one event ("" is any), one treaty year (None is any), that name a text; one query."""
    facts: dict[str, Any] = {
        "insurer": insurer_id,
        "bordereau": bordereau_id,
        "kind": kind,
        "year": treaty_year,
        "text": text,
        "after": after,
        "limit": limit,
    }
    with connections[alias].cursor() as cursor:
        cursor.execute(_SEARCHED, facts)
        return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> BordereauLine:
    return BordereauLine(**dict(zip(_NAMES, row, strict=True)))


_NAMES: Final = tuple(BordereauLine.__dataclass_fields__)
