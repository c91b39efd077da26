"""How much stands on one buyer at an insurer: primary limit, top-ups of this policy and of others, open offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class BuyerExposure:
    """In euro, on one day. `primary_amount` is this policy's; `others_amount` other policies' top-ups."""

    primary_amount: Decimal
    own_amount: Decimal
    others_amount: Decimal
    held_amount: Decimal

    @property
    def total(self) -> Decimal:
        return self.primary_amount + self.own_amount + self.others_amount + self.held_amount


_SQL: Final = """
WITH pair AS (
    SELECT term.policy_id, term.buyer_id FROM policies_guaranteeterm term
    JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
    WHERE guarantee.insurer_id = %(insurer)s AND guarantee.public_id = %(guarantee)s LIMIT 1)
SELECT COALESCE((SELECT lim.amount FROM policies_buyerlimit lim, pair
                 WHERE lim.insurer_id = %(insurer)s AND lim.policy_id = pair.policy_id
                   AND lim.buyer_id = pair.buyer_id AND lim.effective_on <= %(on)s AND lim.booked_on <= %(on)s
                 ORDER BY lim.effective_on DESC, lim.id DESC LIMIT 1), 0),
       COALESCE(sum(term.amount) FILTER (WHERE term.policy_id = pair.policy_id), 0),
       COALESCE(sum(term.amount) FILTER (WHERE term.policy_id <> pair.policy_id), 0),
       COALESCE((SELECT sum(offer.amount) FROM policies_offer offer
                 JOIN policies_limitrequest request ON request.id = offer.limit_request_id
                 WHERE offer.insurer_id = %(insurer)s AND offer.status = 'live'
                   AND request.buyer_id = (SELECT buyer_id FROM pair)), 0)
FROM pair LEFT JOIN policies_guaranteeterm term
     ON term.insurer_id = %(insurer)s AND term.buyer_id = pair.buyer_id AND term.status = 'running'
    AND term.cover_first <= %(on)s AND term.cover_end > %(on)s
"""


def live_on(actor: Actor, guarantee: str, *, on: date) -> BuyerExposure | None:
    """What stands on the buyer of a guarantee; for the insurer's own people, None for others.

    One query; inside acting(actor). What other policyholders have on a buyer is nobody else's business.
    """
    if not actor.is_insurer:
        return None
    with connections["default"].cursor() as cursor:
        cursor.execute(_SQL, {"insurer": actor.insurer_id, "guarantee": guarantee, "on": on})
        found = cursor.fetchone()
    return BuyerExposure(*found) if found else None
