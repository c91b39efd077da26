"""The insurer's own feeds: decisions on primary limits, and ratings of buyers. Stored once by their source reference.

A notice does nothing by itself before its effective day; on that day the night lets complements follow (D-27).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from policies.models import Buyer, BuyerLimit, BuyerRating, LimitDecision, Policy


@dataclass(frozen=True, slots=True)
class LimitNotice:
    """One decision of the insurer on its own limit, in euro. `source_reference` is the insurer's own and unique."""

    source_reference: str
    policy_number: str
    buyer_country: str
    buyer_identifier: str
    decision: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date
    requested_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RatingNotice:
    """One assessment of a buyer, in force from `effective_on`; default probability as a ratio."""

    source_reference: str
    buyer_country: str
    buyer_identifier: str
    effective_on: date
    grade: str = ""
    default_probability: Decimal | None = None
    is_insolvent: bool = False


def change_buyer_limits(actor: Actor, notices: Sequence[LimitNotice], *, on: date) -> int:
    """Store the notices; how many were new. Raises FieldErrors naming every line that cannot be taken, NotAllowed."""
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        policies = {
            number: pk
            for pk, number in Policy.objects.filter(
                insurer_id=actor.insurer_id, number__in=[one.policy_number for one in notices]
            ).values_list("pk", "number")
        }
        buyers = _buyers(actor, [(one.buyer_country, one.buyer_identifier) for one in notices])
        errors = [error for line, one in enumerate(notices, 1) for error in _errors(line, one, policies, buyers)]
        if errors:
            raise FieldErrors(errors)
        before = BuyerLimit.objects.count()
        BuyerLimit.objects.bulk_create(
            [
                BuyerLimit(
                    insurer_id=actor.insurer_id,
                    policy_id=policies[one.policy_number],
                    buyer_id=buyers[one.buyer_country, one.buyer_identifier],
                    decision=one.decision,
                    requested_amount=one.requested_amount,
                    amount_before=one.amount_before,
                    amount=one.amount,
                    notified_on=one.notified_on,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = BuyerLimit.objects.count() - before
        _record(actor, "buyer_limits.changed", new, on)
    return new


def record_buyer_ratings(actor: Actor, notices: Sequence[RatingNotice], *, on: date) -> int:
    """Store the ratings; how many were new. Raises FieldErrors naming every line that cannot be taken, NotAllowed."""
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        buyers = _buyers(actor, [(one.buyer_country, one.buyer_identifier) for one in notices])
        errors = [
            _unknown_buyer(line, one.buyer_identifier)
            for line, one in enumerate(notices, 1)
            if (one.buyer_country, one.buyer_identifier) not in buyers
        ]
        if errors:
            raise FieldErrors(errors)
        before = BuyerRating.objects.count()
        BuyerRating.objects.bulk_create(
            [
                BuyerRating(
                    insurer_id=actor.insurer_id,
                    buyer_id=buyers[one.buyer_country, one.buyer_identifier],
                    grade=one.grade,
                    default_probability=one.default_probability,
                    is_insolvent=one.is_insolvent,
                    effective_on=one.effective_on,
                    booked_on=on,
                    source_reference=one.source_reference,
                )
                for one in notices
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
        new = BuyerRating.objects.count() - before
        _record(actor, "buyer_ratings.recorded", new, on)
    return new


def _buyers(actor: Actor, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    rows = Buyer.objects.filter(insurer_id=actor.insurer_id, identifier__in=[identifier for _, identifier in keys])
    return {(country, identifier): pk for pk, country, identifier in rows.values_list("pk", "country", "identifier")}


def _errors(
    line: int, one: LimitNotice, policies: dict[str, int], buyers: dict[tuple[str, str], int]
) -> list[FieldError]:
    found = []
    if one.policy_number not in policies:
        found.append(
            FieldError("policy_number", f"No policy {one.policy_number} is known.", code="unknown_policy", line=line)
        )
    if (one.buyer_country, one.buyer_identifier) not in buyers:
        found.append(_unknown_buyer(line, one.buyer_identifier))
    if one.decision not in LimitDecision.values:
        known = ", ".join(LimitDecision.values)
        found.append(
            FieldError("decision", f"{one.decision} is not one of {known}.", code="unknown_decision", line=line)
        )
    if one.effective_on < one.notified_on:
        found.append(
            FieldError(
                "effective_on",
                f"A decision notified on {one.notified_on} cannot take effect on {one.effective_on}, before it.",
                code="effect_before_notice",
                line=line,
            )
        )
    if not _amounts_fit(one):
        found.append(
            FieldError(
                "amount",
                f"{one.amount} after {one.amount_before} does not fit a {one.decision}.",
                code="amount_does_not_fit",
                line=line,
            )
        )
    return found


def _amounts_fit(one: LimitNotice) -> bool:
    if one.amount < 0 or one.amount_before < 0:
        return False
    if one.decision in ("refusal", "cessation"):
        return one.amount == 0
    if one.decision == "reduction":
        return 0 < one.amount < one.amount_before
    return one.amount > 0


def _unknown_buyer(line: int, identifier: str) -> FieldError:
    return FieldError("buyer_identifier", f"No buyer {identifier} is known.", code="unknown_buyer", line=line)


def _record(actor: Actor, action: str, count: int, on: date) -> None:
    if count:
        record_changes(
            [Change(action, actor.insurer_code, became={"count": count})],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
