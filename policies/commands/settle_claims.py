"""Settle claims: what each cover owes is paid, within the policy year's limit, and ceded where it is a top-up.

The insurer pays as usual, to the policyholder or the beneficiary it delegated its indemnities to, then claims on the
reinsurer (E23, E25): each top-up's part goes to the ledger and the next bordereau in the same transaction, and its
case reserve is released: what the disbursement limit holds back is not owed (E26).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from policies.commands.claim_acts import found_claims, moved, must_lie_between, tell, write_states
from policies.commands.claim_errors import NothingToPay
from policies.commands.policy_years import PaidCover, Year, YearRoom, policy_years
from policies.commands.reserve_losses import released_unpaid
from policies.domain.indemnity import within_rooms
from policies.queries.claim_facts import ClaimFacts, ShareFacts, beneficiaries_on, shares_of
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.domain.claim import ClaimReceipt, IndemnityOrder, ReserveOrder

# From this share of the disbursement limit on the policyholder is told (E26).
TOLD_FROM: Final = Decimal("0.80")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A claim that is paid on a day."""

    claim: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class SettlementReceipt:
    """What was paid in all, ceded of it, and what the disbursement limit kept from being paid."""

    claim: str
    paid: Decimal
    ceded: Decimal
    held_back: Decimal
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class _Paid:
    """What is paid on one share of a claim."""

    claim: ClaimFacts
    share: ShareFacts
    paid_on: date
    amount: Decimal
    year_id: int | None

    @property
    def source_key(self) -> str:
        return movement_key(self.claim.public_id, self.share)


def movement_key(act: str, share: ShareFacts) -> str:
    """Under which key the reinsurer's books know what an act (claim, recovery) moved on a term: booked once."""
    return f"{act}:{share.guarantee}:{share.sequence}"


def settle_claims(actor: Actor, settlements: Sequence[Settlement], *, on: date) -> list[SettlementReceipt]:
    """The receipts in order; a claim that is paid already answers with what was paid. Inside acting(actor).

    A fixed number of queries. Raises NotAllowed, ClaimUnknown, IllegalMove, PaymentDayUnfit, NothingToPay, and
    what `cede_claims` raises: then nothing is paid (what others used of the policy year meanwhile is seen next time).
    """
    claims = found_claims(actor, [one.claim for one in settlements], right="claims.cede", on=on)
    shares = shares_of(actor, [claim.id for claim in claims.values()])
    new: dict[str, Settlement] = {}
    for one in settlements:
        claim = claims[one.claim]
        if _is_paid(claim, shares):
            continue
        moved(claim, "settle")
        must_lie_between(claim, one.paid_on, first=claim.declared_on, last=on)
        new.setdefault(one.claim, one)
    paid, years = _payable(actor, new, claims, shares, on=on)
    for one in new.values():
        if not any(part.amount for part in paid if part.claim.public_id == one.claim):
            owed = sum((share.due for share in shares[claims[one.claim].id]), ZERO)
            raise NothingToPay.told(one.claim, due=owed)
    held_back = [part for part in paid if not part.amount]
    paid = [part for part in paid if part.amount]
    receipts = _cede(actor, paid, held_back, on=on)
    _write(actor, paid, receipts, on=on)
    states: list[tuple[ClaimFacts, str]] = [(claims[name], "indemnified") for name in new]
    write_states(states)
    after = shares_of(actor, [claim.id for claim in claims.values()])
    made = [
        _receipt(claims[one.claim], after[claims[one.claim].id], is_repeat=one.claim not in new) for one in settlements
    ]
    tell(
        actor,
        [
            Change(
                "claim.indemnified",
                one.claim,
                became={"paid": str(one.paid), "ceded": str(one.ceded), "held_back": str(one.held_back)},
            )
            for one in made
            if not one.is_repeat
        ]
        + _nearly_used(paid, years),
        on=on,
    )
    return made


def _nearly_used(paid: Sequence[_Paid], years: Mapping[Year, YearRoom]) -> list[Change]:
    """The policy years of which these payments pass the share that is told to the policyholder (E26), once each."""
    told = []
    for (policy_number, _day), year in {(key[0], year.id): (key, year) for key, year in years.items()}.values():
        parts = [part for part in paid if part.year_id == year.id]
        before = year.limit - year.room
        after = before + sum((part.amount for part in parts), ZERO)
        threshold = year.limit * TOLD_FROM
        if parts and before < threshold <= after:
            told.append(
                Change(
                    "disbursement_year.nearly_used",
                    policy_number,
                    was={"disbursed": str(before)},
                    became={
                        "disbursed": str(after),
                        "limit": str(year.limit),
                        "end_day": year.end_day.isoformat(),
                        "claim": parts[-1].claim.public_id,
                    },
                )
            )
    return told


def _is_paid(claim: ClaimFacts, shares: Mapping[int, Sequence[ShareFacts]]) -> bool:
    return any(share.paid for share in shares[claim.id])


def _payable(
    actor: Actor,
    new: Mapping[str, Settlement],
    claims: Mapping[str, ClaimFacts],
    shares: Mapping[int, Sequence[ShareFacts]],
    *,
    on: date,
) -> tuple[list[_Paid], dict[Year, YearRoom]]:
    """What each share is paid, in the order of the settlements, within what is left of the policy years (D-17)."""
    wanted = [(claims[name], share, one.paid_on) for name, one in new.items() for share in shares[claims[name].id]]
    covers = [_cover(claim, share, paid_on) for claim, share, paid_on in wanted]
    years: dict[Year, YearRoom] = policy_years(actor, [one for one in covers if one is not None], on=on)
    limiting = [years.get(one.year) if one is not None and one.is_limited else None for one in covers]
    rooms = {str(year.id): year.room for year in years.values()}
    amounts = within_rooms(
        [
            (share.due, "" if year is None else str(year.id))
            for (_, share, _), year in zip(wanted, limiting, strict=True)
        ],
        rooms=rooms,
    )
    parts = [
        _Paid(claim, share, paid_on, amount, None if year is None else year.id)
        for (claim, share, paid_on), amount, year in zip(wanted, amounts, limiting, strict=True)
    ]
    return parts, years


def _cover(claim: ClaimFacts, share: ShareFacts, paid_on: date) -> PaidCover | None:
    if share.term_first is None:
        return None
    return PaidCover(
        policy_number=claim.policy_number,
        policy_first_day=claim.policy_first_day,
        kind=share.kind,
        market=share.market,
        term_first=share.term_first,
        paid_on=paid_on,
    )


def _cede(actor: Actor, paid: Sequence[_Paid], held_back: Sequence[_Paid], *, on: date) -> dict[str, ClaimReceipt]:
    orders: list[IndemnityOrder | ReserveOrder] = [
        IndemnityOrder(
            source_key=part.source_key,
            effective_on=part.paid_on,
            cession_id=part.share.cession_id,
            claim_reference=part.claim.public_id,
            amount=part.amount,
            disbursement_year_id=part.year_id,
            reserve_level=ZERO,
        )
        for part in paid
        if part.share.cession_id is not None
    ]
    orders += [
        released_unpaid(part.claim.public_id, part.share, on=on)
        for part in held_back
        if part.share.cession_id is not None and part.share.due
    ]
    return {receipt.source_key: receipt for receipt in cede_claims(actor, orders, on=on)}


def _write(actor: Actor, paid: Sequence[_Paid], receipts: Mapping[str, ClaimReceipt], *, on: date) -> None:
    payees = beneficiaries_on(actor, {(part.claim.pair, part.paid_on) for part in paid})
    rows = []
    for part in paid:
        receipt = None if part.share.cession_id is None else receipts[part.source_key]
        rows.append(
            (
                actor.insurer_id,
                part.claim.id,
                part.share.id,
                part.amount,
                ZERO if receipt is None else receipt.ceded_amount,
                payees.get((part.claim.pair, part.paid_on)),
                "" if receipt is None else receipt.public_id,
                part.paid_on,
                on,
            )
        )
    copy_rows(
        "policies_indemnitypayment",
        ("insurer_id", "claim_id", "share_id", "amount", "ceded_amount", "beneficiary_id", "movement", "paid_on",
         "booked_on"),
        rows,
    )  # fmt: skip


def _receipt(claim: ClaimFacts, shares: Sequence[ShareFacts], *, is_repeat: bool) -> SettlementReceipt:
    paid = sum((share.paid for share in shares), ZERO)
    due = sum((share.due for share in shares), ZERO)
    ceded = sum((share.ceded for share in shares), ZERO)
    return SettlementReceipt(claim.public_id, paid, ceded, due - paid, is_repeat)
