"""Record recoveries: money that came back after the indemnity, less its costs, shared as the loss was borne (D-42).

First between the policyholder and the insurer by the uninsured and the indemnified parts of the loss, then by what the
primary and each top-up paid, then by the ceded ratio. Dollars count at the rate of the day of their receipt (D-44).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import EURO, ZERO
from policies.commands.claim_acts import found_claims, moved, must_lie_between, tell
from policies.commands.claim_errors import RateMissing, RecoveryAboveLoss, RecoveryBelowCosts
from policies.commands.settle_claims import movement_key
from policies.domain.claim_lines import Rate, in_euro, rate_on
from policies.domain.indemnity import Out, share_recovery
from policies.models import ClaimRecovery
from policies.queries.claim_facts import ClaimFacts, ShareFacts, rates_of, returned_to_policyholders, shares_of
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.domain.claim import ClaimReceipt, RecoveryOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRecovery:
    """What came back on a claim, and what it cost to get, in one currency. The reference is taken once."""

    source_reference: str
    claim: str
    received_on: date
    amount: Decimal
    costs: Decimal = ZERO
    currency: str = EURO


@dataclass(frozen=True, slots=True)
class RecoveryReceipt:
    """How a recovery fell, in euro: the policyholder's part, the insurer's, the reinsurer's; they sum to `net`."""

    public_id: str
    claim: str
    net: Decimal
    policyholder: Decimal
    kept: Decimal
    ceded: Decimal
    is_repeat: bool = False


@dataclass(slots=True)
class _Standing:
    """What is out of one loss, moved on in memory as recoveries of the batch are walked through."""

    shares: list[ShareFacts]
    out: Out


@dataclass(frozen=True, slots=True)
class _Shared:
    """One recovery, cut."""

    public_id: str
    given: GivenRecovery
    claim: ClaimFacts
    rate: Rate | None
    net: Decimal
    shares: list[ShareFacts]
    back: Out


def record_recoveries(actor: Actor, recoveries: Sequence[GivenRecovery], *, on: date) -> list[RecoveryReceipt]:
    """The receipts in order; a reference that stands answers with how it fell. Inside acting(actor).

    A fixed number of queries. Raises NotAllowed, ClaimUnknown, IllegalMove (before an indemnity it is a payment of
    the buyer), PaymentDayUnfit, RateMissing, RecoveryBelowCosts, RecoveryAboveLoss, and what `cede_recoveries` raises.
    """
    claims = found_claims(actor, [one.claim for one in recoveries], right="claims.cede", on=on)
    known = _known(actor, recoveries)
    ids = [claim.id for claim in claims.values()]
    shares, returned = shares_of(actor, ids), returned_to_policyholders(actor, ids)
    rates = rates_of(actor, {one.currency for one in recoveries})
    standing = {claim.id: _standing(claim, shares[claim.id], returned.get(claim.id, ZERO)) for claim in claims.values()}
    cut: list[_Shared] = []
    for one in recoveries:
        if one.source_reference not in known:
            known[one.source_reference] = None
            claim = claims[one.claim]
            cut.append(_cut(one, claim, standing[claim.id], rates.get(one.currency, ()), on=on))
    receipts = _cede(actor, cut, on=on)
    made = _write(actor, cut, receipts, on=on)
    found = {reference: receipt for reference, receipt in known.items() if receipt is not None} | made
    return [found[one.source_reference] for one in recoveries]


def _known(actor: Actor, recoveries: Sequence[GivenRecovery]) -> dict[str, RecoveryReceipt | None]:
    rows = ClaimRecovery.objects.filter(
        insurer_id=actor.insurer_id, source_reference__in={one.source_reference for one in recoveries}
    )
    found: dict[str, RecoveryReceipt | None] = {}
    for row in rows.select_related("claim").prefetch_related("shares"):
        ceded = sum((share.ceded_amount for share in row.shares.all()), ZERO)
        kept = row.net_amount - row.policyholder_amount - ceded
        found[row.source_reference] = RecoveryReceipt(
            row.public_id, row.claim.public_id, row.net_amount, row.policyholder_amount, kept, ceded, is_repeat=True
        )
    return found


def _standing(claim: ClaimFacts, shares: list[ShareFacts], returned: Decimal) -> _Standing:
    paid = sum((share.paid for share in shares), ZERO)
    uninsured = (claim.loss_amount or ZERO) - paid - returned
    return _Standing(shares, Out(uninsured, tuple(share.out for share in shares)))


def _cut(one: GivenRecovery, claim: ClaimFacts, standing: _Standing, rates: Sequence[Rate], *, on: date) -> _Shared:
    moved(claim, "recover")
    must_lie_between(claim, one.received_on, first=claim.declared_on, last=on)
    if one.amount <= one.costs or one.costs < 0:
        raise RecoveryBelowCosts.told(claim.public_id, received=one.amount, costs=one.costs)
    rate = rate_on(rates, one.received_on)
    net = in_euro(one.amount - one.costs, one.currency, rate)
    if net is None:
        raise RateMissing.told(claim.public_id, currency=one.currency, day=one.received_on)
    out = standing.out
    if not 0 < net <= out.whole:
        raise RecoveryAboveLoss.told(claim.public_id, out=out.whole, net=net)
    back = share_recovery(net, out)
    standing.out = Out(
        out.uninsured - back.uninsured, tuple(was - part for was, part in zip(out.parts, back.parts, strict=True))
    )
    return _Shared(new_public_id("rec"), one, claim, rate, net, standing.shares, back)


def _cede(actor: Actor, cut: Sequence[_Shared], *, on: date) -> dict[str, ClaimReceipt]:
    orders = [
        RecoveryOrder(
            source_key=movement_key(one.public_id, share),
            effective_on=one.given.received_on,
            cession_id=share.cession_id,
            claim_reference=one.claim.public_id,
            received=part,
        )
        for one in cut
        for share, part in zip(one.shares, one.back.parts, strict=True)
        if part and share.cession_id is not None
    ]
    return {receipt.source_key: receipt for receipt in cede_recoveries(actor, orders, on=on)}


def _write(
    actor: Actor, cut: Sequence[_Shared], receipts: Mapping[str, ClaimReceipt], *, on: date
) -> dict[str, RecoveryReceipt]:
    if not cut:
        return {}
    ids = draw_ids("policies_claimrecovery", len(cut))
    copy_rows(
        "policies_claimrecovery",
        ("id", "insurer_id", "public_id", "claim_id", "received_on", "received_amount", "costs", "currency",
         "units_per_euro", "net_amount", "policyholder_amount", "source_reference", "booked_on"),
        [
            (pk, actor.insurer_id, one.public_id, one.claim.id, one.given.received_on, one.given.amount,
             one.given.costs, one.given.currency, _units(one), one.net, one.back.uninsured,
             one.given.source_reference, on)
            for pk, one in zip(ids, cut, strict=True)
        ],
    )  # fmt: skip
    rows, made, told = [], {}, []
    for pk, one in zip(ids, cut, strict=True):
        ceded_in_all = ZERO
        for share, part in zip(one.shares, one.back.parts, strict=True):
            if part:
                receipt = receipts.get(movement_key(one.public_id, share))
                ceded = ZERO if receipt is None else receipt.ceded_amount
                movement = "" if receipt is None else receipt.public_id
                rows.append((actor.insurer_id, pk, share.id, part, ceded, movement))
                ceded_in_all += ceded
        kept = one.net - one.back.uninsured - ceded_in_all
        made[one.given.source_reference] = RecoveryReceipt(
            one.public_id, one.claim.public_id, one.net, one.back.uninsured, kept, ceded_in_all
        )
        became = {"net": str(one.net), "policyholder": str(one.back.uninsured), "ceded": str(ceded_in_all)}
        told.append(Change("claim.recovered", one.claim.public_id, became={"recovery": one.public_id, **became}))
    if rows:
        copy_rows(
            "policies_recoveryshare",
            ("insurer_id", "recovery_id", "share_id", "amount", "ceded_amount", "movement"),
            rows,
        )
    tell(actor, told, on=on)
    return made


def _units(one: _Shared) -> Decimal | None:
    return None if one.given.currency == EURO or one.rate is None else one.rate.units_per_euro
