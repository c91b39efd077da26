"""Buyers that ask to be told of cuts of limits on them, or ask it no more (D-29). Stored once by source reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from policies.models import Buyer, BuyerPortalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """From `effective_on` on the buyer is told at `address`; an empty one ends it."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    address: str
    effective_on: date
    language: str = "fr"


def subscribe_buyers(actor: Actor, wishes: Sequence[Subscription], *, on: date) -> int:
    """Store the wishes; how many were new. Raises NotAllowed, FieldErrors naming every line that cannot be taken."""
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        rows = Buyer.objects.filter(
            insurer_id=actor.insurer_id, identifier__in=[one.buyer_identifier for one in wishes]
        ).values_list("country", "identifier", "pk")
        buyers = {(country, identifier): pk for country, identifier, pk in rows}
        errors = [error for line, one in enumerate(wishes, 1) for error in _errors(line, one, buyers)]
        if errors:
            raise FieldErrors(errors)
        before = BuyerPortalAddress.objects.count()
        BuyerPortalAddress.objects.bulk_create(
            [
                BuyerPortalAddress(
                    insurer_id=actor.insurer_id,
                    buyer_id=buyers[one.buyer_country, one.buyer_identifier],
                    address=one.address,
                    language=one.language,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in wishes
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = BuyerPortalAddress.objects.count() - before
        if new:
            record_changes(
                [Change("portal_addresses.recorded", actor.insurer_code, became={"count": new})],
                insurer_id=actor.insurer_id,
                actor=actor.name,
                actor_role=actor.role,
                booked_on=on,
            )
    return new


def _errors(line: int, one: Subscription, buyers: dict[tuple[str, str], int]) -> list[FieldError]:
    found = []
    if (one.buyer_country, one.buyer_identifier) not in buyers:
        message = _("There is no such buyer here.")
        found.append(FieldError("buyer_identifier", message, code="unknown_buyer", line=line))
    if one.language not in ("fr", "en"):
        found.append(FieldError("language", _("fr or en."), code="unknown_language", line=line))
    if one.address:
        try:
            validate_email(one.address)
        except ValidationError:
            found.append(FieldError("address", _("This is no address for mail."), code="no_address", line=line))
    return found
