"""Which decisions of an authority may a wish stand on, and how much is left of each?

What is granted under an exception uses it: running terms and live offers in its scope (above parity: complements on
that buyer at home; large exporter: everything abroad) that were entered since the decision was. The amount told to
judging is what is left, so nothing is used twice; the dossiers are locked first, so two batches at once see each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from eligibility.domain.facts import RecordedException


@dataclass(frozen=True, slots=True, kw_only=True)
class Wisher:
    """Who asks on whom; what would be replaced does not count as used."""

    policy_id: int
    buyer_id: int
    own_term_id: int | None = None
    own_offer_id: int | None = None
    own_request_id: int | None = None


# In id order and for nobody else meanwhile: the next batch waits, and then counts what this one has granted.
_LOCK: Final = """
SELECT dossier.id FROM policies_exceptiondossier dossier
WHERE dossier.insurer_id = %(insurer)s AND dossier.granted_on IS NOT NULL AND dossier.policyholder_id IN (
    SELECT policyholder_id FROM policies_policy WHERE insurer_id = %(insurer)s AND id = ANY(%(policies)s))
ORDER BY dossier.id FOR NO KEY UPDATE
"""
_IN_FORCE: Final = """
SELECT asked.place, dossier.kind, dossier.granted_on, dossier.end_day, dossier.reference, dossier.public_id,
       dossier.amount - used.amount
FROM unnest(%(policies)s::bigint[], %(buyers)s::bigint[], %(terms)s::bigint[], %(offers)s::bigint[],
            %(requests)s::bigint[])
     WITH ORDINALITY AS asked (policy_id, buyer_id, own_term_id, own_offer_id, own_request_id, place)
JOIN policies_policy policy ON policy.id = asked.policy_id AND policy.insurer_id = %(insurer)s
JOIN policies_exceptiondossier dossier ON dossier.insurer_id = %(insurer)s
     AND dossier.policyholder_id = policy.policyholder_id
     AND (dossier.buyer_id IS NULL OR policies_standing_buyer(%(insurer)s, dossier.buyer_id) = asked.buyer_id)
     AND dossier.granted_on <= %(on)s AND dossier.decided_on <= %(known_on)s
CROSS JOIN LATERAL (SELECT COALESCE(sum(drawn.amount), 0) AS amount FROM ({used}) drawn) used
WHERE dossier.amount IS NULL OR dossier.amount > used.amount
ORDER BY asked.place, dossier.granted_on, dossier.id
"""
_SCOPE: Final = """
          AND other.policyholder_id = dossier.policyholder_id
          AND (dossier.buyer_id IS NULL
               OR {row}.buyer_id IN (dossier.buyer_id, policies_standing_buyer(%(insurer)s, dossier.buyer_id)))
          AND CASE dossier.kind WHEN 'above_parity' THEN {kind}.market = 'domestic' AND {kind}.kind = 'complement'
                                ELSE {kind}.market = 'export' END
"""
_USED: Final = """
    SELECT term.amount FROM policies_guaranteeterm term
        JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
        JOIN policies_policy other ON other.id = term.policy_id
        WHERE term.insurer_id = %(insurer)s AND {term_lives} AND term.booked_on >= dossier.decided_on
        {term_scope}
    UNION ALL
    SELECT offer.amount FROM policies_offer offer
        JOIN policies_limitrequest request ON request.id = offer.limit_request_id
        JOIN policies_policy other ON other.id = request.policy_id
        WHERE offer.insurer_id = %(insurer)s AND {offer_lives} AND offer.issued_on >= dossier.decided_on
        {offer_scope}
"""
_SCOPES: Final = {
    "term_scope": _SCOPE.format(row="term", kind="guarantee"),
    "offer_scope": _SCOPE.format(row="request", kind="offer"),
}
_NOW: Final = _IN_FORCE.format(
    used=_USED.format(
        **_SCOPES,
        term_lives="term.status = 'running' AND term.id IS DISTINCT FROM asked.own_term_id",
        offer_lives="offer.status = 'live' AND offer.id IS DISTINCT FROM asked.own_offer_id",
    )
)
_THEN: Final = _IN_FORCE.format(
    used=_USED.format(
        **_SCOPES,
        term_lives="term.status <> 'replaced_at_once' AND term.booked_on <= LEAST(%(on)s, %(known_on)s) "
        "AND %(on)s < term.cover_end AND guarantee.limit_request_id IS DISTINCT FROM asked.own_request_id",
        offer_lives="offer.issued_on <= LEAST(%(on)s, %(known_on)s) AND %(on)s < offer.open_until "
        "AND (offer.answered_on IS NULL OR %(on)s < offer.answered_on) "
        "AND offer.limit_request_id IS DISTINCT FROM asked.own_request_id",
    )
)
_USED_UP: Final = """
SELECT dossier.id, used.amount FROM policies_exceptiondossier dossier
CROSS JOIN LATERAL (SELECT COALESCE(sum(drawn.amount), 0) AS amount FROM ({used}) drawn) used
WHERE dossier.insurer_id = %(insurer)s AND dossier.id = ANY(%(dossiers)s)
"""
_USED_TODAY: Final = _USED_UP.format(
    used=_USED.format(**_SCOPES, term_lives="term.status = 'running'", offer_lives="offer.status = 'live'")
)


def used_amounts(actor: Actor, dossiers: Sequence[int]) -> dict[int, Decimal]:
    """What is granted or offered today under some decided dossiers, by row id. One query; inside acting(actor)."""
    if not dossiers:
        return {}
    with connections["default"].cursor() as cursor:
        cursor.execute(_USED_TODAY, {"insurer": actor.insurer_id, "dossiers": list(dossiers)})
        return dict(cursor.fetchall())


def of_wishes(
    actor: Actor, wishes: Sequence[Wisher], *, on: date, known_on: date | None = None
) -> list[tuple[RecordedException, ...]]:
    """The decisions that each wish may stand on, in order; `amount` is what is left, `evidence` the dossier.

    One query where nobody asked has an exception, two otherwise. With `known_on` it is a look back and locks nothing.
    Ended decisions are told too: judging says that they ended. One that is used up is not: the authority is asked
    again. Inside acting(actor).
    """
    found: list[list[RecordedException]] = [[] for _ in wishes]
    given: dict[str, Any] = {
        "insurer": actor.insurer_id,
        "on": on,
        "known_on": known_on or on,
        "policies": [one.policy_id for one in wishes],
        "buyers": [one.buyer_id for one in wishes],
        "terms": [one.own_term_id for one in wishes],
        "offers": [one.own_offer_id for one in wishes],
        "requests": [one.own_request_id for one in wishes],
    }
    with connections["default"].cursor() as cursor:
        if known_on is None:
            cursor.execute(_LOCK, given)
            if cursor.fetchone() is None:
                return [() for _ in wishes]
        cursor.execute(_NOW if known_on is None else _THEN, given)
        for place, kind, granted_on, end_day, reference, dossier, left in cursor.fetchall():
            found[place - 1].append(
                RecordedException(
                    kind=kind,
                    granted_on=granted_on,
                    end_day=end_day,
                    reference=reference,
                    evidence=dossier,
                    amount=left,
                )
            )
    return [tuple(one) for one in found]
