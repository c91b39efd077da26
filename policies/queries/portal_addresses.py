"""Where buyers have asked to be told of cuts of limits on them (D-29), on a day as known then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from capweb.accounts.actor import Actor
from policies.domain.messages import ToBuyer
from policies.models import BuyerPortalAddress


def of_buyers(actor: Actor, buyers: Collection[int], *, on: date) -> dict[int, ToBuyer]:
    """By the buyers' row ids; who never asked, or asked no more, is left out. One query; inside acting(actor)."""
    rows = BuyerPortalAddress.objects.filter(
        insurer_id=actor.insurer_id, buyer__in=buyers, effective_on__lte=on, booked_on__lte=on
    ).order_by("effective_on", "pk")
    latest = {row.buyer_id: ToBuyer(row.buyer_id, row.address, row.language) for row in rows}
    return {buyer: one for buyer, one in latest.items() if one.address}
