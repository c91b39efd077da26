"""Which running terms were granted on a rating that was wrong, and what was the right one? (D-39)

Wrong is a rating when another one, true on the day of the grant or before, was entered after the term was granted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class WronglyRated:
    """A running term with the rating that was right on its first day. Amounts in euro.

    `ceded_base` is what its cession carries now, before the treaty's share: less than `amount` once it was corrected.
    """

    term_id: int
    guarantee_public_id: str
    decision_id: int
    cession_id: int
    first_day: date
    amount: Decimal
    ceded_base: Decimal
    granted_amount: Decimal
    premium: Decimal
    grade: str
    default_probability: Decimal | None
    assessed_on: date
    is_insolvent: bool
    rating_source: str


_SQL: Final = """
SELECT term.id, guarantee.public_id, term.decision_id, term.cession_id, term.granted_first, term.amount,
       LEAST(term.amount, term.right_amount), term.granted_amount, term.premium,
       rating.grade, rating.default_probability, rating.effective_on, rating.is_insolvent, rating.source_reference
FROM policies_guaranteeterm term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN LATERAL (
    SELECT grade, default_probability, effective_on, booked_on, is_insolvent, source_reference
    FROM policies_buyerrating
    -- The rating that a grant rested on is that of the buyer as it was then, whoever has taken it over since.
    -- CASE, since PostgreSQL counts COALESCE among what might tell of hidden rows: row-level security would put it
    -- after the index, and each term would read every rating of the insurer.
    WHERE insurer_id = term.insurer_id
      AND buyer_id = CASE WHEN term.former_buyer_id IS NULL THEN term.buyer_id ELSE term.former_buyer_id END
      -- A term may begin after the day on which it was granted (D-38); what was true in between was no error then.
      AND effective_on <= LEAST(term.granted_first, term.booked_on)
      AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
WHERE term.insurer_id = %(insurer)s AND term.status = 'running' AND term.id > %(after)s
  AND rating.booked_on > term.booked_on AND rating.booked_on >= %(on)s - 1
ORDER BY term.id LIMIT %(limit)s FOR UPDATE OF term
"""


def wrongly_rated(actor: Actor, *, on: date, limit: int, after_id: int = 0) -> list[WronglyRated]:
    """The terms whose right rating was entered on this day or the one before, locked, by term id after `after_id`.

    The night of a day comes before what is entered on it, and nights are opened one after another. One query; inside
    acting(actor).
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_SQL, {"insurer": actor.insurer_id, "on": on, "limit": limit, "after": after_id})
        return [WronglyRated(*row) for row in cursor.fetchall()]
