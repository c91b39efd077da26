"""The guarantees in force as a what-if run looks at them: blocks by term, each with its latest notice and its names.

What their renewal on a day would be judged on comes from `request_facts`, as it does for a renewal. A guarantee that
was granted before its notice takes effect (D-38) is judged on that notice. No lock is taken: nothing of the book is
going to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.domain.limit_request import kind_of
from policies.queries.request_facts import Asked


@dataclass(frozen=True, slots=True)
class BookRow:
    """A running term with everything that judging its renewal needs; `limit_*` is the latest notice in effect,
    or the one that it rests on where that takes effect later.
    """

    term_id: int
    guarantee: str
    product: str
    kind: str
    market: str
    amount: Decimal
    policy_id: int
    buyer_id: int
    requested_total: Decimal
    payment_days: int | None
    french_share: Decimal | None
    sale_currency: str
    is_construction_subcontract: bool
    limit_id: int | None
    limit_decision: str | None
    buyer: str
    buyer_country: str
    buyer_identifier: str
    policy_number: str
    policyholder: str

    @property
    def opens_the_same_kind(self) -> bool:
        """Whether the latest notice still opens this kind of top-up (D-26: a resumed primary ends substitution)."""
        return self.limit_decision not in (None, "grant") and kind_of(str(self.limit_decision)) == self.kind

    def asked(self) -> Asked:
        """Its renewal for what was asked at first, its own term left out of what is in force."""
        assert self.limit_id is not None
        return Asked(
            policy_id=self.policy_id,
            buyer_id=self.buyer_id,
            buyer_limit_id=self.limit_id,
            market=self.market,
            requested_total=self.requested_total,
            payment_days=self.payment_days,
            french_share=self.french_share,
            sale_currency=self.sale_currency,
            is_construction_subcontract=self.is_construction_subcontract,
            own_term_id=self.term_id,
        )


_SQL: Final = """
SELECT term.id, guarantee.public_id, guarantee.product, guarantee.kind, guarantee.market, term.amount,
       term.policy_id, term.buyer_id, request.requested_total, request.payment_days, request.french_share,
       request.sale_currency, request.is_construction_subcontract, lim.id, lim.decision,
       buyer.name, buyer.country, buyer.identifier, policy.number, holder.name
FROM (
    SELECT id, guarantee_id, policy_id, buyer_id, amount FROM policies_guaranteeterm
    WHERE insurer_id = %(insurer)s AND status = 'running' AND id > %(after)s AND id <= %(last)s
    ORDER BY id LIMIT %(limit)s) term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN policies_limitrequest request ON request.id = guarantee.limit_request_id
JOIN policies_policy policy ON policy.id = term.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN policies_buyer buyer ON buyer.id = term.buyer_id
LEFT JOIN LATERAL (
    SELECT id, decision FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = term.policy_id AND buyer_id = term.buyer_id
      AND booked_on <= %(on)s AND (effective_on <= %(on)s OR id = request.buyer_limit_id)
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
ORDER BY term.id
"""


@dataclass(frozen=True, slots=True)
class Extent:
    """How many terms run, and the last of them."""

    count: int
    last_term_id: int


def extent(actor: Actor) -> Extent:
    """The book as it stands now. One query; inside acting(actor)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(max(id), 0) FROM policies_guaranteeterm "
            "WHERE insurer_id = %s AND status = 'running'",
            [actor.insurer_id],
        )
        return Extent(*cursor.fetchone())


def block(actor: Actor, *, on: date, after_term_id: int, last_term_id: int, limit: int) -> list[BookRow]:
    """The next running terms in the order of their ids. One query; inside acting(actor)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _SQL,
            {"insurer": actor.insurer_id, "on": on, "after": after_term_id, "last": last_term_id, "limit": limit},
        )
        return [BookRow(*row) for row in cursor.fetchall()]
