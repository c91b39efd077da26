"""Claims on cessions: what is asked to be ceded, what of it the cession carries, the reinsurer's share (D-23, D-42).

A cession carries indemnities up to its limit: the amount of the term, or what the right fact allowed where it was
corrected (D-39), and then what lies above is for the insurer's own account. Amounts are euro in whole cents, before
cession; shares are half up to the cent, and what is taken back in full comes back to the cent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.money import ZERO, to_cent_half_up

ClaimKind = Literal["indemnity", "reserve", "recovery"]
_ANEW: Final = re.compile(r"/right-\d+$")


def is_kept_for_anew(source_key: str) -> bool:
    """Whether a key ends as those of movements that fell anew, or of their taking back: a client's own does not."""
    return _ANEW.search(source_key.removesuffix("/back")) is not None


def first_key(source_key: str) -> str:
    """The key under which a movement was booked first: what fell anew keeps it before its `/right-N`."""
    return _ANEW.sub("", source_key)


def key_anew(source_key: str, *, correction: int) -> str:
    """The key of a movement that falls anew by the N-th correction of its cession (D-39).

    >>> key_anew("i1", correction=1), key_anew("i1/right-1", correction=2)
    ('i1/right-1', 'i1/right-2')
    """
    return f"{first_key(source_key)}/right-{correction}"


def _must_be_cents(amount: Decimal, *, what: str) -> None:
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"{what} is not negative and in whole cents, not {amount}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    source_key: str
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IndemnityOrder(_Order):
    """An indemnity paid on `effective_on` under a claim on a cession, gross.

    `disbursement_year_id` names the policy year whose limit it uses, where one applies (D-17). `reserve_level` sets
    the case reserve in the same go; without it the reserve stays. Ex gratia payments are refused (D-43).
    """

    cession_id: int
    claim_reference: str
    amount: Decimal
    disbursement_year_id: int | None = None
    reserve_level: Decimal | None = None
    is_ex_gratia: bool = False

    def __post_init__(self) -> None:
        _must_be_cents(self.amount, what="an indemnity")
        if self.amount == 0:
            raise ValueError("an indemnity of nothing is not paid")
        if self.reserve_level is not None:
            _must_be_cents(self.reserve_level, what="a case reserve")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveOrder(_Order):
    """The case reserve of a claim on a cession, set to a level, gross."""

    cession_id: int
    claim_reference: str
    level: Decimal

    def __post_init__(self) -> None:
        _must_be_cents(self.level, what="a case reserve")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryOrder(_Order):
    """Money got back on an indemnity of a claim on a cession: `received` less `costs` of getting it (D-42)."""

    cession_id: int
    claim_reference: str
    received: Decimal
    costs: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return self.received - self.costs

    def __post_init__(self) -> None:
        _must_be_cents(self.received, what="a recovery")
        _must_be_cents(self.costs, what="a cost")
        if self.received <= self.costs:
            raise ValueError("a recovery is more than its costs")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionOrder(_Order):
    """Takes back `amount` of an indemnity or recovery booked before (its source key); None takes back all that is left.

    A reserve is not corrected: it is set to the right level.
    """

    corrects: str
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        if self.amount is not None:
            _must_be_cents(self.amount, what="a correction")
            if self.amount == 0:
                raise ValueError("a correction of nothing corrects nothing")


ClaimOrder = IndemnityOrder | ReserveOrder | RecoveryOrder | CorrectionOrder


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount as it falls: carried by the cession, above its limit, and the reinsurer's share of what is carried."""

    carried: Decimal = ZERO
    excess: Decimal = ZERO
    ceded: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.carried + self.excess

    def plus(self, other: Parts) -> Parts:
        return Parts(self.carried + other.carried, self.excess + other.excess, self.ceded + other.ceded)

    def minus(self, other: Parts) -> Parts:
        return Parts(self.carried - other.carried, self.excess - other.excess, self.ceded - other.ceded)


@dataclass(frozen=True, slots=True)
class ClaimPosition:
    """Where a claim on a cession stands: paid and recovered so far, net of corrections, and its case reserve."""

    paid: Parts = Parts()
    recovered: Parts = Parts()
    reserve: Parts = Parts()
    reserve_level: Decimal = ZERO

    @property
    def outstanding(self) -> Parts:
        """What was indemnified and has not come back."""
        return self.paid.minus(self.recovered)

    def moved(self, kind: ClaimKind, parts: Parts, *, is_reversal: bool, level: Decimal | None = None) -> ClaimPosition:
        if kind == "reserve":
            assert level is not None
            now = self.reserve.minus(parts) if is_reversal else self.reserve.plus(parts)
            return replace(self, reserve=now, reserve_level=level)
        before = self.paid if kind == "indemnity" else self.recovered
        now = before.minus(parts) if is_reversal else before.plus(parts)
        return replace(self, paid=now) if kind == "indemnity" else replace(self, recovered=now)


@dataclass(frozen=True, slots=True)
class CessionLimit:
    """What a cession carries at most: `amount` of the term, or `right_amount` where it was corrected (D-39)."""

    amount: Decimal
    right_amount: Decimal | None
    ceded_ratio: Decimal

    @property
    def bound(self) -> Decimal:
        return self.amount if self.right_amount is None else min(self.amount, self.right_amount)

    @property
    def is_corrected(self) -> bool:
        return self.right_amount is not None


def parts_of_indemnity(amount: Decimal, limit: CessionLimit, *, paid_before: Decimal) -> Parts | None:
    """How an indemnity falls when the cession has carried `paid_before`; None when it passes the limit of the term.

    >>> parts_of_indemnity(Decimal("100.10"), CessionLimit(Decimal(500), None, Decimal("0.95")), paid_before=Decimal(0))
    Parts(carried=Decimal('100.10'), excess=Decimal('0.00'), ceded=Decimal('95.10'))
    >>> corrected = CessionLimit(Decimal(500), Decimal(60), Decimal("0.95"))
    >>> parts_of_indemnity(Decimal("100.00"), corrected, paid_before=Decimal(0))
    Parts(carried=Decimal('60'), excess=Decimal('40.00'), ceded=Decimal('57.00'))
    """
    room = max(limit.bound - paid_before, ZERO)
    if amount > room and not limit.is_corrected:
        return None
    carried = min(amount, room)
    return Parts(carried, amount - carried, to_cent_half_up(carried * limit.ceded_ratio))


def parts_of_reserve(level: Decimal, limit: CessionLimit) -> Parts | None:
    """How a case reserve at a level falls; None when it passes the limit of the term."""
    if level > limit.amount:
        return None
    carried = min(level, limit.bound)
    return Parts(carried, ZERO, to_cent_half_up(carried * limit.ceded_ratio))


def parts_of_recovery(amount: Decimal, position: ClaimPosition, limit: CessionLimit) -> Parts | None:
    """How a recovery falls: between what was carried and what lay above in the proportion in which they were paid, then
    by the ceded ratio (D-42); None when more would come back than was indemnified and is still out.
    """
    left = position.outstanding
    if amount > left.gross:
        return None
    if amount == left.gross:
        return left
    carried = min(to_cent_half_up(amount * position.paid.carried / position.paid.gross), left.carried)
    excess = min(amount - carried, left.excess)
    carried = amount - excess
    return Parts(carried, excess, _ceded_of(carried, left, limit))


def _ceded_of(carried: Decimal, left: Parts, limit: CessionLimit) -> Decimal:
    """The ceded part of what goes of `left`: half up, and so that what stays has no more ceded than is carried."""
    least = left.ceded - (left.carried - carried)
    return min(max(to_cent_half_up(carried * limit.ceded_ratio), least), left.ceded)


def parts_taken_back(
    amount: Decimal, left: Parts, limit: CessionLimit, *, kind: ClaimKind, most_excess: Decimal | None = None
) -> Parts:
    """What a correction takes back of a movement of which `left` stands. Of an indemnity, what lay above the limit goes
    first, since the right one would have had less above it, up to `most_excess` (what of that has not come back); of a
    recovery, both parts in their proportion.

    >>> limit = CessionLimit(Decimal(500), None, Decimal("0.95"))
    >>> left = Parts(Decimal("0.30"), Decimal("0.00"), Decimal("0.29"))
    >>> parts_taken_back(Decimal("0.10"), left, limit, kind="indemnity").ceded
    Decimal('0.10')
    """
    if amount == left.gross:
        return left
    if kind == "indemnity":
        excess = min(amount, left.excess if most_excess is None else min(left.excess, most_excess))
    else:
        excess = min(to_cent_half_up(amount * left.excess / left.gross), left.excess)
        excess = max(excess, amount - left.carried)
    carried = amount - excess
    return Parts(carried, excess, _ceded_of(carried, left, limit))


@dataclass(frozen=True, slots=True)
class ClaimReceipt:
    """What was booked of an order: carried by the cession, above its limit, ceded; `room_left` of the policy year.

    `reserve` is the receipt of the reserve that an indemnity set in the same go. `is_repeat` when it stood already.
    """

    source_key: str
    public_id: str
    kind: ClaimKind
    cession: str
    claim_reference: str
    is_reversal: bool
    amount: Decimal
    excess_amount: Decimal
    ceded_amount: Decimal
    room_left: Decimal | None = None
    reserve: ClaimReceipt | None = None
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DisbursementOpening:
    """An insurance year of a policy, half-open, and the most that may be paid in it, with the text that says so."""

    policy_number: str
    market: Literal["domestic", "export"]
    first_day: date
    end_day: date
    limit_amount: Decimal
    reference: str

    def __post_init__(self) -> None:
        _must_be_cents(self.limit_amount, what="a disbursement limit")
        if self.limit_amount == 0 or self.end_day <= self.first_day or not self.reference:
            raise ValueError("a policy year has days, a limit above nothing, and a reference")


@dataclass(frozen=True, slots=True)
class DisbursementReceipt:
    """A policy year that is open: its row, its limit, what was paid in it so far."""

    disbursement_year_id: int
    limit_amount: Decimal
    disbursed: Decimal
    is_repeat: bool
