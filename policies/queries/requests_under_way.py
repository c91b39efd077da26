"""How much is asked for and not yet answered, by market: the part of the pipeline that holds nothing yet."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Sum

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from policies.models import LimitRequest, RequestStatus

WAITING = (RequestStatus.PENDING, RequestStatus.REFERRED)


def requests_under_way(actor: Actor | PlatformActor) -> dict[str, tuple[int, Decimal]]:
    """Number and whole amount by market, as asked, so at most: part of it is primary cover, and some will be refused.

    One query; an insurer's own, the platform's over all insurers. Inside acting(actor) for an insurer.
    """
    alias = "platform" if isinstance(actor, PlatformActor) else "default"
    rows = LimitRequest.objects.using(alias).filter(status__in=WAITING)
    if isinstance(actor, Actor):
        rows = rows.filter(insurer_id=actor.insurer_id)
    sums = rows.values("market").annotate(count=Count("id"), asked=Sum("requested_total")).order_by()
    return {row["market"]: (row["count"], row["asked"] or ZERO) for row in sums}
