"""The case reserve of a loss: what the top-ups owe and have not paid, set when it is fixed and released when it ends.

The reinsurer's books hold its share as outstanding (technical account, bordereau of claims); what a cession was
corrected to bounds it (D-39), and what the disbursement limit will hold back is known only when it is paid (D-17).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO
from policies.queries.claim_facts import ShareFacts, shares_of
from reinsurance.commands.reserve_claims import reserve_claims
from reinsurance.domain.claim import ReserveOrder


def reserve_losses(actor: Actor, claims: Mapping[str, int], *, on: date) -> None:
    """Reserve what each loss that was just fixed owes, by public id and row of its claim. Inside acting(actor).

    A fixed number of queries. Raises what `reserve_claims` raises.
    """
    shares = _ceded_shares(actor, claims)
    reserve_claims(actor, [_order(claim, share, "fixed", share.due, on=on) for claim, share in shares], on=on)


def release_losses(actor: Actor, claims: Mapping[str, int], *, on: date) -> None:
    """Release what was reserved for losses that end unpaid. Inside acting(actor). Raises as `reserve_losses`."""
    shares = _ceded_shares(actor, claims)
    reserve_claims(actor, [_order(claim, share, "released", ZERO, on=on) for claim, share in shares], on=on)


def released_unpaid(claim: str, share: ShareFacts, *, on: date) -> ReserveOrder:
    """The order that releases what a cover would have owed, where the disbursement limit leaves it nothing."""
    return _order(claim, share, "held_back", ZERO, on=on)


def _ceded_shares(actor: Actor, claims: Mapping[str, int]) -> Sequence[tuple[str, ShareFacts]]:
    shares = shares_of(actor, claims.values())
    return [
        (claim, share)
        for claim, claim_id in claims.items()
        for share in shares[claim_id]
        if share.cession_id is not None and share.due
    ]


def _order(claim: str, share: ShareFacts, act: str, level: Decimal, *, on: date) -> ReserveOrder:
    assert share.cession_id is not None
    return ReserveOrder(
        source_key=f"{claim}:{share.guarantee}:{share.sequence}:{act}",
        effective_on=on,
        cession_id=share.cession_id,
        claim_reference=claim,
        level=level,
    )
