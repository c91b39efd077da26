"""Which term of a guarantee covers what was delivered on a day, and what ceding a claim on it needs to know (D-31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class NamedCover:
    """How a row names its cover: a guarantee's public id or an endorsement's number, and the day of delivery."""

    name: str
    delivered_on: date


@dataclass(frozen=True, slots=True)
class ClaimedTerm:
    """The term whose cover holds the day, with its cession and its policy."""

    guarantee: str
    cession_id: int
    kind: str
    market: str
    granted_first: date
    policy_number: str
    policy_first_day: date


# The guarantee first, then its term: an endorsement names one term, the day of delivery decides which of them covers.
_TERMS = """
    SELECT asked.place, guarantee.public_id, term.cession_id, guarantee.kind, guarantee.market, term.granted_first,
           policy.number, policy.first_day
    FROM unnest(%(names)s::text[], %(days)s::date[]) WITH ORDINALITY AS asked (name, delivered_on, place)
    LEFT JOIN policies_endorsement endorsement
      ON endorsement.insurer_id = %(insurer)s AND endorsement.number = asked.name
    LEFT JOIN policies_guaranteeterm named ON named.insurer_id = %(insurer)s AND named.id = endorsement.term_id
    JOIN policies_guarantee guarantee
      ON guarantee.insurer_id = %(insurer)s AND (guarantee.public_id = asked.name OR guarantee.id = named.guarantee_id)
    JOIN policies_policy policy ON policy.insurer_id = %(insurer)s AND policy.id = guarantee.policy_id
    LEFT JOIN policies_guaranteeterm term
      ON term.insurer_id = %(insurer)s AND term.guarantee_id = guarantee.id AND term.status <> 'replaced_at_once'
     AND term.cover_first <= asked.delivered_on AND asked.delivered_on < term.cover_end
"""


def claimed_terms(actor: Actor, covers: Sequence[NamedCover]) -> tuple[dict[NamedCover, ClaimedTerm], set[NamedCover]]:
    """The term of each cover, and the covers whose guarantee is known but did not cover that day; one query. What is in
    neither is unknown to the insurer. Runs inside acting(actor).
    """
    if not covers:
        return {}, set()
    asked = list(dict.fromkeys(covers))
    with connections["default"].cursor() as cursor:
        cursor.execute(
            _TERMS,
            {
                "insurer": actor.insurer_id,
                "names": [cover.name for cover in asked],
                "days": [cover.delivered_on for cover in asked],
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    found = {asked[row[0] - 1]: ClaimedTerm(*row[1:]) for row in rows if row[2] is not None}
    return found, {asked[row[0] - 1] for row in rows if row[2] is None} - found.keys()


_SOURCES = """
    SELECT c.public_id, guarantee.public_id, term.sequence, request.public_id,
           (SELECT array_agg(e.number ORDER BY e.id) FROM policies_endorsement e
            WHERE e.insurer_id = term.insurer_id AND e.term_id = term.id)
    FROM reinsurance_cession c
    JOIN policies_guaranteeterm term ON term.insurer_id = c.insurer_id AND term.cession_id = c.id
    JOIN policies_guarantee guarantee ON guarantee.insurer_id = term.insurer_id AND guarantee.id = term.guarantee_id
    JOIN policies_limitrequest request
      ON request.insurer_id = guarantee.insurer_id AND request.id = guarantee.limit_request_id
    WHERE c.insurer_id = %(insurer)s AND c.public_id = %(cession)s
"""


@dataclass(frozen=True, slots=True)
class CessionSource:
    """Where a cession comes from: the guarantee's term, the request that was judged, the endorsements issued."""

    cession: str
    guarantee: str
    sequence: int
    request: str
    endorsements: tuple[str, ...]


def source_of(actor: Actor, cession: str) -> CessionSource | None:
    """The source of a cession (its public id); None when the insurer has granted nothing by it. One query."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_SOURCES, {"insurer": actor.insurer_id, "cession": cession})
        row = cursor.fetchone()
    if row is None:
        return None
    cession_id, guarantee, sequence, request, numbers = row
    return CessionSource(cession_id, guarantee, sequence, request, tuple(numbers or ()))
