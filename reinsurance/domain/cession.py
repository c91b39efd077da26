"""What policies asks to be counted, and what it is answered: holds, cessions, amendments, endings, releases.

The order carries the facts that a bordereau needs; they are frozen on the cession, which knows its source by a key.
Amounts are euro in whole cents. The ceded part is rounded half up, the insurer's part is what is left (D-23).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.kernel.money import ZERO, ceded_and_kept, to_cent_half_up
from capweb.kernel.periods import Term
from reinsurance.domain.capacity import CapacityReceipt
from reinsurance.domain.chart import Kind, Market


def _must_be_cents(amount: Decimal, *, what: str) -> None:
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{what} is not negative and in whole cents, not {amount}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrder:
    """Hold capacity for an offer: the ceded increment only (0 where exposure does not rise, recorded nevertheless).

    `source_key` is the offer's public id.
    """

    source_key: str
    market: Market
    kind: Kind
    increment_amount: Decimal

    def __post_init__(self) -> None:
        _must_be_cents(self.increment_amount, what="what is held")


@dataclass(frozen=True, slots=True)
class HoldReceipt:
    """What is held for an offer. `capacity` is None when the hold stood already (`is_repeat`) or held nothing."""

    source_key: str
    treaty_id: int
    held_amount: Decimal
    capacity: CapacityReceipt | None
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class VoidReceipt:
    """A hold given back; `is_repeat` when it had been given back before."""

    source_key: str
    voided_amount: Decimal
    is_repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CededRisk:
    """The facts of a cession that a bordereau prints, frozen as they were on the day of the grant.

    `guarantee_id` and `buyer_id` are public ids or registry numbers, never row numbers.
    """

    guarantee_id: str
    product: str
    policy_number: str
    policyholder_id: str
    policyholder_name: str
    buyer_id: str
    buyer_name: str
    buyer_country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CessionOrder:
    """One term of a guarantee to be ceded.

    `source_key` names the term (guarantee and first day): unique per insurer, so the same order twice is one cession.
    `ceded_ratio` None takes the treaty's of the term's first day. `hold_source_key` turns the offer's hold into a draw.
    `replaces_cession_id` nets with the old term in one entry: live counts the new amount, and what the old one had
    above it goes to run-off until `run_off_until` (needed then). `premium_credited` is the unearned part of the old
    term's premium, before cession (D-28). `buyer_zone` is the zone of the buyer's country on the term's first day, for
    treaties that are amended by zone; empty where nobody knows it.
    """

    source_key: str
    kind: Kind
    market: Market
    risk: CededRisk
    term: Term
    amount: Decimal
    premium: Decimal
    premium_rate: Decimal
    is_illustrative: bool
    ceded_ratio: Decimal | None = None
    hold_source_key: str | None = None
    replaces_cession_id: int | None = None
    run_off_until: date | None = None
    premium_credited: Decimal = ZERO
    buyer_zone: str = ""

    def __post_init__(self) -> None:
        _must_be_cents(self.amount, what="an amount")
        _must_be_cents(self.premium, what="a premium")
        _must_be_cents(self.premium_credited, what="a premium credited")
        if self.amount == 0:
            raise ValueError("nothing is not ceded")
        if self.premium_credited and self.replaces_cession_id is None:
            raise ValueError("a premium is credited on the term that is replaced, and none is named")


@dataclass(frozen=True, slots=True)
class CededShares:
    """A cession's figures: limit and premium, ceded and kept, and the commission on the ceded premium."""

    amount: Decimal
    ceded_ratio: Decimal
    ceded_amount: Decimal
    kept_amount: Decimal
    premium: Decimal
    ceded_premium: Decimal
    kept_premium: Decimal
    commission: Decimal


def shares_of(*, amount: Decimal, premium: Decimal, ceded_ratio: Decimal, ceding_commission: Decimal) -> CededShares:
    """The shares of a cession under a ratio and a commission.

    >>> shares = shares_of(amount=Decimal("100000.00"), premium=Decimal("875.00"), ceded_ratio=Decimal("0.95"),
    ...                    ceding_commission=Decimal(0))
    >>> str(shares.ceded_amount), str(shares.kept_amount), str(shares.ceded_premium), str(shares.kept_premium)
    ('95000.00', '5000.00', '831.25', '43.75')

    Raises ValueError when the ratio is not above 0 and at most 1, or the commission not within 0 and 1.
    """
    if not (0 < ceded_ratio <= 1) or not (0 <= ceding_commission <= 1):
        raise ValueError(f"ratio {ceded_ratio} and commission {ceding_commission} are shares of one")
    ceded_amount, kept_amount = ceded_and_kept(amount, ceded_ratio=ceded_ratio)
    ceded_premium, kept_premium = ceded_and_kept(premium, ceded_ratio=ceded_ratio)
    commission = to_cent_half_up(ceded_premium * ceding_commission)
    return CededShares(amount, ceded_ratio, ceded_amount, kept_amount, premium, ceded_premium, kept_premium, commission)


@dataclass(frozen=True, slots=True)
class CessionReceipt:
    """What was ceded, to whom, and what it did to the envelope; `capacity` is None on a repeat."""

    source_key: str
    cession_id: int
    public_id: str
    treaty_id: int
    treaty_public_id: str
    reinsurer_code: str
    treaty_year: int
    shares: CededShares
    capacity: CapacityReceipt | None
    is_repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A running cession whose amount falls to `amount` from `effective_on` (D-27); the ceded difference goes to run-off
    until `run_off_until`.

    `is_correction` (D-39): no more than `amount`, or nothing, might have been ceded from the first day, of a cession
    that runs or has ended. What is engaged above it, live or in run-off, goes back to where it was drawn from, as never
    ceded, with `premium_credited` (before cession) of the premium.
    """

    cession_id: int
    amount: Decimal
    effective_on: date
    run_off_until: date | None = None
    is_correction: bool = False
    premium_credited: Decimal = ZERO

    def __post_init__(self) -> None:
        _must_be_cents(self.amount, what="an amount")
        _must_be_cents(self.premium_credited, what="a premium credited")
        if self.amount == 0 and not self.is_correction:
            raise ValueError("a cession that falls to nothing is ended")
        if not self.is_correction and self.run_off_until is None:
            raise ValueError("what was in force stays engaged until a day: run_off_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A cession that ends on `effective_on`, the first day without cover, and runs off until `run_off_until`."""

    cession_id: int
    effective_on: date
    run_off_until: date
    premium_credited: Decimal = ZERO

    def __post_init__(self) -> None:
        _must_be_cents(self.premium_credited, what="a premium credited")
        if self.run_off_until < self.effective_on:
            raise ValueError(f"run-off to {self.run_off_until} would end before the cover, {self.effective_on}")


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """What an amendment or ending left: live and newly in run-off, both ceded. `is_repeat` when it stood already.

    What a correction took back out of run-off is below nothing.
    """

    cession_id: int
    live_ceded_amount: Decimal
    run_off_amount: Decimal
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class ReleaseReceipt:
    """Run-off given back to one envelope: how many lots and how much."""

    market: Market
    lots: int
    amount: Decimal
