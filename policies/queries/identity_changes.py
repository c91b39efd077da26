"""Changes of buyers' identities: proposed and done, what one would move, and under which buyer one is followed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor
from policies.domain.one_buyer import Position
from policies.models import BuyerLimit, BuyerStanding, IdentityChange, IdentityChangeKind, IdentityMove

Pair = tuple[int, int]


class IdentityChangeUnknown(LookupError):
    """The insurer has no such change."""


@dataclass(frozen=True, slots=True)
class CompanyLine:
    """A company as its registration names it; `id` is its row where it is known here."""

    id: int | None
    name: str
    country: str
    identifier_type: str
    identifier: str


@dataclass(frozen=True, slots=True)
class IdentityChangeLine:
    """One change as lists and its page show it. Counts and amount are what the first person saw, in euro."""

    public_id: str
    kind: str
    status: str
    old: CompanyLine
    new: CompanyLine
    effective_on: date
    reference: str
    reason: str
    corrects: str | None
    corrected_by: str | None
    guarantees: int
    amount: Decimal
    requests: int
    policyholders: int
    proposed_by: str
    proposed_on: date
    answered_by: str
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class Follower:
    """A running term, or a request under way, that would follow the old buyer; of the term its last day, half-open.

    `beside`: what runs, or is under way, under the same policy on the other buyer. Amounts in euro: of a request the
    total wanted.
    """

    kind: str
    public_id: str
    product: str
    holder: str
    holder_public_id: str
    policy_number: str
    amount: Decimal
    cover_end: date | None
    status: str
    beside: str | None


@dataclass(frozen=True, slots=True)
class LimitHeld:
    """The decision on the old buyer that stands under a policy, in euro, beside that on the other buyer."""

    policy_number: str
    holder: str
    decision: str
    amount: Decimal
    other_amount: Decimal | None


_FOLLOWERS: Final = """
SELECT 'guarantee', guarantee.public_id, guarantee.product, holder.name, holder.public_id, policy.number, term.amount,
       term.cover_end, term.status,
       (SELECT other.public_id FROM policies_guaranteeterm runs
        JOIN policies_guarantee other ON other.id = runs.guarantee_id
        WHERE runs.insurer_id = %(insurer)s AND runs.policy_id = term.policy_id AND runs.buyer_id = %(other)s
          AND runs.status = 'running' AND runs.cover_end > %(on)s ORDER BY runs.id LIMIT 1)
FROM policies_guaranteeterm term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id
JOIN policies_policy policy ON policy.id = term.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
WHERE term.insurer_id = %(insurer)s AND term.buyer_id = %(old)s AND term.status = 'running' AND term.cover_end > %(on)s
  AND (%(only)s::bigint IS NULL OR term.guarantee_id IN ({moved_guarantees}))
UNION ALL
SELECT 'request', request.public_id, '', holder.name, holder.public_id, policy.number, request.requested_total,
       NULL, request.status,
       (SELECT other.public_id FROM policies_limitrequest other
        WHERE other.insurer_id = %(insurer)s AND other.policy_id = request.policy_id AND other.buyer_id = %(other)s
          AND other.status IN ('pending', 'referred', 'offered'))
FROM policies_limitrequest request
JOIN policies_policy policy ON policy.id = request.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
WHERE request.insurer_id = %(insurer)s AND request.buyer_id = %(old)s
  AND request.status IN ('pending', 'referred', 'offered')
  AND (%(only)s::bigint IS NULL OR request.id IN (
      SELECT limit_request_id FROM policies_identitymove WHERE insurer_id = %(insurer)s AND change_id = %(only)s))
ORDER BY 1, 4, 2
"""
# Of a change that is corrected: the guarantees whose terms had followed it, also where they were renewed since.
MOVED_GUARANTEES: Final = """SELECT had.guarantee_id FROM policies_identitymove moved
      JOIN policies_guaranteeterm had ON had.id = moved.term_id
      WHERE moved.insurer_id = %(insurer)s AND moved.change_id = %(only)s"""
_LIMITS: Final = """
SELECT policy.number, holder.name, lim.decision, lim.amount, other.amount
FROM (SELECT DISTINCT policy_id FROM policies_buyerlimit
      WHERE insurer_id = %(insurer)s AND buyer_id = %(old)s AND booked_on <= %(on)s) held
JOIN policies_policy policy ON policy.id = held.policy_id
JOIN policies_policyholder holder ON holder.id = policy.policyholder_id
JOIN LATERAL (
    SELECT decision, amount FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = policy.id AND buyer_id = %(old)s AND booked_on <= %(on)s
      AND effective_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) lim ON true
LEFT JOIN LATERAL (
    SELECT amount FROM policies_buyerlimit
    WHERE insurer_id = %(insurer)s AND policy_id = policy.id AND buyer_id = %(other)s AND booked_on <= %(on)s
      AND effective_on <= %(on)s
    ORDER BY effective_on DESC, id DESC LIMIT 1) other ON true
ORDER BY holder.name, policy.number
"""


def followers(actor: Actor, *, old: int, other: int | None, on: date, of_change: int | None = None) -> list[Follower]:
    """What follows a buyer to another (None: one that is not known yet). One query; inside acting(actor).

    With `of_change`, the row of a change that is corrected: only what had followed that one.
    """
    return [
        Follower(*row)
        for row in _rows(
            _FOLLOWERS.format(moved_guarantees=MOVED_GUARANTEES),
            {"insurer": actor.insurer_id, "old": old, "other": other, "on": on, "only": of_change},
        )
    ]


def limits_held(actor: Actor, *, old: int, other: int | None, on: date) -> list[LimitHeld]:
    """The decisions on the old buyer by policy. One query; inside acting(actor)."""
    given = {"insurer": actor.insurer_id, "old": old, "other": other, "on": on}
    return [LimitHeld(*row) for row in _rows(_LIMITS, given)]


def positions(actor: Actor, buyers: Collection[int], *, on: date) -> dict[Pair, list[tuple[Position, str]]]:
    """Every decision on some buyers known by a day, with its source, by (policy, buyer). One query."""
    found: dict[Pair, list[tuple[Position, str]]] = {}
    rows = BuyerLimit.objects.filter(insurer_id=actor.insurer_id, buyer__in=buyers, booked_on__lte=on).order_by("pk")
    for row in rows:
        one = Position(
            row.pk,
            row.decision,
            row.requested_amount,
            row.amount_before,
            row.amount,
            row.notified_on,
            row.effective_on,
        )
        found.setdefault((row.policy_id, row.buyer_id), []).append((one, row.source_reference))
    return found


def standing(actor: Actor, buyers: Collection[int], *, as_itself: bool = False) -> dict[int, int]:
    """Under which buyer each of these is followed today, by row; who is left out stands for itself. One query.

    `as_itself`: only where it is the same company under another number, whose facts are its own.
    """
    rows = BuyerStanding.objects.filter(insurer_id=actor.insurer_id, buyer__in=buyers).order_by("effective_on", "pk")
    latest = {buyer: (now, kind) for buyer, now, kind in rows.values_list("buyer_id", "standing_id", "change__kind")}
    return {
        buyer: now
        for buyer, (now, kind) in latest.items()
        if now != buyer and (not as_itself or kind == IdentityChangeKind.RENUMBERING)
    }


def followed_under(actor: Actor, buyers: Collection[int]) -> dict[int, list[int]]:
    """By buyer, those that are followed under it today. Two queries; inside acting(actor)."""
    ever = BuyerStanding.objects.filter(insurer_id=actor.insurer_id, standing__in=buyers)
    now = standing(actor, set(ever.values_list("buyer_id", flat=True)))
    found: dict[int, list[int]] = {}
    for buyer, under in now.items():
        if under in buyers:
            found.setdefault(under, []).append(buyer)
    return found


def listed(actor: Actor, *, limit: int = 200) -> list[IdentityChangeLine]:
    """The changes, newest first. One query; inside acting(actor)."""
    return _lines(_changes(actor).order_by("-pk")[:limit])


def detail(actor: Actor, public_id: str) -> IdentityChangeLine:
    """One change. Raises IdentityChangeUnknown. Two queries; inside acting(actor)."""
    found = _lines(_changes(actor).filter(public_id=public_id))
    if not found:
        raise IdentityChangeUnknown(public_id)
    return found[0]


def of_guarantee(actor: Actor, guarantee: str) -> list[IdentityChangeLine]:
    """The changes that a guarantee followed, newest first. One query; inside acting(actor)."""
    moves = IdentityMove.objects.filter(insurer_id=actor.insurer_id, term__guarantee__public_id=guarantee)
    return _lines(_changes(actor).filter(pk__in=moves.values("change_id")).order_by("-pk"))


def _changes(actor: Actor) -> Any:
    return IdentityChange.objects.filter(insurer_id=actor.insurer_id).select_related(
        "old_buyer", "new_buyer", "corrects"
    )


def _lines(rows: Any) -> list[IdentityChangeLine]:
    found = list(rows)
    corrected = dict(
        IdentityChange.objects.filter(corrects__in=[row.pk for row in found], status="confirmed").values_list(
            "corrects_id", "public_id"
        )
    )
    return [_line(row, corrected.get(row.pk)) for row in found]


def _line(row: Any, corrected_by: str | None) -> IdentityChangeLine:
    old = row.old_buyer
    return IdentityChangeLine(
        public_id=row.public_id,
        kind=row.kind,
        status=row.status,
        old=CompanyLine(old.pk, old.name, old.country, old.identifier_type, old.identifier),
        new=CompanyLine(row.new_buyer_id, row.new_name, row.new_country, row.new_identifier_type, row.new_identifier),
        effective_on=row.effective_on,
        reference=row.reference,
        reason=row.reason,
        corrects=None if row.corrects is None else row.corrects.public_id,
        corrected_by=corrected_by,
        guarantees=row.guarantees,
        amount=row.amount,
        requests=row.requests,
        policyholders=row.policyholders,
        proposed_by=row.proposed_by,
        proposed_on=row.proposed_on,
        answered_by=row.answered_by,
        answered_on=row.answered_on,
    )


def _rows(sql: str, given: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, given)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return found
