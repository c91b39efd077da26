"""What acts on claims share: finding and locking them, asking whether the act is possible, telling the trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from policies.commands.claim_errors import ClaimUnknown, PaymentDayUnfit
from policies.domain import claim_life
from policies.models import Claim
from policies.queries.claim_facts import ClaimFacts, locked_claims


def found_claims(actor: Actor, public_ids: Sequence[str], *, right: str, on: date) -> dict[str, ClaimFacts]:
    """The claims, locked. Raises NotAllowed without the right, ClaimUnknown; inside acting(actor)."""
    must_be_acting(actor)
    actor.must_be_allowed(right)
    found = locked_claims(actor, set(public_ids), on=on)
    for public_id in public_ids:
        if public_id not in found:
            raise ClaimUnknown.told(public_id)
    return found


def moved(claim: ClaimFacts, act: str) -> str:
    """The state of the claim after the act. Raises IllegalMove."""
    return claim_life.after(claim.status, act, which=claim.public_id)


def must_lie_between(claim: ClaimFacts, day: date, *, first: date, last: date) -> None:
    """Raises PaymentDayUnfit."""
    if not first <= day <= last:
        raise PaymentDayUnfit.told(claim.public_id, day=day, first=first, last=last)


def write_states(states: Iterable[tuple[ClaimFacts, str]], **more: object) -> None:
    """New states of claims, and columns that all of them get; one query for each state that is entered."""
    by_state: dict[str, list[int]] = {}
    for claim, state in states:
        if state != claim.status or more:
            by_state.setdefault(state, []).append(claim.id)
    for state, ids in by_state.items():
        Claim.objects.filter(pk__in=ids).update(status=state, **more)


def tell(actor: Actor, changes: Sequence[Change], *, on: date) -> None:
    """What happened, in the trail."""
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
