"""What a bordereau is: four kinds, one line for what an entry did to a cession, sums by treaty year.

A line carries the frozen facts of its cession (as ceded) and then what it changes, signed and after cession, so that
each line can be computed again from what stands on it and the sum of the lines is what the ledger moved.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.money import ZERO

BordereauKind = Literal["risk", "premium", "claims", "recoveries"]
KINDS: Final[tuple[BordereauKind, ...]] = ("risk", "premium", "claims", "recoveries")


@dataclass(frozen=True, slots=True, kw_only=True)
class BordereauLine:
    """One event of one cession. The first part is the cession as it was ceded, the second what the event changed.

    `number` counts from 1; `journal_number` is the entry's place in the sealed journal, `entry` its source key;
    `corrects` names the earlier line as PERIOD_FIRST/NUMBER. `gross_change` is before cession, the others after.
    """

    number: int
    journal_number: int
    entry: str
    kind: str
    corrects: str
    booked_on: date
    effective_on: date
    treaty_year: int
    cession: str
    guarantee: str
    product: str
    policy_number: str
    policyholder_id: str
    policyholder: str
    buyer_id: str
    buyer: str
    buyer_country: str
    term_first: date
    term_end: date
    amount: Decimal
    ceded_ratio: Decimal
    ceded_amount: Decimal
    premium_rate: Decimal
    premium: Decimal
    ceded_premium: Decimal
    ceding_commission: Decimal
    commission: Decimal
    is_illustrative: bool
    claim: str
    amount_after: Decimal | None
    ceded_before: Decimal | None
    run_off_until: date | None
    gross_change: Decimal
    live_change: Decimal
    run_off_change: Decimal
    ceded_premium_change: Decimal
    commission_change: Decimal
    ceded_indemnity_change: Decimal
    reserve_change: Decimal
    ceded_recovery_change: Decimal
    owed_change: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What lines come to: how many, and each amount that they change."""

    lines: int = 0
    gross_change: Decimal = ZERO
    live_change: Decimal = ZERO
    run_off_change: Decimal = ZERO
    ceded_premium_change: Decimal = ZERO
    commission_change: Decimal = ZERO
    ceded_indemnity_change: Decimal = ZERO
    reserve_change: Decimal = ZERO
    ceded_recovery_change: Decimal = ZERO
    owed_change: Decimal = ZERO

    def __add__(self, other: Sums) -> Sums:
        return Sums(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)})


@dataclass(frozen=True, slots=True)
class YearSums:
    """The sums of one treaty year."""

    treaty_year: int
    sums: Sums


def whole(years: tuple[YearSums, ...]) -> Sums:
    """The sums over all treaty years."""
    total = Sums()
    for year in years:
        total += year.sums
    return total
