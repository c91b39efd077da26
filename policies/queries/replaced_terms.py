"""The running terms that requests for another amount would replace (E11, E12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from capweb.kernel.money import to_cent_half_up
from policies.domain.cover_terms import ceded_base


@dataclass(frozen=True, slots=True)
class ReplacedTerm:
    """A running term with what its end brings about; amounts in euro, days half-open.

    `right_amount` is what of it is ceded where its rating proved wrong (D-39), `right_share` its share of the grant,
    `ceded_premium_left` the premium of its cession, before the treaty's share, less what was credited of it.
    """

    request_id: int
    term_id: int
    guarantee_id: int
    guarantee_public_id: str
    cession_id: int
    amount: Decimal
    ceded_ratio: Decimal
    premium: Decimal
    granted_first: date
    granted_end: date
    cover_end: date
    run_off_days: int
    right_amount: Decimal | None
    right_share: Decimal
    ceded_premium_left: Decimal

    @property
    def ceded_amount(self) -> Decimal:
        """What it draws on the envelope, which its successor takes over."""
        return to_cent_half_up(self.ceded_base * self.ceded_ratio)

    @property
    def ceded_base(self) -> Decimal:
        """What of the amount is ceded, before the treaty's share."""
        return ceded_base(self.amount, self.right_amount)


_SQL: Final = """
SELECT request.id, term.id, guarantee.id, guarantee.public_id, term.cession_id, term.amount, term.ceded_ratio,
       term.premium, term.granted_first, term.granted_end, term.cover_end, COALESCE(terms.run_off_days, 150),
       term.right_amount, COALESCE(term.right_amount / term.granted_amount, 1),
       cession.premium - COALESCE((
           SELECT sum(premium_credited) FROM reinsurance_cessionchange
           WHERE insurer_id = cession.insurer_id AND cession_id = cession.id), 0)
FROM policies_limitrequest request
JOIN policies_guarantee guarantee ON guarantee.id = request.changes_id
JOIN policies_guaranteeterm term ON term.guarantee_id = guarantee.id AND term.status = 'running'
     AND term.cover_end > %(on)s
JOIN reinsurance_cession cession ON cession.insurer_id = term.insurer_id AND cession.id = term.cession_id
LEFT JOIN LATERAL (
    SELECT longest_payment_days + declaration_delay_days AS run_off_days FROM policies_policyterms
    WHERE insurer_id = term.insurer_id AND policy_id = term.policy_id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) terms ON true
WHERE request.insurer_id = %(insurer)s AND request.id = ANY (%(requests)s)
ORDER BY term.id FOR UPDATE OF term
"""


def of_requests(actor: Actor, requests: Collection[int], *, on: date) -> dict[int, ReplacedTerm]:
    """By request id, the term that still runs on a day and would be replaced, locked; none where it has ended.

    One query; inside acting(actor).
    """
    if not requests:
        return {}
    with connections["default"].cursor() as cursor:
        cursor.execute(_SQL, {"insurer": actor.insurer_id, "on": on, "requests": list(requests)})
        return {row.request_id: row for row in (ReplacedTerm(*found) for found in cursor.fetchall())}
