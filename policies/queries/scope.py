"""Whose rows an actor sees inside one insurer: all, those under mandate for a broker, its own for a policyholder.

Row security is the wall between insurers; this is the fence inside one. Every list and every look-up uses it.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from capweb.accounts.actor import Actor
from policies.models import Mandate


def organisation_scope(actor: Actor) -> dict[str, int | None]:
    """For raw SQL: `broker` and `holder` are the organisation of such an actor, None for the insurer's own people."""
    return {
        "broker": actor.organisation_id if actor.organisation_kind == "broker" else None,
        "holder": actor.organisation_id if actor.organisation_kind == "policyholder" else None,
    }


def of_policies(actor: Actor, *, on: date, through: str = "") -> Q:
    """A filter on rows that reach a policy by the relation `through` (empty: the policies themselves)."""
    holder = f"{through}__policyholder" if through else "policyholder"
    if actor.organisation_kind == "broker":
        mandates = Mandate.objects.filter(broker_id=actor.organisation_id, first_day__lte=on).exclude(end_day__lte=on)
        return Q(**{f"{holder}_id__in": mandates.values("policyholder_id")})
    if actor.organisation_kind == "policyholder":
        return Q(**{f"{holder}__organisation_id": actor.organisation_id})
    return Q()
