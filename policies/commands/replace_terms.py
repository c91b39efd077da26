"""Ending the term that an accepted request replaces: the same moment, in the same transaction as its successor.

E11 and E12: another amount is another grant with three months of its own; the old one ends as the new one begins, and
the ledger nets both in one entry. The unearned days of the old premium are credited on the new one (D-28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain.law import LawInForce
from policies.commands.change_cover import CoverChange, issue_changes
from policies.domain.cover_terms import run_off_until, unearned_premium
from policies.models import GuaranteeTerm, Reduction, ReductionStatus, TermStatus
from policies.queries.replaced_terms import ReplacedTerm


@dataclass(frozen=True, slots=True)
class ReplacedEnd:
    """The end of one term by its successor: from which day, with which credit, and why (`increase`, `reduction`)."""

    replaced: ReplacedTerm
    on: date
    cause: str
    premium_credited: Decimal
    run_off_until: date

    @property
    def ceded_base_credit(self) -> Decimal:
        """What of the credit belongs to the amount that is ceded; a corrected cession gave the rest back (D-39)."""
        # Both parts are half up: together they may be a cent more than there is.
        return min(to_cent_half_up(self.premium_credited * self.replaced.right_share), self.replaced.ceded_premium_left)

    @classmethod
    def at(cls, day: date, replaced: ReplacedTerm, *, new_amount: Decimal, law: LawInForce) -> ReplacedEnd:
        """The end on the day on which a successor of `new_amount` euro begins, under the law of the acceptance."""
        ends_on = min(day, replaced.cover_end)
        is_credited = law.choices["contracts/settings/premium_on_replacement"] == "unearned_days_credited"
        credited = unearned_premium(
            replaced.premium, first=replaced.granted_first, end=replaced.granted_end, ended_on=ends_on
        )
        return cls(
            replaced=replaced,
            on=ends_on,
            cause="increase" if new_amount > replaced.amount else "reduction",
            premium_credited=credited if is_credited else ZERO,
            run_off_until=run_off_until(ends_on, run_off_days=replaced.run_off_days, law=law),
        )


def end_replaced_terms(actor: Actor, ends: Sequence[ReplacedEnd], *, on: date, at: datetime) -> dict[int, str]:
    """End the terms, with an endorsement each; the endorsements' numbers by term. Their cessions end with the
    successor's (`CessionOrder.replaces_cession_id`). Inside acting(actor); the terms are locked by the caller.
    """
    if not ends:
        return {}
    by_term = {end.replaced.term_id: end for end in ends}
    terms = list(GuaranteeTerm.objects.filter(pk__in=by_term))
    for term in terms:
        end = by_term[term.pk]
        # A term that is replaced on its first day has covered nothing, and may lie over its successor's days.
        is_at_once = end.on <= end.replaced.granted_first
        term.status = TermStatus.REPLACED_AT_ONCE if is_at_once else TermStatus.REPLACED
        term.cover_end = max(end.on, end.replaced.granted_first)
    GuaranteeTerm.objects.bulk_update(terms, ["status", "cover_end"], batch_size=1_000)
    Reduction.objects.filter(term__in=by_term, status=ReductionStatus.ANNOUNCED).update(
        status=ReductionStatus.OVERTAKEN, settled_on=on
    )
    record_changes(
        [
            Change(
                "guarantee.replaced",
                end.replaced.guarantee_public_id,
                was={"amount": str(end.replaced.amount)},
                became={"cover_end": end.on.isoformat(), "credited": str(end.premium_credited)},
            )
            for end in ends
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
    return issue_changes(actor, [_change(end) for end in ends], on=on, at=at)


def _change(end: ReplacedEnd) -> CoverChange:
    return CoverChange(
        term_id=end.replaced.term_id,
        cause="end",
        amount_before=end.replaced.amount,
        amount=ZERO,
        effective_on=end.on,
        cover_end=end.on,
    )
