"""Settles proposals: somebody else approves or rejects, or whoever proposed withdraws. An approval enters the rows.

The database holds approver and proposer apart and writes the rows of an approval itself; no role of the application
could do it otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.commands.propose_changes import mistakes_of, one_at_a_time, person_of
from eligibility.models import Proposal, Settlement, SettlementOutcome

COLUMNS = (
    "insurer_id", "proposal_id", "proposer_id", "outcome", "settler_id", "settled_by", "reason", "booked_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants done with the proposals."""

    outcome: str
    settler: int
    reason: str
    booked_on: date


def approve_proposals(actor: Actor, public_ids: Sequence[str], *, booked_on: date, reason: str = "") -> None:
    """Enter the rows of proposals that somebody else made, all or none; known from `booked_on`. Inside acting(actor).

    Every row is checked again against the law book of today. A proposal that the same person has approved before stays
    as it is. Raises NotAllowed without `contracts.approve`, NotAPerson, FieldErrors by `place.proposal` (codes
    proposal_unknown, own_proposal, proposal_settled) or `place.row.field`.
    """
    _settle(actor, public_ids, SettlementOutcome.APPROVED, "contracts.approve", reason=reason, booked_on=booked_on)


def reject_proposals(actor: Actor, public_ids: Sequence[str], *, reason: str, booked_on: date) -> None:
    """Turn down proposals that somebody else made, all or none, saying why. Raises as approve_proposals does."""
    _settle(actor, public_ids, SettlementOutcome.REJECTED, "contracts.approve", reason=reason, booked_on=booked_on)


def withdraw_proposals(actor: Actor, public_ids: Sequence[str], *, reason: str, booked_on: date) -> None:
    """Take back one's own proposals, all or none, saying why.

    Raises NotAllowed without `contracts.propose`, NotAPerson, FieldErrors by `place.proposal` (codes proposal_unknown,
    not_own_proposal, proposal_settled).
    """
    _settle(actor, public_ids, SettlementOutcome.WITHDRAWN, "contracts.propose", reason=reason, booked_on=booked_on)


def _settle(actor: Actor, public_ids: Sequence[str], outcome: str, right: str, *, reason: str, booked_on: date) -> None:
    must_be_acting(actor)
    wish = _Wish(outcome, person_of(actor, right), reason.strip(), booked_on)
    one_at_a_time(actor)
    found = {
        one.public_id: one
        for one in Proposal.objects.filter(
            insurer_id=actor.insurer_id, public_id__in=list(public_ids)
        ).prefetch_related("settlements")
    }
    errors = [] if wish.reason or outcome == SettlementOutcome.APPROVED else [_no_reason()]
    asked = dict.fromkeys(public_ids)
    for place, public_id in enumerate(asked):
        errors += _objections(f"{place}.proposal", found.get(public_id), wish)
    if errors:
        raise FieldErrors(errors)
    todo = [
        (place, found[public_id]) for place, public_id in enumerate(asked) if not found[public_id].settlements.all()
    ]
    if outcome == SettlementOutcome.APPROVED:
        errors = mistakes_of(actor, [(str(place), one.kind, one.rows) for place, one in todo])
        if errors:
            raise FieldErrors(errors)
    if todo:
        _write(actor, [one for _, one in todo], wish)


def _objections(at: str, proposal: Proposal | None, wish: _Wish) -> list[FieldError]:
    """Why the wish cannot be met; nothing where it can, or where this person has had it met before."""
    if proposal is None:
        return [FieldError(at, _("There is no such proposal of this insurer."), code="proposal_unknown")]
    if settlements := list(proposal.settlements.all()):
        return _settled_before(at, settlements[0], wish)
    if wish.outcome == SettlementOutcome.WITHDRAWN:
        if proposal.proposer_id != wish.settler:
            return [FieldError(at, _("Only whoever proposed it takes it back."), code="not_own_proposal")]
    elif proposal.proposer_id == wish.settler:
        told = _("You proposed this yourself: a second person settles it, or you withdraw it.")
        return [FieldError(at, told, code="own_proposal")]
    if wish.booked_on < proposal.booked_on:
        told = _("The proposal is of %(day)s: it cannot be settled before.") % {"day": proposal.booked_on}
        return [FieldError(at, told, code="settled_before_it_was_made")]
    return []


def _settled_before(at: str, before: Settlement, wish: _Wish) -> list[FieldError]:
    if (before.outcome, before.settler_id) == (wish.outcome, wish.settler):
        return []
    told = _("The proposal was settled before, on %(day)s by %(who)s: %(outcome)s.") % {
        "day": before.booked_on,
        "who": before.settled_by,
        "outcome": before.outcome,
    }
    return [FieldError(at, told, code="proposal_settled")]


def _no_reason() -> FieldError:
    return FieldError("reason", _("Say why: whoever proposed it reads it."), code="required")


def _write(actor: Actor, proposals: Sequence[Proposal], wish: _Wish) -> None:
    copy_rows(
        "eligibility_settlement",
        COLUMNS,
        [
            (
                actor.insurer_id,
                one.pk,
                one.proposer_id,
                wish.outcome,
                wish.settler,
                actor.name,
                wish.reason,
                wish.booked_on,
            )
            for one in proposals
        ],
    )
    record_changes(
        [
            Change(f"proposal.{wish.outcome}", one.public_id, became={"kind": one.kind, "reason": wish.reason})
            for one in proposals
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=wish.booked_on,
    )
