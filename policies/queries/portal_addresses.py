"""Where buyers have asked to be told of cuts of limits on them (D-29), on a day as known then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from capweb.accounts.actor import Actor
from policies.domain.messages import ToBuyer
from policies.models import BuyerPortalAddress
from policies.queries.pages import Page, bounds


def of_buyers(actor: Actor, buyers: Collection[int], *, on: date) -> dict[int, ToBuyer]:
    """By the buyers' row ids; who never asked, or asked no more, is left out. One query; inside acting(actor)."""
    rows = BuyerPortalAddress.objects.filter(
        insurer_id=actor.insurer_id, buyer__in=buyers, effective_on__lte=on, booked_on__lte=on
    ).order_by("effective_on", "pk")
    latest = {row.buyer_id: ToBuyer(row.buyer_id, row.address, row.language) for row in rows}
    return {buyer: one for buyer, one in latest.items() if one.address}


@dataclass(frozen=True, slots=True)
class AddressLine:
    """One wish of a buyer as it was entered. `is_latest`: it is the one that counts today, or is to come."""

    buyer: str
    country: str
    identifier: str
    address: str
    language: str
    effective_on: date
    booked_on: date
    is_latest: bool


def listed(actor: Actor, *, on: date, page: int = 1, size: int = 50) -> Page[AddressLine]:
    """One page of the wishes, newest first; the earlier ones of a buyer stay. Two queries; inside acting(actor)."""
    ours = BuyerPortalAddress.objects.filter(insurer_id=actor.insurer_id)
    later = ours.filter(buyer=OuterRef("buyer"), effective_on__lte=on).filter(
        Q(effective_on__gt=OuterRef("effective_on")) | Q(effective_on=OuterRef("effective_on"), pk__gt=OuterRef("pk"))
    )
    total = ours.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    rows = ours.annotate(is_past=Exists(later)).select_related("buyer").order_by("-pk")[first : first + size]
    found = [
        AddressLine(
            row.buyer.name,
            row.buyer.country,
            row.buyer.identifier,
            row.address,
            row.language,
            row.effective_on,
            row.booked_on,
            not row.is_past,
        )
        for row in rows
    ]
    return Page(found, number, pages, total)
