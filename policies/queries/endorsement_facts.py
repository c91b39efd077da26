"""Names, addresses and numbers that an endorsement prints, for a batch of guarantee terms, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class PrintedFacts:
    """What a document says of the parties of one term, as known on the day it is issued."""

    term_id: int
    guarantee_id: str
    product: str
    sequence: int
    amount: Decimal
    policy_number: str
    form: str
    insurer_name: str
    insurer_siren: str
    insurer_street: str
    insurer_postal_code: str
    insurer_town: str
    holder_name: str
    holder_identifier: str
    holder_street: str
    holder_postal_code: str
    holder_town: str
    holder_country: str
    broker_name: str | None
    broker_siren: str | None
    buyer_name: str
    buyer_country: str
    buyer_identifier_type: str
    buyer_identifier: str
    grade: str | None
    default_probability: Decimal | None
    rated_on: date | None
    payment_days: int | None
    french_share: Decimal | None
    sale_currency: str
    previous_number: str | None
    versions: int


_SQL: Final = """
SELECT term.id, guarantee.public_id, guarantee.product, term.sequence, term.amount, policy.number, policy.form,
       house.name, house.siren, house.street, house.postal_code, house.town,
       holder.name, holder.identifier, holder.street, holder.postal_code, holder.town, holder.country,
       broker.name, NULLIF(broker.siren, ''), buyer.name, buyer.country, buyer.identifier_type, buyer.identifier,
       NULLIF(rating.grade, ''), rating.default_probability, rating.effective_on,
       request.payment_days, request.french_share, request.sale_currency,
       earlier.number, COALESCE(earlier.versions, 0)
FROM unnest(%(terms)s::bigint[]) WITH ORDINALITY AS asked (term_id, place)
-- From the terms outward: the planner knows little of terms that were written a moment ago and walked the whole book.
JOIN LATERAL (
    SELECT id, insurer_id, guarantee_id, policy_id, buyer_id, sequence, amount FROM policies_guaranteeterm
    WHERE insurer_id = %(insurer)s AND id = asked.term_id
    OFFSET 0) term ON true
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN policies_limitrequest request ON request.id = guarantee.limit_request_id
JOIN policies_policy policy ON policy.id = term.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN policies_buyer buyer ON buyer.id = term.buyer_id
JOIN accounts_organisation house ON house.id = term.insurer_id
LEFT JOIN LATERAL (
    SELECT broker_id FROM policies_mandate
    WHERE insurer_id = %(insurer)s AND policyholder_id = holder.id AND first_day <= %(on)s
      AND (end_day IS NULL OR end_day > %(on)s)
    LIMIT 1) mandate ON true
LEFT JOIN accounts_organisation broker ON broker.id = mandate.broker_id
LEFT JOIN LATERAL (
    SELECT grade, default_probability, effective_on FROM policies_buyerrating
    WHERE insurer_id = %(insurer)s AND buyer_id = buyer.id AND effective_on <= %(on)s AND booked_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) rating ON true
LEFT JOIN LATERAL (
    SELECT (array_agg(endorsement.number ORDER BY endorsement.id DESC))[1] AS number, count(*)::int AS versions
    FROM policies_endorsement endorsement
    JOIN policies_guaranteeterm other ON other.id = endorsement.term_id
    WHERE other.insurer_id = %(insurer)s AND other.guarantee_id = guarantee.id) earlier ON true
ORDER BY asked.place
"""


def of_terms(actor: Actor, term_ids: Sequence[int], *, on: date) -> list[PrintedFacts]:
    """The printed facts of each term, in the order given. One query; runs inside acting(actor)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_SQL, {"insurer": actor.insurer_id, "on": on, "terms": list(term_ids)})
        return [PrintedFacts(*row) for row in cursor.fetchall()]
