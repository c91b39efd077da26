"""Proposals about treaties: those that await a second person, and those that were decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from reinsurance.models import TreatyDecision, TreatyProposal
from reinsurance.queries.books import alias_of


class TreatyProposalUnknown(DomainError):
    """There is no proposal of that id, or it is another insurer's."""

    code = "proposal_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class TreatyDecisionRow:
    """How a proposal ended: `outcome` is approved, rejected or withdrawn."""

    outcome: str
    decided_by: str
    reason: str
    booked_on: date


@dataclass(frozen=True, slots=True)
class TreatyProposalRow:
    """One proposal. `document` is what would be carried out; `is_own`: the actor proposed it; `decision` None: open."""

    public_id: str
    kind: str
    treaty: str
    document: Mapping[str, Any]
    reason: str
    proposed_by: str
    is_own: bool
    booked_on: date
    decision: TreatyDecisionRow | None

    @property
    def is_open(self) -> bool:
        return self.decision is None


def open_treaty_proposals(actor: Actor) -> list[TreatyProposalRow]:
    """What awaits a second person, oldest first; two queries. Inside acting(actor)."""
    return [_row(actor, one) for one in _own(actor).filter(decisions=None).order_by("id")]


def decided_treaty_proposals(actor: Actor, *, treaty: str = "", limit: int = 30) -> list[TreatyProposalRow]:
    """What was decided, newest first, of all treaties or of one; two queries. Inside acting(actor)."""
    rows = _own(actor).exclude(decisions=None).order_by("-id")
    if treaty:
        rows = rows.filter(treaty_public_id=treaty)
    return [_row(actor, one) for one in rows[:limit]]


def treaty_proposal_named(actor: Actor, public_id: str) -> TreatyProposalRow:
    """One proposal. Raises TreatyProposalUnknown. Inside acting(actor)."""
    found = _own(actor).filter(public_id=public_id).first()
    if found is None:
        raise TreatyProposalUnknown(_("There is no proposal %(id)s.") % {"id": public_id}, public_id=public_id)
    return _row(actor, found)


def _own(actor: Actor) -> QuerySet[TreatyProposal]:
    rows = TreatyProposal.objects.using(alias_of(actor)).filter(insurer_id=actor.insurer_id)
    return rows.prefetch_related("decisions")


def _row(actor: Actor, one: TreatyProposal) -> TreatyProposalRow:
    decisions: list[TreatyDecision] = list(one.decisions.all())
    return TreatyProposalRow(
        public_id=one.public_id,
        kind=one.kind,
        treaty=one.treaty_public_id,
        document=one.document,
        reason=one.reason,
        proposed_by=one.proposed_by,
        is_own=actor.user_id is not None and one.proposer_id == actor.user_id,
        booked_on=one.booked_on,
        decision=_decision(decisions[0]) if decisions else None,
    )


def _decision(one: TreatyDecision) -> TreatyDecisionRow:
    return TreatyDecisionRow(one.outcome, one.decided_by, one.reason, one.booked_on)
