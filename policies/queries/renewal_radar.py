"""Which guarantees end soon: the wave by week and product, and the lines with all that judging their renewal needs.

Scoped by organisation. A line is judged on the latest notice in effect, or on the one it rests on where that takes
effect later (D-38), for what was asked at first or in the request for renewal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO, to_cent_half_up
from policies.domain.limit_request import kind_of
from policies.queries.pages import CursorUnknown
from policies.queries.request_facts import Asked
from policies.queries.scope import organisation_scope


@dataclass(frozen=True, slots=True)
class EndingTerm:
    """A running term that ends soon; `renewal_id` None where nobody has asked. `limit_*` is the notice judged on.

    `settlement*` is the answer to a referred renewal that stands: its public id, status, who proposed it, amount.
    """

    term_id: int
    guarantee: str
    product: str
    kind: str
    market: str
    sequence: int
    cover_end: date
    amount: Decimal
    ceded_ratio: Decimal
    premium: Decimal
    is_premium_illustrative: bool
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
    renewal_id: int | None
    asked_on: date | None
    asked_by: str | None
    settlement: str | None
    settlement_status: str | None
    settlement_approves: bool | None
    settlement_amount: Decimal | None
    settlement_reason: str | None
    proposed_by: str | None

    @property
    def opens_the_same_kind(self) -> bool:
        """Whether the latest notice still opens this kind of top-up (D-26: a resumed primary ends substitution)."""
        return self.limit_decision not in (None, "grant") and kind_of(str(self.limit_decision)) == self.kind

    @property
    def week(self) -> date:
        """The Monday of the week in which it ends."""
        return self.cover_end - timedelta(days=self.cover_end.weekday())

    @property
    def ceded_amount(self) -> Decimal:
        """What it draws on the envelope."""
        return to_cent_half_up(self.amount * self.ceded_ratio)

    def asked(self) -> Asked:
        """Its renewal, its own term left out of what is in force."""
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


@dataclass(frozen=True, slots=True)
class WeekOfProduct:
    """What ends in one week (beginning on its Monday) of one product: how many, for how much, how many were asked for.

    `ceded` is what it draws on the envelope, `premium` that of the term that ends.
    """

    week: date
    product: str
    count: int
    asked: int
    amount: Decimal
    ceded: Decimal
    premium: Decimal


_SCOPE: Final = """term.insurer_id = %(insurer)s AND term.status = 'running'
  AND term.cover_end > %(after)s AND term.cover_end <= %(last)s
  AND (%(broker)s::bigint IS NULL OR EXISTS (
      SELECT 1 FROM policies_mandate mandate
      WHERE mandate.policyholder_id = holder.id AND mandate.broker_id = %(broker)s AND mandate.first_day <= %(on)s
        AND (mandate.end_day IS NULL OR mandate.end_day > %(on)s)))
  AND (%(holder)s::bigint IS NULL OR holder.organisation_id = %(holder)s)
  AND (%(product)s = '' OR guarantee.product = %(product)s)
  AND (%(asked)s::boolean IS NULL OR %(asked)s = (renewal.id IS NOT NULL))"""
_FROM: Final = """
FROM policies_guaranteeterm term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN policies_policy policy ON policy.id = term.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
LEFT JOIN policies_renewalrequest renewal ON renewal.term_id = term.id AND renewal.outcome IS NULL
"""
_COLUMNS: Final = """
SELECT term.id, guarantee.public_id, guarantee.product, guarantee.kind, guarantee.market, term.sequence, term.cover_end,
       term.amount, term.ceded_ratio, term.premium, term.is_premium_illustrative, term.policy_id, term.buyer_id,
       COALESCE(renewal.requested_total, request.requested_total), request.payment_days, request.french_share,
       request.sale_currency, request.is_construction_subcontract, lim.id, lim.decision,
       buyer.name, buyer.country, buyer.identifier, policy.number, holder.name,
       renewal.id, renewal.asked_on, renewal.asked_by,
       settlement.public_id, settlement.status, settlement.approves, settlement.amount, settlement.reason,
       settlement.proposed_by
"""
_MORE: Final = """
JOIN policies_limitrequest request ON request.id = guarantee.limit_request_id
JOIN policies_buyer buyer ON buyer.id = term.buyer_id
LEFT JOIN policies_renewalsettlement settlement ON settlement.insurer_id = term.insurer_id
     AND settlement.renewal_id = renewal.id AND settlement.status IN ('proposed', 'confirmed')
LEFT JOIN LATERAL (
    SELECT id, decision FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = term.policy_id AND buyer_id = term.buyer_id
      AND booked_on <= %(on)s AND (effective_on <= %(on)s OR id = request.buyer_limit_id)
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
"""
_LINES: Final = _COLUMNS + _FROM + _MORE + "WHERE " + _SCOPE
_WAVE_COLUMNS: Final = """
SELECT date_trunc('week', term.cover_end)::date, guarantee.product, count(*), count(renewal.id), sum(term.amount),
       sum(round(term.amount * term.ceded_ratio, 2)), sum(term.premium)
"""
_WAVE: Final = _WAVE_COLUMNS + _FROM + "WHERE " + _SCOPE + " GROUP BY 1, 2 ORDER BY 1, 2"


def wave(actor: Actor, *, after: date, last: date, on: date) -> list[WeekOfProduct]:
    """What ends after one day and by another, week by week. One query; inside acting(actor)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_WAVE, _given(actor, after=after, last=last, on=on))
        return [WeekOfProduct(*row) for row in cursor.fetchall()]


def counted(rows: Sequence[EndingTerm]) -> list[WeekOfProduct]:
    """What `wave` would answer for these rows, which have been read already."""
    found: dict[tuple[date, str], list[EndingTerm]] = {}
    for row in rows:
        found.setdefault((row.week, row.product), []).append(row)
    return [
        WeekOfProduct(
            week,
            product,
            len(members),
            sum(row.renewal_id is not None for row in members),
            sum((row.amount for row in members), ZERO),
            sum((row.ceded_amount for row in members), ZERO),
            sum((row.premium for row in members), ZERO),
        )
        for (week, product), members in sorted(found.items(), key=lambda one: one[0])
    ]


def lines(
    actor: Actor,
    *,
    after: date,
    last: date,
    on: date,
    product: str = "",
    asked: bool | None = None,
    cursor: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[EndingTerm]:
    """The terms that end after one day and by another, soonest first; `cursor` is the guarantee of the last one seen.

    One query, two with a cursor. Raises CursorUnknown. Inside acting(actor).
    """
    given = _given(actor, after=after, last=last, on=on, product=product, asked=asked)
    where = ""
    if cursor:
        given |= _place_of(actor, cursor)
        where = " AND (term.cover_end, term.id) > (%(seen_end)s, %(seen_id)s)"
    return _read(where + " ORDER BY term.cover_end, term.id LIMIT %(limit)s OFFSET %(offset)s", given, limit, offset)


def named(actor: Actor, guarantees: Sequence[str], *, on: date) -> list[EndingTerm]:
    """The running terms of these guarantees that end after the day, whenever that is. One query; inside acting."""
    given = _given(actor, after=on, last=date.max, on=on) | {"guarantees": list(guarantees)}
    return _read(" AND guarantee.public_id = ANY (%(guarantees)s) ORDER BY term.id", given, None, 0)


def _read(more: str, given: dict[str, Any], limit: int | None, offset: int) -> list[EndingTerm]:
    with connections["default"].cursor() as cursor:
        cursor.execute(_LINES + more, given | {"limit": limit, "offset": offset})
        return [EndingTerm(*row) for row in cursor.fetchall()]


def _given(
    actor: Actor, *, after: date, last: date, on: date, product: str = "", asked: bool | None = None
) -> dict[str, Any]:
    return {
        "insurer": actor.insurer_id,
        "after": after,
        "last": last,
        "on": on,
        "product": product,
        "asked": asked,
        **organisation_scope(actor),
    }


def _place_of(actor: Actor, guarantee: str) -> dict[str, Any]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT term.cover_end, term.id FROM policies_guaranteeterm term "
            "JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id "
            "WHERE term.insurer_id = %s AND guarantee.public_id = %s ORDER BY term.sequence DESC LIMIT 1",
            [actor.insurer_id, guarantee],
        )
        found = cursor.fetchone()
    if found is None:
        raise CursorUnknown("The cursor is none of this list: begin again without it.", cursor=guarantee[:60])
    return {"seen_end": found[0], "seen_id": found[1]}
