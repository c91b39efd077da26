"""What the rows of a file point at: policy, buyer, the notice that opens a top-up, and what stands in the way.

One query for a whole chunk. A broker finds the policies of its own clients only: those under a mandate on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.domain.bulk_rows import RequestRow
from policies.queries.scope import organisation_scope


@dataclass(frozen=True, slots=True)
class RowTarget:
    """What one row points at; an id is None where nothing was found.

    `request_under_way` and `guarantee_running` are the public ids of what already stands on the same policy and buyer.
    """

    policy_id: int | None
    policy_is_ended: bool
    buyer_id: int | None
    buyer_limit_id: int | None
    limit_decision: str | None
    limit_notified_on: date | None
    request_under_way: str | None
    guarantee_running: str | None


_SQL: Final = """
SELECT policy.id, COALESCE(policy.end_day <= %(on)s OR policy.first_day > %(on)s, false), buyer.id,
       lim.id, lim.decision, lim.notified_on,
       (SELECT request.public_id FROM policies_limitrequest request
        WHERE request.insurer_id = %(insurer)s AND request.policy_id = policy.id AND request.buyer_id = buyer.id
          AND request.status IN ('pending', 'referred', 'offered')),
       (SELECT guarantee.public_id FROM policies_guaranteeterm term
        JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
        WHERE term.insurer_id = %(insurer)s AND term.policy_id = policy.id AND term.buyer_id = buyer.id
          AND term.status = 'running' AND term.cover_end > %(on)s LIMIT 1)
FROM unnest(%(policies)s::text[], %(countries)s::text[], %(types)s::text[], %(identifiers)s::text[])
     WITH ORDINALITY AS given (policy_number, country, identifier_type, identifier, place)
LEFT JOIN policies_policy policy ON policy.insurer_id = %(insurer)s AND policy.number = given.policy_number
     AND (%(broker)s::bigint IS NULL OR EXISTS (
         SELECT 1 FROM policies_mandate mandate
         WHERE mandate.insurer_id = %(insurer)s AND mandate.policyholder_id = policy.policyholder_id
           AND mandate.broker_id = %(broker)s AND mandate.first_day <= %(on)s
           AND (mandate.end_day IS NULL OR mandate.end_day > %(on)s)))
     AND (%(holder)s::bigint IS NULL OR EXISTS (
         SELECT 1 FROM policies_policyholder own WHERE own.id = policy.policyholder_id
           AND own.organisation_id = %(holder)s))
LEFT JOIN policies_buyer named ON named.insurer_id = %(insurer)s AND named.country = given.country
     AND named.identifier_type = given.identifier_type AND named.identifier = given.identifier
-- Whoever was absorbed, or has another number, is asked for as the buyer that it is followed under today.
LEFT JOIN LATERAL (
    SELECT standing_id FROM policies_buyerstanding
    WHERE insurer_id = %(insurer)s AND buyer_id = named.id
    ORDER BY effective_on DESC, id DESC LIMIT 1) followed ON true
-- CASE: behind row-level security PostgreSQL would not look COALESCE up in the index.
LEFT JOIN policies_buyer buyer ON buyer.insurer_id = %(insurer)s
     AND buyer.id = CASE WHEN followed.standing_id IS NULL THEN named.id ELSE followed.standing_id END
LEFT JOIN LATERAL (
    SELECT id, decision, notified_on FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = policy.id AND buyer_id = buyer.id
      AND notified_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
ORDER BY given.place
"""


def of_rows(actor: Actor, rows: Sequence[RequestRow], *, on: date) -> list[RowTarget]:
    """The target of each row, in the order given. One query; runs inside acting(actor)."""
    if not rows:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "insurer": actor.insurer_id,
                "on": on,
                "policies": [row.policy_number for row in rows],
                "countries": [row.buyer_country for row in rows],
                "types": [row.buyer_identifier_type for row in rows],
                "identifiers": [row.buyer_identifier for row in rows],
                **organisation_scope(actor),
            },
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return [RowTarget(*one) for one in found]
