"""Proposals to change a contractual table: those that await a second person, and those that were settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from eligibility.models import Proposal, Settlement


class ProposalUnknown(DomainError):
    """There is no proposal of that id, or it is another insurer's."""

    code = "proposal_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """How a proposal ended: `outcome` is approved, rejected or withdrawn."""

    outcome: str
    settled_by: str
    reason: str
    booked_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal. `rows` are the columns that would be written, as plain values; `is_own`: the actor proposed it.

    `settlement` is None while it awaits a second person.
    """

    public_id: str
    kind: str
    rows: tuple[Mapping[str, Any], ...]
    reason: str
    proposed_by: str
    is_own: bool
    booked_on: date
    recorded_at: datetime
    settlement: SettlementRow | None

    @property
    def is_open(self) -> bool:
        return self.settlement is None


def open_proposals(actor: Actor, *, kind: str | None = None) -> list[ProposalRow]:
    """What awaits a second person, oldest first. Two queries; inside acting(actor)."""
    rows = _of(actor, kind).filter(settlements=None).order_by("id")
    return [_row(actor, one) for one in rows]


def settled_proposals(actor: Actor, *, kind: str | None = None, limit: int = 50, before: str = "") -> list[ProposalRow]:
    """What was approved, rejected or withdrawn, newest proposal first, after the one whose public id is `before`.

    Raises ProposalUnknown for an unknown `before`. Inside acting(actor).
    """
    rows = _of(actor, kind).exclude(settlements=None).order_by("-id")
    if before:
        rows = rows.filter(pk__lt=_one(actor, before).pk)
    return [_row(actor, one) for one in rows[:limit]]


def proposal_by_public_id(actor: Actor, public_id: str) -> ProposalRow:
    """One proposal. Raises ProposalUnknown. Inside acting(actor)."""
    return _row(actor, _one(actor, public_id))


def _of(actor: Actor, kind: str | None) -> QuerySet[Proposal]:
    rows = Proposal.objects.filter(insurer_id=actor.insurer_id).prefetch_related("settlements")
    return rows if kind is None else rows.filter(kind=kind)


def _one(actor: Actor, public_id: str) -> Proposal:
    found = _of(actor, None).filter(public_id=public_id).first()
    if found is None:
        raise ProposalUnknown(f"There is no proposal {public_id} of this insurer.", public_id=public_id)
    return found


def _row(actor: Actor, one: Proposal) -> ProposalRow:
    settlements: Sequence[Settlement] = list(one.settlements.all())
    return ProposalRow(
        public_id=one.public_id,
        kind=one.kind,
        rows=tuple(one.rows),
        reason=one.reason,
        proposed_by=one.proposed_by,
        is_own=actor.user_id is not None and one.proposer_id == actor.user_id,
        booked_on=one.booked_on,
        recorded_at=one.recorded_at,
        settlement=_settlement(settlements[0]) if settlements else None,
    )


def _settlement(one: Settlement) -> SettlementRow:
    return SettlementRow(
        outcome=one.outcome,
        settled_by=one.settled_by,
        reason=one.reason,
        booked_on=one.booked_on,
        recorded_at=one.recorded_at,
    )
