"""Amounts: exact, in one currency, rounded only by a named verb.

Rounding happens where the contract asks for it and nowhere else (D-23, D-32 of the register of readings). Shares of an
amount are cut by largest remainder, so that parts always sum to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
EURO: Final = "EUR"

# numeric(18,2) in the database: sixteen digits before the point.
LARGEST_AMOUNT: Final = Decimal("9999999999999999.99")


def to_cent_half_up(amount: Decimal) -> Decimal:
    """The amount to the cent, half a cent away from zero.

    >>> to_cent_half_up(Decimal("1312.505"))
    Decimal('1312.51')
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_cent_down(amount: Decimal) -> Decimal:
    """The amount to the cent, towards zero: for what must never exceed a limit.

    >>> to_cent_down(Decimal("105263.1578"))
    Decimal('105263.15')
    """
    return amount.quantize(CENT, rounding=ROUND_DOWN)


def split_by_largest_remainder(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Cut an amount in cents in proportion to weights; the parts sum to the amount exactly.

    The cents left over by rounding down go to the largest remainders, the earlier part first when they are equal.

    >>> split_by_largest_remainder(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)])
    [Decimal('33.34'), Decimal('33.33'), Decimal('33.33')]

    Raises ValueError when the amount is negative or finer than a cent, a weight is negative, or all weights are zero.
    """
    total = sum(weights, Decimal(0))
    if amount < 0 or amount != to_cent_down(amount):
        raise ValueError(f"an amount to be cut is a positive number of cents, not {amount}")
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights are not negative and not all zero")
    exact = [amount * weight / total for weight in weights]
    parts = [to_cent_down(part) for part in exact]
    cents_left = int((amount - sum(parts, ZERO)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:cents_left]:
        parts[i] += CENT
    return parts


def ceded_and_kept(amount: Decimal, *, ceded_ratio: Decimal) -> tuple[Decimal, Decimal]:
    """The ceded part, half up to the cent, and the insurer's part by subtraction (D-23).

    >>> ceded_and_kept(Decimal("80000.00"), ceded_ratio=Decimal("0.95"))
    (Decimal('76000.00'), Decimal('4000.00'))
    """
    ceded = to_cent_half_up(amount * ceded_ratio)
    return ceded, amount - ceded


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; adding or comparing two currencies raises ValueError."""

    amount: Decimal
    currency: str = EURO

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"money is a finite Decimal, not {self.amount!r}")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"a currency is three capital letters, not {self.currency!r}")

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{to_cent_half_up(self.amount)} {self.currency}"
