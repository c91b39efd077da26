"""Who has declined top-ups (E6): the list, and whether a policy and buyer are opted out on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from capweb.accounts.actor import Actor
from policies.models import OptOut
from policies.queries import scope
from policies.queries.pages import newest_after


@dataclass(frozen=True, slots=True)
class OptOutRow:
    """One choice. `buyer` empty: every buyer of the policy."""

    public_id: str
    policyholder: str
    policy_number: str
    buyer: str
    first_day: date
    end_day: date | None
    reason: str
    said_by: str
    revoked_by: str


def listed(actor: Actor, *, on: date, limit: int = 200) -> list[OptOutRow]:
    """Those that this actor may see: in force first, then the latest. One query; inside acting(actor)."""
    return [_row(one) for one in _seen(actor, on).order_by(F("end_day").desc(nulls_first=True), "-pk")[:limit]]


def after(actor: Actor, *, on: date, cursor: str, limit: int) -> list[OptOutRow]:
    """For the API: newest first after a cursor. Raises CursorUnknown."""
    return [_row(one) for one in newest_after(_seen(actor, on), cursor)[:limit]]


def _seen(actor: Actor, on: date) -> QuerySet[OptOut]:
    return OptOut.objects.select_related("policy__policyholder", "buyer").filter(
        scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id
    )


def _row(one: OptOut) -> OptOutRow:
    return OptOutRow(
        public_id=one.public_id,
        policyholder=one.policy.policyholder.name,
        policy_number=one.policy.number,
        buyer="" if one.buyer is None else one.buyer.name,
        first_day=one.first_day,
        end_day=one.end_day,
        reason=one.reason,
        said_by=one.said_by,
        revoked_by=one.revoked_by,
    )


def opted_out(actor: Actor, pairs: Sequence[tuple[int, int]], *, on: date) -> dict[tuple[int, int], str]:
    """Of (policy, buyer) row ids those that are opted out on a day, with the opt-out's public id. One query."""
    policies, buyers = {policy for policy, _ in pairs}, {buyer for _, buyer in pairs}
    rows = OptOut.objects.filter(
        Q(end_day__isnull=True) | Q(end_day__gt=on),
        Q(buyer__isnull=True) | Q(buyer__in=buyers),
        insurer_id=actor.insurer_id,
        policy__in=policies,
        first_day__lte=on,
    )
    found = {(row.policy_id, row.buyer_id): row.public_id for row in rows}
    chosen = {pair: found.get(pair) or found.get((pair[0], None)) for pair in pairs}
    return {pair: name for pair, name in chosen.items() if name is not None}
