"""What the insurer covers alone on a buyer by the decisions in the books, on the day a new one is to take effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor

_SQL: Final = """
SELECT asked.place, lim.effective_on, lim.amount
FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[], %(days)s::date[])
     WITH ORDINALITY AS asked (policy_id, buyer_id, effective_on, place)
JOIN LATERAL (
    SELECT effective_on, amount FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = asked.policy_id AND buyer_id = asked.buyer_id
      AND effective_on <= asked.effective_on AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a decision is to take effect."""

    policy_id: int
    buyer_id: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, and since when it stands."""

    effective_on: date
    amount: Decimal


def standing(actor: Actor, places: Sequence[Place], *, on: date) -> dict[Place, Limit]:
    """The limit that stands at each place as known on `on`; one never heard of is left out. One query."""
    if not places:
        return {}
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "insurer": actor.insurer_id,
                "on": on,
                "policies": [one.policy_id for one in places],
                "buyers": [one.buyer_id for one in places],
                "days": [one.effective_on for one in places],
            },
        )
        return {places[place - 1]: Limit(since, amount) for place, since, amount in cursor.fetchall()}
