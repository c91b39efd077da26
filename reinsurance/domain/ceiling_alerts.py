"""When a ceiling speaks up: which thresholds a use has reached or left since they were last told.

A threshold is raised once, and again only after use fell below it and rose again. A ceiling that the law lowered below
what is engaged is frozen, which is told beside the thresholds.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reinsurance.domain.capacity import THRESHOLDS, thresholds_reached
from reinsurance.domain.chart import Market

Subject = Literal["threshold", "frozen"]


@dataclass(frozen=True, slots=True)
class Use:
    """A ceiling and the room under it: a market's envelope, or the part of it reserved to a treaty of an insurer."""

    market: Market
    limit: Decimal
    room: Decimal
    insurer_id: int | None = None
    treaty_id: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What may be told of a ceiling: a share of it is used up, or it is frozen (`share` None)."""

    subject: Subject
    share: Decimal | None = None


FROZEN = Signal("frozen")


@dataclass(frozen=True, slots=True)
class Crossing:
    """A signal that has begun (`is_raised`) or ended."""

    use: Use
    signal: Signal
    is_raised: bool


def signals(use: Use) -> set[Signal]:
    """What holds of a ceiling now; nothing of one that is neither authorised nor used.

    >>> sorted(str(s.share) for s in signals(Use("domestic", Decimal(100), Decimal("9.99"))))
    ['0.80', '0.90']
    """
    if use.limit <= 0 and use.room >= 0:
        return set()
    found = {Signal("threshold", share) for share in thresholds_reached(use.limit, use.room)}
    return found | {FROZEN} if use.room < 0 else found


def crossings(use: Use, told: AbstractSet[Signal]) -> list[Crossing]:
    """What is to be told: begun and not told yet, from the lowest threshold up; then what was told and has ended."""
    holds = signals(use)
    order = [*(Signal("threshold", share) for share in THRESHOLDS), FROZEN]
    raised = [Crossing(use, signal, is_raised=True) for signal in order if signal in holds and signal not in told]
    left = [Crossing(use, signal, is_raised=False) for signal in reversed(order) if signal in told - holds]
    return raised + left
