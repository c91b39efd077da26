"""What a reinsurer may answer to a line, how a statement adds up, when it is due, and how late it is.

Amounts are euro, signed from the insurer's side: above zero it owes its reinsurer, below zero it is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.money import ZERO

Answer = Literal["acknowledged", "disputed"]
Direction = Literal["paid", "received"]
Age = Literal["no_due_day", "not_due", "to_30", "to_60", "to_90", "over_90"]

ANSWERS: Final[tuple[Answer, ...]] = ("acknowledged", "disputed")
DIRECTIONS: Final[tuple[Direction, ...]] = ("paid", "received")
# Why a line is disputed. The list is ours: no treaty of the scheme is public.
DISPUTE_REASONS: Final = (
    "amount",
    "ratio",
    "outside_treaty",
    "told_twice",
    "document_missing",
    "outside_conditions",
    "other",
)
AGES: Final[tuple[Age, ...]] = ("no_due_day", "not_due", "to_30", "to_60", "to_90", "over_90")


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """A statement with what is still to be paid of it, signed; `place` orders from the oldest on."""

    id: int
    open_amount: Decimal


@dataclass(frozen=True, slots=True)
class Matched:
    """What of a payment pays what of a statement, above zero."""

    statement_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StatedAmounts:
    """What a statement settles, by what it is, signed; and what of it is owed and due, both above zero."""

    premium: Decimal
    commission: Decimal
    indemnity: Decimal
    recovery: Decimal

    @property
    def balance(self) -> Decimal:
        return self.premium + self.commission + self.indemnity + self.recovery

    @property
    def owed(self) -> Decimal:
        """In favour of the reinsurer."""
        return sum((part for part in self._parts() if part > 0), ZERO)

    @property
    def due(self) -> Decimal:
        """In favour of the insurer."""
        return -sum((part for part in self._parts() if part < 0), ZERO)

    def _parts(self) -> tuple[Decimal, ...]:
        return self.premium, self.commission, self.indemnity, self.recovery


def due_day(stated_on: date, *, settlement_days: int | None) -> date | None:
    """The last day to pay a statement; None where the treaty sets no delay.

    >>> due_day(date(2020, 10, 15), settlement_days=30)
    datetime.date(2020, 11, 14)
    """
    return None if settlement_days is None else stated_on + timedelta(days=settlement_days)


def age(due_on: date | None, *, on: date) -> Age:
    """How late a statement is on a day: due today is late by nothing.

    >>> age(date(2020, 11, 14), on=date(2020, 12, 15)), age(date(2020, 11, 14), on=date(2020, 11, 13))
    ('to_60', 'not_due')
    """
    if due_on is None:
        return "no_due_day"
    days = (on - due_on).days
    if days < 0:
        return "not_due"
    if days <= 30:
        return "to_30"
    if days <= 60:
        return "to_60"
    return "to_90" if days <= 90 else "over_90"


def matched(amount: Decimal, open_amounts: Sequence[OpenAmount], *, direction: Direction) -> list[Matched]:
    """Which statements a payment pays, in the order given, each at most as far as it is open; the rest is credit.

    A payment to the reinsurer pays what the insurer owes, one from it pays what it owes.

    >>> matched(Decimal(50), [OpenAmount(1, Decimal(30)), OpenAmount(2, Decimal(-9)), OpenAmount(3, Decimal(40))],
    ...         direction="paid")
    [Matched(statement_id=1, amount=Decimal('30')), Matched(statement_id=3, amount=Decimal('20'))]
    """
    sign = 1 if direction == "paid" else -1
    found = []
    for one in open_amounts:
        part = min(amount, one.open_amount * sign)
        if part > 0:
            found.append(Matched(one.id, part))
            amount -= part
    return found
