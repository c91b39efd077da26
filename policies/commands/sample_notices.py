"""What an actor of the sample may ask for: the notices in the books that open a top-up, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from policies.models import BuyerLimit, LimitDecision, Policy
from policies.queries import scope


@dataclass(frozen=True, slots=True)
class Notice:
    """A limit as it was last decided on: what was asked for or stood before, and what is left, in euro."""

    policy_number: str
    buyer_country: str
    buyer_identifier: str
    total: Decimal
    left: Decimal
    notified_on: date


@dataclass(frozen=True, slots=True)
class Books:
    """What an actor finds: notices that open a top-up, limits still granted, all pairs, a policy that has ended."""

    notices: list[Notice]
    granted: list[Notice]
    pairs: frozenset[tuple[str, str, str]]
    ended: str | None


def books_of(actor: Actor, *, on: date) -> Books:
    """What may be asked for and what may not, in an order that does not depend on ids."""
    found = (
        BuyerLimit.objects.filter(scope.of_policies(actor, on=on, through="policy"), notified_on__lte=on)
        .filter(policy__end_day__isnull=True)
        .order_by("policy__number", "buyer__country", "buyer__identifier", "effective_on")
        .values_list(
            "policy__number",
            "buyer__country",
            "buyer__identifier",
            "decision",
            "requested_amount",
            "amount_before",
            "amount",
            "notified_on",
        )
    )
    # A later decision on the same buyer takes the place of the earlier one.
    latest = {row[:3]: row[3:] for row in found}
    told = [
        (decision, Notice(number, country, identifier, asked or before, left, notified_on))
        for (number, country, identifier), (decision, asked, before, left, notified_on) in latest.items()
    ]
    return Books(
        notices=[notice for decision, notice in told if decision != LimitDecision.GRANT],
        granted=[notice for decision, notice in told if decision == LimitDecision.GRANT],
        pairs=frozenset(latest),
        ended=Policy.objects.filter(scope.of_policies(actor, on=on), end_day__isnull=False)
        .order_by("number")
        .values_list("number", flat=True)
        .first(),
    )
