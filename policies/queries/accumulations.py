"""How much is engaged on a buyer, and on a group of buyers, over all policyholders of the insurer, on a day.

Primary limits, running top-ups and live offers, in euro; of the top-ups what is ceded. A buyer that was absorbed stands
under the one that remains, where its limits and covers are (ADR 0018). For the insurer's own people alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.models import BuyerGroup, GroupLimit
from policies.queries.pages import Page, bounds

SORTS: Final = ("name", "primary", "top_up", "ceded", "held", "total", "used")


@dataclass(frozen=True, slots=True)
class Accumulation:
    """What is engaged on one buyer, or on one group. `used` is the share of the group's limit, None without one."""

    key: str
    name: str
    identifier: str
    group: str
    group_name: str
    buyers: int
    policyholders: int
    primary: Decimal
    top_up: Decimal
    ceded: Decimal
    held: Decimal
    total: Decimal
    limit: Decimal | None
    used: Decimal | None

    @property
    def is_above(self) -> bool:
        """Whether more is engaged than the insurer allows itself."""
        return self.limit is not None and self.total > self.limit


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group with the limit in force on a day, and the one that waits for a second person."""

    public_id: str
    reference: str
    name: str
    limit: Decimal | None
    limits: list[LimitLine]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit of a group, in force, proposed or answered otherwise; `amount` None lifts it."""

    public_id: str
    status: str
    amount: Decimal | None
    effective_on: date
    reason: str
    proposed_by: str
    proposed_on: date
    answered_by: str
    answered_on: date | None


_ENGAGED: Final = """
WITH engaged AS (
    SELECT lim.buyer_id, lim.policy_id, lim.amount AS primary_amount, 0::numeric AS top_up, 0::numeric AS ceded,
           0::numeric AS held
    FROM (SELECT DISTINCT ON (policy_id, buyer_id) policy_id, buyer_id, amount FROM policies_buyerlimit
          WHERE insurer_id = %(insurer)s AND effective_on <= %(on)s AND booked_on <= %(on)s
          ORDER BY policy_id, buyer_id, effective_on DESC, id DESC) lim
    WHERE lim.amount > 0
    UNION ALL
    SELECT term.buyer_id, term.policy_id, 0, term.amount,
           round(LEAST(term.amount, term.right_amount) * term.ceded_ratio, 2), 0
    FROM policies_guaranteeterm term
    WHERE term.insurer_id = %(insurer)s AND term.status = 'running' AND term.cover_end > %(on)s
    UNION ALL
    SELECT request.buyer_id, request.policy_id, 0, 0, 0, offer.amount
    FROM policies_limitrequest request
    JOIN policies_offer offer ON offer.limit_request_id = request.id AND offer.status = 'live'
    WHERE request.insurer_id = %(insurer)s AND request.status = 'offered'),
member AS (
    SELECT DISTINCT ON (buyer_id) buyer_id, group_id FROM policies_groupmembership
    WHERE insurer_id = %(insurer)s AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY buyer_id, effective_on DESC, id DESC),
allowed AS (
    SELECT DISTINCT ON (group_id) group_id, amount FROM policies_grouplimit
    WHERE insurer_id = %(insurer)s AND status = 'confirmed' AND effective_on <= %(on)s AND answered_on <= %(on)s
    ORDER BY group_id, effective_on DESC, id DESC),
summed AS (
    SELECT {key} AS row_id, count(DISTINCT engaged.buyer_id) AS buyers,
           count(DISTINCT policy.policyholder_id) AS policyholders, sum(primary_amount) AS primary_amount,
           sum(top_up) AS top_up, sum(ceded) AS ceded, sum(held) AS held
    FROM engaged
    JOIN policies_policy policy ON policy.id = engaged.policy_id
    LEFT JOIN member ON member.buyer_id = engaged.buyer_id
    WHERE {key} IS NOT NULL
    GROUP BY 1)
"""
_BY_BUYER: Final = (
    _ENGAGED.format(key="engaged.buyer_id")
    + """
SELECT buyer.public_id AS key, buyer.name, buyer.country || ' ' || buyer.identifier AS identifier,
       COALESCE(grouped.public_id, '') AS group_key, COALESCE(grouped.name, '') AS group_name, 1 AS buyers,
       summed.policyholders, primary_amount, top_up, ceded, held, primary_amount + top_up + held AS total,
       NULL::numeric AS allowed_amount, NULL::numeric AS used
FROM summed
JOIN policies_buyer buyer ON buyer.id = summed.row_id
LEFT JOIN member ON member.buyer_id = buyer.id
LEFT JOIN policies_buyergroup grouped ON grouped.id = member.group_id
WHERE (%(text)s = '' OR buyer.name ILIKE %(like)s OR buyer.identifier LIKE %(like)s)
  AND (%(group)s = '' OR grouped.public_id = %(group)s)
"""
)
_BY_GROUP: Final = (
    _ENGAGED.format(key="member.group_id")
    + """
SELECT grouped.public_id AS key, grouped.name, grouped.reference AS identifier, grouped.public_id AS group_key,
       grouped.name AS group_name, COALESCE(summed.buyers, 0) AS buyers, COALESCE(summed.policyholders, 0),
       COALESCE(primary_amount, 0) AS primary_amount, COALESCE(top_up, 0) AS top_up, COALESCE(ceded, 0) AS ceded,
       COALESCE(held, 0) AS held, COALESCE(primary_amount + top_up + held, 0) AS total,
       allowed.amount AS allowed_amount,
       CASE WHEN allowed.amount > 0 THEN COALESCE(primary_amount + top_up + held, 0) / allowed.amount END AS used
FROM policies_buyergroup grouped
LEFT JOIN summed ON summed.row_id = grouped.id
LEFT JOIN allowed ON allowed.group_id = grouped.id
WHERE grouped.insurer_id = %(insurer)s
  AND (%(text)s = '' OR grouped.name ILIKE %(like)s OR grouped.reference LIKE %(like)s)
  AND (%(group)s = '' OR grouped.public_id = %(group)s)
"""
)
_COLUMNS: Final = {
    "name": "name",
    "primary": "primary_amount",
    "top_up": "top_up",
    "ceded": "ceded",
    "held": "held",
    "total": "total",
    "used": "used",
}
_GROUP_OF: Final = """
SELECT grouped.public_id FROM {thing} thing
JOIN LATERAL (
    SELECT group_id FROM policies_groupmembership
    WHERE insurer_id = %(insurer)s AND buyer_id = thing.buyer_id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) member ON true
JOIN policies_buyergroup grouped ON grouped.id = member.group_id
WHERE thing.insurer_id = %(insurer)s AND {which}
"""
_OF_GUARANTEE: Final = _GROUP_OF.format(
    thing="policies_guaranteeterm",
    which="thing.guarantee_id = (SELECT id FROM policies_guarantee WHERE insurer_id = %(insurer)s "
    "AND public_id = %(public_id)s) ORDER BY thing.sequence DESC LIMIT 1",
)
_OF_REQUEST: Final = _GROUP_OF.format(thing="policies_limitrequest", which="thing.public_id = %(public_id)s")


def accumulations(
    actor: Actor,
    *,
    on: date,
    by: str = "group",
    text: str = "",
    group: str = "",
    sort: str = "-total",
    page: int = 1,
    size: int = 50,
) -> Page[Accumulation]:
    """One page of groups, or of buyers (`by`), the largest first; `group` leaves only one of them.

    Two queries; inside acting(actor). `sort` is one of SORTS, with `-` from the largest.
    """
    given: dict[str, Any] = {"insurer": actor.insurer_id, "on": on, "text": text, "like": f"%{text}%", "group": group}
    sql = _BY_GROUP if by == "group" else _BY_BUYER
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) found", given)  # noqa: S608 (our own words)
        total = int(cursor.fetchone()[0])
        number, pages, first = bounds(total=total, number=page, size=size)
        order = f"{_COLUMNS.get(sort.lstrip('-'), 'total')} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST"
        cursor.execute(
            f"SELECT * FROM ({sql}) found ORDER BY {order}, key LIMIT %(size)s OFFSET %(first)s",  # noqa: S608 (our own words)
            {**given, "size": size, "first": first},
        )
        return Page([Accumulation(*row) for row in cursor.fetchall()], number, pages, total)


def group_shown(actor: Actor, public_id: str, *, on: date) -> GroupShown | None:
    """A group with its limits, newest first; None where the insurer has none such. Two queries; inside acting."""
    row = BuyerGroup.objects.filter(insurer_id=actor.insurer_id, public_id=public_id).first()
    if row is None:
        return None
    limits = list(GroupLimit.objects.filter(insurer_id=actor.insurer_id, group=row).order_by("-effective_on", "-pk"))
    in_force = next(
        (
            one
            for one in limits
            if one.status == "confirmed" and one.effective_on <= on and (one.answered_on or on) <= on
        ),
        None,
    )
    return GroupShown(
        row.public_id,
        row.reference,
        row.name,
        None if in_force is None else in_force.amount,
        [
            LimitLine(
                one.public_id,
                one.status,
                one.amount,
                one.effective_on,
                one.reason,
                one.proposed_by,
                one.proposed_on,
                one.answered_by,
                one.answered_on,
            )
            for one in limits
        ],
    )


def of_guarantee(actor: Actor, public_id: str, *, on: date) -> Accumulation | None:
    """What is engaged on the group of a guarantee's buyer; None without a group, and for who is not the insurer's."""
    return _of(actor, _OF_GUARANTEE, public_id, on=on)


def of_request(actor: Actor, public_id: str, *, on: date) -> Accumulation | None:
    """What is engaged on the group of a request's buyer; None without a group, and for who is not the insurer's."""
    return _of(actor, _OF_REQUEST, public_id, on=on)


def _of(actor: Actor, sql: str, public_id: str, *, on: date) -> Accumulation | None:
    if not actor.is_insurer:
        return None
    given: dict[str, Any] = {"insurer": actor.insurer_id, "on": on, "public_id": public_id}
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, given)
        found = cursor.fetchone()
    if found is None:
        return None
    return next(iter(accumulations(actor, on=on, by="group", group=found[0], size=1).rows), None)
