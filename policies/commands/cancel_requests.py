"""Cancelling a request that is under way: pending, referred or offered. An offer ends with it and gives back its hold.

What was granted is not cancelled but withdrawn, and what was refused, declined or expired has ended by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from policies.commands.accept_offers import end_offers
from policies.models import UNDER_WAY, LimitRequest, Offer, OfferStatus, RequestStatus
from policies.queries import offers as offer_rows
from policies.queries import scope


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What became of one request: `cancelled` (also when it was before), or `failed` with a code.

    `code` is `request_unknown`, `request_closed` (granted, refused or otherwise ended) or empty.
    """

    request: str
    outcome: str
    code: str = ""
    message: str = ""


def cancel_requests(actor: Actor, requests: Sequence[str], *, on: date) -> list[Cancellation]:
    """Cancel requests by public id; one answer each, in order. Twice changes nothing. Raises NotAllowed."""
    actor.must_be_allowed("requests.write")
    with acting(actor):
        found = {row.public_id: row for row in _locked(actor, requests, on=on)}
        going = [row for row in found.values() if row.status in UNDER_WAY]
        _end_offers(actor, going, on=on)
        for row in going:
            row.status, row.referred_to, row.waits_for = RequestStatus.CANCELLED, "", ""
        LimitRequest.objects.bulk_update(going, ["status", "referred_to", "waits_for"])
        record_changes(
            [Change("request.cancelled", row.public_id) for row in going],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
    return [_answer(one, found.get(one)) for one in requests]


def _locked(actor: Actor, requests: Sequence[str], *, on: date) -> list[LimitRequest]:
    """The requests that this actor may cancel, locked in the order in which acceptance locks them."""
    return list(
        LimitRequest.objects.select_for_update(of=("self",))
        .filter(scope.of_policies(actor, on=on, through="policy"), public_id__in=list(requests))
        .order_by("pk")
    )


def _end_offers(actor: Actor, rows: Sequence[LimitRequest], *, on: date) -> None:
    live = Offer.objects.filter(limit_request__in=[row.pk for row in rows], status=OfferStatus.LIVE)
    offers = offer_rows.locked(actor, list(live.values_list("public_id", flat=True)), on=on)
    end_offers(actor, list(offers.values()), offer=OfferStatus.WITHDRAWN, request=RequestStatus.CANCELLED, on=on)


def _answer(request: str, row: LimitRequest | None) -> Cancellation:
    if row is None:
        return Cancellation(
            request, "failed", code="request_unknown", message=f"There is no request {request} that you may cancel."
        )
    if row.status != RequestStatus.CANCELLED:
        return Cancellation(
            request,
            "failed",
            code="request_closed",
            message=f"The request is {row.status}; only what is pending, referred or offered can be cancelled.",
        )
    return Cancellation(request, "cancelled")
