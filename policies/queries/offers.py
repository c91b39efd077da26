"""Offers awaiting an answer, as commands need them: locked, in order, with what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.queries.scope import organisation_scope


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer with its request. `status` is the offer's; days are half-open."""

    id: int
    public_id: str
    status: str
    open_until: date
    amount: Decimal
    held_amount: Decimal
    request_id: int
    request_public_id: str
    policy_id: int
    buyer_id: int
    buyer_limit_id: int
    primary_amount: Decimal
    kind: str
    market: str
    payment_days: int | None
    french_share: Decimal | None
    sale_currency: str
    is_construction_subcontract: bool
    buyer_identifier: str
    buyer_name: str
    buyer_country: str
    policy_number: str
    holder_public_id: str
    holder_name: str
    was_approved: bool
    is_change: bool


_SELECT: Final = """
SELECT offer.id, offer.public_id, offer.status, offer.open_until, offer.amount, offer.held_amount,
       request.id, request.public_id, request.policy_id, request.buyer_id, request.buyer_limit_id, lim.amount,
       offer.kind, offer.market, request.payment_days, request.french_share, request.sale_currency,
       request.is_construction_subcontract, buyer.identifier, buyer.name, buyer.country, policy.number,
       holder.public_id, holder.name, request.settled_by <> '', request.changes_id IS NOT NULL
FROM policies_offer offer
JOIN policies_limitrequest request ON request.id = offer.limit_request_id
JOIN policies_buyerlimit lim ON lim.id = request.buyer_limit_id
JOIN policies_buyer buyer ON buyer.id = request.buyer_id
JOIN policies_policy policy ON policy.id = request.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
WHERE offer.insurer_id = %(insurer)s
"""
_SCOPE: Final = """
  AND (%(broker)s::bigint IS NULL OR EXISTS (
      SELECT 1 FROM policies_mandate mandate
      WHERE mandate.policyholder_id = holder.id AND mandate.broker_id = %(broker)s AND mandate.first_day <= %(on)s
        AND (mandate.end_day IS NULL OR mandate.end_day > %(on)s)))
  AND (%(holder)s::bigint IS NULL OR holder.organisation_id = %(holder)s)
"""
_LOCK: Final = " ORDER BY request.id FOR UPDATE OF request, offer"


def locked(actor: Actor, public_ids: Sequence[str], *, on: date) -> dict[str, OfferRow]:
    """The offers that this actor may answer, by public id, locked until the transaction ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _SELECT + " AND offer.public_id = ANY(%(ids)s)" + _SCOPE + _LOCK,
            {"insurer": actor.insurer_id, "ids": list(public_ids), "on": on, **organisation_scope(actor)},
        )
        return {row.public_id: row for row in (OfferRow(*found) for found in cursor.fetchall())}


def due_to_expire(actor: Actor, *, on: date, limit: int) -> list[OfferRow]:
    """Live offers whose last day has passed, oldest first, locked; at most `limit`."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _SELECT
            + " AND offer.status = 'live' AND offer.open_until <= %(on)s"
            + " ORDER BY request.id LIMIT %(limit)s FOR UPDATE OF request, offer",
            {"insurer": actor.insurer_id, "on": on, "limit": limit},
        )
        return [OfferRow(*found) for found in cursor.fetchall()]
