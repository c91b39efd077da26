"""How free room is shared out when it does not suffice for all, and what a draw answers.

Free room is what the law authorised, less what is drawn, less what is held (D-21, D-22). It is given in the stated
order; what is below the smallest grant is left, so that a last cent is never granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from reinsurance.domain.chart import Market

# An insurer sees the State's room rounded down to this, so that it cannot read the others' draws from it.
SHOWN_STEP: Final = Decimal(10_000_000)
# Shares of an envelope at which the screens and the night speak up.
THRESHOLDS: Final = (Decimal("0.80"), Decimal("0.90"), Decimal("0.95"))


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """Room of one envelope, or of the part of it that is reserved to a treaty (`is_reserved`).

    `room` is below zero after a reduction by law that came too late; then nothing is drawn. `is_rounded`: it was not
    locked, and is told as an insurer is shown it, down to 10 M€ and never below zero.
    """

    market: Market
    limit: Decimal
    room: Decimal
    is_reserved: bool = False
    is_rounded: bool = False

    @property
    def is_frozen(self) -> bool:
        return self.room < 0

    @property
    def drawable(self) -> Decimal:
        """What may be drawn or held at most: never below zero."""
        return max(self.room, Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class CapacityReceipt:
    """What a draw or hold did to its envelope, or to the part reserved to its treaty: room before and after, and the
    limit, all in euro.

    Exact, so for commands and the platform only: a shell shows an insurer `rounded_down(after)` of an envelope. Where
    nothing was asked of a shared envelope it was not locked (ADR 0016): then `is_rounded`, and both rooms are the one
    that an insurer is shown.
    """

    market: Market
    before: Decimal
    after: Decimal
    limit: Decimal
    is_reserved: bool = False
    is_rounded: bool = False


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one asker was given: all, a part, or nothing, and the room it found and left."""

    asked: Decimal
    given: Decimal
    before: Decimal
    after: Decimal

    @property
    def is_in_full(self) -> bool:
        return self.given == self.asked


def allocate(room: Decimal, asked: Sequence[Decimal], *, smallest: Decimal = Decimal(0)) -> list[Allocation]:
    """Give free room to askers in the order given: all while it suffices, then what is left, then nothing.

    A part below `smallest` is not given and stays for those behind. An asker for nothing (a renewal at the same amount)
    always passes, even where room is below zero.

    >>> [str(a.given) for a in allocate(Decimal(100), [Decimal(60), Decimal(60), Decimal(10)])]
    ['60', '40', '0']
    >>> [str(a.given) for a in allocate(Decimal(100), [Decimal(60), Decimal(60), Decimal(10)], smallest=Decimal(50))]
    ['60', '0', '10']

    Raises ValueError when somebody asks for less than nothing.
    """
    return list(_allocated(room, asked, smallest=smallest))


def _allocated(room: Decimal, asked: Sequence[Decimal], *, smallest: Decimal) -> Iterator[Allocation]:
    for amount in asked:
        if amount < 0:
            raise ValueError(f"nobody asks for less than nothing: {amount}")
        given = min(amount, max(room, Decimal(0)))
        if given < amount and given < smallest:
            given = Decimal(0)
        yield Allocation(asked=amount, given=given, before=room, after=room - given)
        room -= given


def rounded_down(room: Decimal) -> Decimal:
    """Room as an insurer is shown it: down to 10 M€, and nothing below zero.

    >>> rounded_down(Decimal("1234567890.12"))
    Decimal('1230000000.00')
    >>> rounded_down(Decimal("-5"))
    Decimal('0.00')
    """
    steps = (room / SHOWN_STEP).quantize(Decimal(1), rounding=ROUND_FLOOR)
    return max(steps * SHOWN_STEP, Decimal(0)).quantize(Decimal("0.01"))


def thresholds_reached(limit: Decimal, room: Decimal) -> tuple[Decimal, ...]:
    """The shares of the limit (0.80, 0.90, 0.95) that are used up.

    >>> thresholds_reached(Decimal(100), Decimal(8))
    (Decimal('0.80'), Decimal('0.90'))
    """
    if limit <= 0:
        return THRESHOLDS
    return tuple(share for share in THRESHOLDS if limit - room >= share * limit)
