"""What the public top-up would give on a primary limit that was just reduced, granted in part, refused or ended.

Told in the same step as the insurer's decision (E1 to E4), so that nobody refuses 200,000 without knowing that CAP+ is
possible for 100,000. Judged by the same rules as a request of that day, the need as D-45 reads it; nothing is stored,
and the envelope's room is not looked at: an offer is what holds it. Who has declined top-ups is proposed none (E6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from eligibility.domain import engine, facts
from eligibility.domain.decision import GRANT, GRANT_REDUCED
from eligibility.domain.facts import Facts
from eligibility.queries.law_book import current_law_book
from policies.domain.limit_request import market_of
from policies.models import BuyerLimit, LimitDecision
from policies.queries import opt_outs, request_facts
from policies.queries.request_facts import Asked

OPTED_OUT: Final = "opted_out"


@dataclass(frozen=True, slots=True)
class TopUpPossible:
    """One notice and what a request of today would be answered; amounts in euro.

    `outcome` is the decision's; `amount` and `premium` (a quarter's) are None unless it would be granted. Export asks
    for facts of the sale that a notice does not hold: there the outcome is `refer`. `opted_out`: none is wanted.
    """

    source_reference: str
    outcome: str
    product: str | None
    lost_amount: Decimal
    amount: Decimal | None
    premium: Decimal | None
    is_premium_illustrative: bool


def propose_top_ups(actor: Actor, source_references: Sequence[str], *, on: date) -> list[TopUpPossible]:
    """What is possible after each of these notices, in the order of their entry; grants are left out.

    A fixed number of queries. Raises NotAllowed.
    """
    actor.must_be_allowed("buyer_limits.write")
    with acting(actor):
        notices = list(
            BuyerLimit.objects.filter(insurer_id=actor.insurer_id, source_reference__in=list(source_references))
            .exclude(decision=LimitDecision.GRANT)
            .select_related("buyer")
            .order_by("pk")
        )
        return top_ups_after(actor, notices, on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDecision:
    """A decision on a limit that nobody has taken yet, by the row id of the limit that it would meet."""

    source_reference: str
    policy_id: int
    buyer_id: int
    buyer_country: str
    buyer_limit_id: int
    decision: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date


def top_ups_after(actor: Actor, notices: Sequence[BuyerLimit], *, on: date) -> list[TopUpPossible]:
    """The same of rows with their buyers, in their order. Inside acting(actor); a fixed number of queries."""
    cases = request_facts.gather(actor, [_asked(row) for row in notices], on=on)
    lost = [(row.source_reference, row.policy_id, row.buyer_id, _wanted(row) - row.amount) for row in notices]
    return _answered(actor, lost, cases, on=on)


def top_ups_planned(actor: Actor, plans: Sequence[PlannedDecision], *, on: date) -> list[TopUpPossible]:
    """What would be possible if these were decided today, in their order. Inside acting(actor); as `top_ups_after`."""
    wishes = [
        Asked(
            policy_id=one.policy_id,
            buyer_id=one.buyer_id,
            buyer_limit_id=one.buyer_limit_id,
            market=market_of(one.buyer_country),
            requested_total=one.amount_before,
        )
        for one in plans
    ]
    gathered = request_facts.gather(actor, wishes, on=on)
    cases = [_as_planned(case, one) for case, one in zip(gathered, plans, strict=True)]
    lost = [(one.source_reference, one.policy_id, one.buyer_id, one.amount_before - one.amount) for one in plans]
    return _answered(actor, lost, cases, on=on)


def _as_planned(case: Facts, one: PlannedDecision) -> Facts:
    return msgspec.structs.replace(
        case,
        trigger=facts.Trigger(kind=one.decision, notified_on=one.notified_on, effective_on=one.effective_on),
        primary=facts.Primary(amount_before=one.amount_before, amount=one.amount),
    )


def _answered(
    actor: Actor, lost: Sequence[tuple[str, int, int, Decimal]], cases: Sequence[Facts], *, on: date
) -> list[TopUpPossible]:
    """Each case judged: its source reference, policy, buyer, and how much cover was lost."""
    law = current_law_book(actor).on(on)
    unwanted = opt_outs.opted_out(actor, [(policy, buyer) for _, policy, buyer, _ in lost], on=on)
    decisions = [engine.decide(case, law) for case in cases]
    found = []
    for (source_reference, policy, buyer, amount), decision in zip(lost, decisions, strict=True):
        is_wanted = (policy, buyer) not in unwanted
        is_grant = is_wanted and decision.outcome in (GRANT, GRANT_REDUCED)
        found.append(
            TopUpPossible(
                source_reference=source_reference,
                outcome=decision.outcome if is_wanted else OPTED_OUT,
                product=decision.product,
                lost_amount=amount,
                amount=decision.granted if is_grant else None,
                premium=decision.premium if is_grant else None,
                is_premium_illustrative=decision.premium_illustrative,
            )
        )
    return found


def _wanted(row: BuyerLimit) -> Decimal:
    """The cover that was asked for or had: what the policyholder is now without a part of."""
    before: Decimal = row.requested_amount or row.amount_before
    amount: Decimal = row.amount
    return max(before, amount)


def _asked(row: BuyerLimit) -> Asked:
    return Asked(
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        buyer_limit_id=row.pk,
        market=market_of(row.buyer.country),
        requested_total=_wanted(row),
    )
