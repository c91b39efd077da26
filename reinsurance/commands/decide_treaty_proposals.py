"""Decides proposals about treaties: somebody else approves or rejects, or whoever proposed withdraws.

The database holds both people apart and carries an approval out itself, in the same transaction; no role of the
application could write an insurer's treaty otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from capweb.kernel.errors import FieldError, FieldErrors
from reinsurance.commands import treaty_messages
from reinsurance.commands.book_entries import leave_trail
from reinsurance.commands.propose_treaty_changes import BoundsOn, against_the_books, one_at_a_time, person_of
from reinsurance.domain import treaty_changes
from reinsurance.models import TreatyDecision, TreatyProposal
from reinsurance.queries.treaty_facts import reinsurer_codes, treaty_facts

_COLUMNS = (
    "insurer_id",
    "proposal_id",
    "proposer_id",
    "outcome",
    "decider_id",
    "decided_by",
    "reason",
    "booked_on",
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants done with the proposals."""

    outcome: str
    decider: int
    reason: str
    booked_on: date


def approve_treaty_proposals(
    actor: Actor, public_ids: Sequence[str], *, bounds_on: BoundsOn, booked_on: date, reason: str = ""
) -> None:
    """Carry out proposals that somebody else made, all or none. Inside acting(actor).

    Each is held against the treaties and the law of today again, in the order given. One that the same person has
    approved before stays as it is. Raises NotAllowed without `treaties.approve`, NotAPerson, FieldErrors by
    `place.proposal` (codes proposal_unknown, own_proposal, proposal_decided) or `place.field`.
    """
    must_be_acting(actor)
    wish = _Wish("approved", person_of(actor, "treaties.approve"), reason.strip(), booked_on)
    todo = _open_ones(actor, public_ids, wish)
    errors = _mistakes(actor, todo, bounds_on, on=booked_on)
    if errors:
        raise FieldErrors(errors)
    _write(actor, [one for _place, one in todo], wish)


def reject_treaty_proposals(actor: Actor, public_ids: Sequence[str], *, reason: str, booked_on: date) -> None:
    """Turn down proposals that somebody else made, all or none, saying why. Raises as approve_treaty_proposals does."""
    must_be_acting(actor)
    wish = _Wish("rejected", person_of(actor, "treaties.approve"), reason.strip(), booked_on)
    _write(actor, [one for _place, one in _open_ones(actor, public_ids, wish)], wish)


def withdraw_treaty_proposals(actor: Actor, public_ids: Sequence[str], *, reason: str, booked_on: date) -> None:
    """Take back one's own proposals, all or none, saying why.

    Raises NotAllowed without `treaties.propose`, NotAPerson, FieldErrors by `place.proposal` (codes proposal_unknown,
    not_own_proposal, proposal_decided).
    """
    must_be_acting(actor)
    wish = _Wish("withdrawn", person_of(actor, "treaties.propose"), reason.strip(), booked_on)
    _write(actor, [one for _place, one in _open_ones(actor, public_ids, wish)], wish)


def _open_ones(actor: Actor, public_ids: Sequence[str], wish: _Wish) -> list[tuple[int, TreatyProposal]]:
    """The proposals that wait, with their places; those for which the same wish was met before are left out."""
    one_at_a_time(actor)
    asked = list(dict.fromkeys(public_ids))
    rows = TreatyProposal.objects.filter(insurer_id=actor.insurer_id, public_id__in=asked)
    found = {one.public_id: one for one in rows.prefetch_related("decisions")}
    errors = [] if wish.reason or wish.outcome == "approved" else [_no_reason()]
    for place, public_id in enumerate(asked):
        errors += _objections(f"{place}.proposal", found.get(public_id), wish)
    if errors:
        raise FieldErrors(errors)
    return [(place, found[one]) for place, one in enumerate(asked) if not found[one].decisions.all()]


def _objections(at: str, proposal: TreatyProposal | None, wish: _Wish) -> list[FieldError]:
    if proposal is None:
        return [FieldError(at, _("There is no such proposal of this insurer."), code="proposal_unknown")]
    if decisions := list(proposal.decisions.all()):
        return _decided_before(at, decisions[0], wish)
    if wish.outcome == "withdrawn":
        if proposal.proposer_id != wish.decider:
            return [FieldError(at, _("Only whoever proposed it takes it back."), code="not_own_proposal")]
    elif proposal.proposer_id == wish.decider:
        told = _("You proposed this yourself: a second person settles it, or you withdraw it.")
        return [FieldError(at, told, code="own_proposal")]
    if wish.booked_on < proposal.booked_on:
        told = _("The proposal is of %(day)s: it cannot be settled before.") % {"day": proposal.booked_on}
        return [FieldError(at, told, code="decided_before_it_was_made")]
    return []


def _decided_before(at: str, before: TreatyDecision, wish: _Wish) -> list[FieldError]:
    if (before.outcome, before.decider_id) == (wish.outcome, wish.decider):
        return []
    told = _("The proposal was settled before, on %(day)s by %(who)s: %(outcome)s.") % {
        "day": before.booked_on,
        "who": before.decided_by,
        "outcome": before.outcome,
    }
    return [FieldError(at, told, code="proposal_decided")]


def _no_reason() -> FieldError:
    return FieldError("reason", _("Say why: whoever proposed it reads it."), code="required")


def _mistakes(
    actor: Actor, proposals: Sequence[tuple[int, TreatyProposal]], bounds_on: BoundsOn, *, on: date
) -> list[FieldError]:
    """What has come between proposing and approving: each is held against the books as those before it leave them."""
    treaties, reinsurers = treaty_facts(actor), reinsurer_codes(actor)
    errors: list[FieldError] = []
    for place, one in proposals:
        _bounds, mistakes = against_the_books(
            one.kind, one.document, treaties=treaties, reinsurers=reinsurers, bounds_on=bounds_on, on=on
        )
        errors += [treaty_messages.told(mistake, at=str(place)) for mistake in mistakes]
        if not mistakes:
            treaties = treaty_changes.carried_out(one.kind, one.document, treaties)
    return errors


def _write(actor: Actor, proposals: Sequence[TreatyProposal], wish: _Wish) -> None:
    if not proposals:
        return
    rows = [
        (
            actor.insurer_id,
            one.pk,
            one.proposer_id,
            wish.outcome,
            wish.decider,
            actor.name,
            wish.reason,
            wish.booked_on,
        )
        for one in proposals
    ]
    copy_rows("reinsurance_treatydecision", _COLUMNS, rows)
    changes = [
        Change(
            f"treaty_proposal.{wish.outcome}",
            one.public_id,
            became={"kind": one.kind, "treaty": one.treaty_public_id, "reason": wish.reason},
        )
        for one in proposals
    ]
    leave_trail(actor, changes, on=wish.booked_on)
