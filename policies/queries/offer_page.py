"""One offer as its page shows it, found by its public id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from capweb.accounts.actor import Actor
from policies.models import Offer
from policies.queries import requests, scope
from policies.queries.requests import OfferState


@dataclass(frozen=True, slots=True)
class OfferPage:
    """An offer with its request; `is_open` while it may be accepted on the day asked."""

    offer: OfferState
    kind: str
    request: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    buyer_identifier: str
    is_open: bool


class OfferUnknown(LookupError):
    """There is no such offer, or this actor may not see it."""


def of(actor: Actor, public_id: str, *, on: date) -> OfferPage:
    """Raises OfferUnknown. One query; inside acting(actor)."""
    visible = scope.of_policies(actor, on=on, through="limit_request__policy")
    row = (
        Offer.objects.filter(visible, insurer_id=actor.insurer_id, public_id=public_id)
        .select_related("limit_request__policy__policyholder", "limit_request__buyer")
        .first()
    )
    if row is None:
        raise OfferUnknown(public_id)
    request = row.limit_request
    return OfferPage(
        offer=requests.offer_state(row),
        kind=row.kind,
        request=request.public_id,
        policyholder=request.policy.policyholder.name,
        policy_number=request.policy.number,
        buyer=request.buyer.name,
        buyer_country=request.buyer.country,
        buyer_identifier=request.buyer.identifier,
        is_open=row.status == "live" and on < row.open_until,
    )
