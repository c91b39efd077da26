"""What becomes of the insurer's own decisions on two buyers under one policy when the two are one? (ADR 0018)

No source says. The reading taken: what was covered on each adds up, and the decision that stands on both together is
the one that their sums tell. Amounts in euro.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Position:
    """One decision on a primary limit, in force from its effective day; `id` is its row, of several the latest."""

    id: int
    decision: str
    requested_amount: Decimal | None
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class Together:
    """What stands from `effective_on` on; `rows` are the decisions that it puts together."""

    rows: tuple[int, ...]
    decision: str
    requested_amount: Decimal | None
    amount_before: Decimal
    amount: Decimal
    notified_on: date
    effective_on: date


def standing_on(positions: Iterable[Position], day: date) -> Position | None:
    """The decision in force on a day: the latest to take effect, of two on the same day the one entered last."""
    known = [one for one in positions if one.effective_on <= day]
    return max(known, key=lambda one: (one.effective_on, one.id), default=None)


def from_day(first: date, *histories: Sequence[Position]) -> list[Together]:
    """What stands on all these buyers together from a day on, one step for each day on which one of them moves.

    A history may be empty, and may hold decisions that take effect later: they are followed on their own day.
    """
    later = {one.effective_on for history in histories for one in history if one.effective_on > first}
    steps = []
    for day in sorted({first, *later}):
        standing = [one for history in histories if (one := standing_on(history, day)) is not None]
        if standing:
            steps.append(put_together(standing, on=day))
    return steps


def put_together(standing: Sequence[Position], *, on: date) -> Together:
    """One decision for what stands on several buyers: the amounts add up, and tell what was decided on the whole.

    Nothing left is a cessation where one was, else a refusal. All granted in full stays so. What was cut anywhere is a
    reduction, told by what stood before it; else what was wanted and not given makes a partial grant.
    """
    amount = sum((one.amount for one in standing), ZERO)
    before = sum((_before(one) for one in standing), ZERO)
    wanted = sum((_wanted(one) for one in standing), ZERO)
    return Together(
        rows=tuple(one.id for one in standing),
        decision=standing[0].decision if len(standing) == 1 else _decision(standing, amount=amount, before=before),
        requested_amount=standing[0].requested_amount if len(standing) == 1 else max(wanted, amount),
        amount_before=standing[0].amount_before if len(standing) == 1 else before,
        amount=amount,
        # The day from which the older of the notices counts has passed; the later one was told last.
        notified_on=min(max(one.notified_on for one in standing), on),
        effective_on=on,
    )


def _decision(standing: Sequence[Position], *, amount: Decimal, before: Decimal) -> str:
    kinds = {one.decision for one in standing}
    if not amount:
        return "cessation" if "cessation" in kinds else "refusal"
    if kinds == {"grant"}:
        return "grant"
    return "reduction" if amount < before else "partial_grant"


def _before(one: Position) -> Decimal:
    """What stood before a cut; where nothing was cut, what stands."""
    return one.amount_before if one.decision in ("reduction", "cessation") else one.amount


def _wanted(one: Position) -> Decimal:
    """What was asked for, as far as it was told."""
    return max(one.requested_amount or ZERO, one.amount_before, one.amount)
