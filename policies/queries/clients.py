"""A broker's clients: the policyholders under its mandate on a day, with their policies and what stands on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from capweb.accounts.actor import Actor
from policies.models import Policy
from policies.queries import scope


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy of a client, with how many top-ups run and how many offers await an answer."""

    policy_number: str
    form: str
    policyholder: str
    policyholder_id: str
    is_factor: bool
    running: int
    offers: int


def policies(actor: Actor, *, on: date, limit: int = 500) -> list[PolicyLine]:
    """The policies that this actor may act on, by policyholder. One query; inside acting(actor)."""
    rows = (
        Policy.objects.filter(scope.of_policies(actor, on=on), insurer_id=actor.insurer_id)
        .exclude(end_day__lte=on)
        .select_related("policyholder")
        .annotate(
            running=Count("guarantees__terms", filter=Q(guarantees__terms__status="running"), distinct=True),
            offers=Count("limit_requests__offers", filter=Q(limit_requests__offers__status="live"), distinct=True),
        )
        .order_by("policyholder__name", "number")[:limit]
    )
    return [
        PolicyLine(
            policy_number=row.number,
            form=row.form,
            policyholder=row.policyholder.name,
            policyholder_id=row.policyholder.public_id,
            is_factor=row.policyholder.is_factor,
            running=row.running,
            offers=row.offers,
        )
        for row in rows
    ]
