"""Bordereau lines as a reinsurer answers them and an insurer reads the answers: what was said last, what is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

STATES = ("none", "acknowledged", "disputed", "settled")


@dataclass(frozen=True, slots=True)
class AnswerableLine:
    """A line of a treaty that the actor may see, with the last answer ("" when there is none yet)."""

    id: int
    insurer_id: int
    bordereau: str
    number: int
    position: int
    answer: str
    reason: str
    note: str
    is_settled: bool

    def answered(self, answer: str, reason: str, note: str) -> AnswerableLine:
        return replace(self, position=self.position + 1, answer=answer, reason=reason, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter:
    """Lines of one bordereau: in a state ("" is any that is not settled), of one kind, of one policy; "" is any."""

    bordereau: str
    state: str = ""
    kind: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as the screens show it; `change` is what the insurer owes by it, signed."""

    number: int
    kind: str
    cession: str
    guarantee: str
    policy_number: str
    buyer: str
    booked_on: date
    gross_change: Decimal
    change: Decimal
    reserve_change: Decimal
    state: str
    reason: str
    note: str
    answered_by: str
    answered_on: date | None


_LAST = """
    LEFT JOIN LATERAL (
        SELECT a.position, a.answer, a.reason, a.note, a.answered_by, a.booked_on FROM reinsurance_lineanswer a
        WHERE a.insurer_id = l.insurer_id AND a.line_id = l.id ORDER BY a.position DESC LIMIT 1
    ) last ON true
    LEFT JOIN reinsurance_settledline s ON s.insurer_id = l.insurer_id AND s.line_id = l.id
"""
_ANSWERABLE = f"""
    SELECT l.id, l.insurer_id, b.public_id, l.number, COALESCE(last.position, 0), COALESCE(last.answer, ''),
           COALESCE(last.reason, ''), COALESCE(last.note, ''), s.id IS NOT NULL
    FROM unnest(%(bordereaux)s::text[], %(numbers)s::int[]) AS asked (bordereau, number)
    JOIN reinsurance_bordereau b ON b.public_id = asked.bordereau AND b.treaty_id = ANY (%(treaties)s)
    JOIN reinsurance_bordereauline l
      ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id AND l.number = asked.number
    {_LAST}
"""  # noqa: S608 (fragments of this module)


def _treaty_ids(actor: Actor | PlatformActor) -> list[int]:
    return list(visible_treaties(actor).values_list("id", flat=True))


def answerable_lines(actor: PlatformActor, named: Sequence[tuple[str, int]]) -> dict[tuple[str, int], AnswerableLine]:
    """The lines named by bordereau and number, as far as they are of the actor's treaties; two queries."""
    asked = [(bordereau, number) for bordereau, number in dict.fromkeys(named) if 0 < number < 2**31]
    if not asked:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(
            _ANSWERABLE,
            {
                "bordereaux": [bordereau for bordereau, _ in asked],
                "numbers": [number for _, number in asked],
                "treaties": _treaty_ids(actor),
            },
        )
        return {(row[2], row[3]): AnswerableLine(*row) for row in cursor.fetchall()}


_STATE = "CASE WHEN s.id IS NOT NULL THEN 'settled' ELSE COALESCE(last.answer, 'none') END"
_MATCHING = f"""
    FROM reinsurance_bordereau b
    JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    LEFT JOIN reinsurance_cession c ON c.insurer_id = l.insurer_id AND c.id = l.cession_id
    {_LAST}
    WHERE b.public_id = %(bordereau)s AND b.treaty_id = ANY (%(treaties)s)
      AND (%(kind)s = '' OR l.kind = %(kind)s) AND (%(policy)s = '' OR c.policy_number = %(policy)s)
      AND (%(state)s = '' OR {_STATE} = %(state)s)
"""
_MATCHING_IDS = f"""
    SELECT l.id, l.insurer_id, b.public_id, l.number, COALESCE(last.position, 0), COALESCE(last.answer, ''),
           COALESCE(last.reason, ''), COALESCE(last.note, ''), s.id IS NOT NULL
    {_MATCHING} ORDER BY l.number
"""
_ROWS = f"""
    SELECT l.number, l.kind, COALESCE(c.public_id, ''), COALESCE(c.guarantee_id, ''), COALESCE(c.policy_number, ''),
           COALESCE(c.buyer_name, ''), l.booked_on, l.gross_change, l.current_account_change, l.reserve_change,
           {_STATE},
           COALESCE(last.reason, ''), COALESCE(last.note, ''), COALESCE(last.answered_by, ''), last.booked_on
    {_MATCHING} AND l.number > %(after)s ORDER BY l.number LIMIT %(limit)s
"""


def _facts(actor: Actor | PlatformActor, found_by: LineFilter) -> dict[str, Any]:
    return {
        "bordereau": found_by.bordereau,
        "state": found_by.state,
        "kind": found_by.kind,
        "policy": found_by.policy,
        "treaties": _treaty_ids(actor),
    }


def matching_lines(actor: PlatformActor, found_by: LineFilter) -> list[AnswerableLine]:
    """Every line that the filter finds in a bordereau of the actor's treaties; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_MATCHING_IDS, _facts(actor, found_by))
        return [AnswerableLine(*row) for row in cursor.fetchall()]


def line_rows(actor: Actor | PlatformActor, found_by: LineFilter, *, after: int = 0, limit: int = 100) -> list[LineRow]:
    """A page of those lines, by number, from the one after `after` on; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_ROWS, {**_facts(actor, found_by), "after": after, "limit": limit})
        return [LineRow(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class AnsweredBordereau:
    """A bordereau with its lines counted by what was said of them, and what they come to, signed."""

    public_id: str
    insurer: str
    reinsurer: str
    treaty: str
    treaty_kind: str
    market: str
    kind: str
    period_first: date
    period_end: date
    line_count: int
    to_answer: int
    acknowledged: int
    disputed: int
    settled: int
    change: Decimal


_BORDEREAUX = f"""
    SELECT b.public_id, i.name, r.name, t.public_id, t.kind, t.market, b.kind, b.period_first, b.period_end,
           b.line_count,
           count(l.id) FILTER (WHERE {_STATE} = 'none'), count(l.id) FILTER (WHERE {_STATE} = 'acknowledged'),
           count(l.id) FILTER (WHERE {_STATE} = 'disputed'), count(l.id) FILTER (WHERE {_STATE} = 'settled'),
           COALESCE(sum(l.current_account_change), 0)
    FROM reinsurance_bordereau b
    JOIN reinsurance_treaty t ON t.insurer_id = b.insurer_id AND t.id = b.treaty_id
    JOIN accounts_organisation i ON i.id = b.insurer_id
    JOIN accounts_organisation r ON r.id = t.reinsurer_id
    LEFT JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    {_LAST}
    WHERE b.treaty_id = ANY (%(treaties)s) AND (%(bordereau)s = '' OR b.public_id = %(bordereau)s)
    GROUP BY b.id, i.name, r.name, t.public_id, t.kind, t.market
    ORDER BY b.period_first DESC, i.name, t.kind, t.market, b.kind LIMIT %(limit)s
"""  # noqa: S608 (fragments of this module)


def answered_bordereaux(
    actor: Actor | PlatformActor, *, bordereau: str = "", limit: int = 200
) -> list[AnsweredBordereau]:
    """The latest bordereaux that the actor may see, or the one named, with the answers counted; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_BORDEREAUX, {"treaties": _treaty_ids(actor), "bordereau": bordereau, "limit": limit})
        return [AnsweredBordereau(*row) for row in cursor.fetchall()]
