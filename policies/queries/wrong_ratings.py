"""Which terms were granted on a rating that was wrong, and what was the right one? (D-39)

Wrong is a rating when another one, true on the day of the grant or before, was entered after the term was granted.
Terms that have ended are among them: the State's guarantee for the days that they ran was no less wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.queries.nights import SINCE_LAST_NIGHT


@dataclass(frozen=True, slots=True)
class WronglyRated:
    """A term, running or ended, with the rating that was right on its first day. Amounts in euro.

    `carried_amount` is the most that its cession ever carried, before the treaty's share: what was granted, or what it
    was corrected to. What the term fell to later, or that it has ended, is left out of account. `replaced_cession_id`
    is the cession that its own one took over from.
    """

    term_id: int
    guarantee_public_id: str
    decision_id: int
    cession_id: int
    replaced_cession_id: int | None
    first_day: date
    granted_amount: Decimal
    carried_amount: Decimal
    grade: str
    default_probability: Decimal | None
    assessed_on: date
    is_insolvent: bool
    rating_source: str


_SQL: Final = f"""
WITH entered AS (
    SELECT buyer_id, min(effective_on) AS effective_on, max(booked_on) AS booked_on FROM policies_buyerrating
    WHERE insurer_id = %(insurer)s AND booked_on >= {SINCE_LAST_NIGHT} AND booked_on <= %(on)s
    GROUP BY buyer_id
), concerned AS (
    -- The rating that a grant rested on is that of the buyer as it was then, whoever has taken it over since.
    SELECT term.id, entered.buyer_id FROM entered JOIN policies_guaranteeterm term
      ON term.insurer_id = %(insurer)s AND term.buyer_id = entered.buyer_id AND term.former_buyer_id IS NULL
    WHERE term.id > %(after)s AND entered.booked_on > term.booked_on
      AND entered.effective_on <= term.granted_first AND entered.effective_on <= term.booked_on
    UNION ALL
    SELECT term.id, entered.buyer_id FROM entered JOIN policies_guaranteeterm term
      ON term.insurer_id = %(insurer)s AND term.former_buyer_id = entered.buyer_id
    WHERE term.id > %(after)s AND entered.booked_on > term.booked_on
      AND entered.effective_on <= term.granted_first AND entered.effective_on <= term.booked_on
)
SELECT term.id, guarantee.public_id, term.decision_id, term.cession_id, cession.replaces_id, term.granted_first,
       term.granted_amount, COALESCE(term.right_amount, term.granted_amount),
       rating.grade, rating.default_probability, rating.effective_on, rating.is_insolvent, rating.source_reference
FROM concerned
JOIN policies_guaranteeterm term ON term.insurer_id = %(insurer)s AND term.id = concerned.id
JOIN policies_guarantee guarantee ON guarantee.insurer_id = term.insurer_id AND guarantee.id = term.guarantee_id
JOIN reinsurance_cession cession ON cession.insurer_id = term.insurer_id AND cession.id = term.cession_id
JOIN LATERAL (
    SELECT grade, default_probability, effective_on, booked_on, is_insolvent, source_reference
    FROM policies_buyerrating
    WHERE insurer_id = %(insurer)s AND buyer_id = concerned.buyer_id
      -- A term may begin after the day on which it was granted (D-38); what was true in between was no error then.
      AND effective_on <= LEAST(term.granted_first, term.booked_on)
      AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
WHERE rating.booked_on > term.booked_on AND rating.booked_on >= {SINCE_LAST_NIGHT}
ORDER BY term.id LIMIT %(limit)s FOR UPDATE OF term
"""  # noqa: S608 (our own words)


def wrongly_rated(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[WronglyRated]:
    """The terms whose right rating was entered since the insurer's last night, locked, by term id after `after_id`.

    One query, which begins at what was entered; inside acting(actor).
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_SQL, {"insurer": actor.insurer_id, "on": on, "limit": limit, "after": after_id})
        return [WronglyRated(*row) for row in cursor.fetchall()]
