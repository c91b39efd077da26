"""What may be done with a claim where it stands, and when is its loss constituted?

An overdue is declared within the policy's declaration delay; the loss is constituted by an insolvency or a political
event at once, by protracted default once the policy's waiting period has passed since the last due day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from policies.domain.moves import CLAIM

Cause = Literal["insolvency", "protracted_default", "political_event"]
CAUSES: Final[tuple[Cause, ...]] = ("insolvency", "protracted_default", "political_event")
# What may be done without moving a claim, and while it stands where; its moves are policies.domain.moves.CLAIM.
WHILE: Final[Mapping[str, tuple[str, ...]]] = {
    "extend": ("overdue_declared", "in_collection"),
    "pay": ("overdue_declared", "in_collection"),
    "collect": ("in_collection", "loss_fixed", "indemnified"),
    # Money may come long after the file was closed.
    "recover": ("indemnified", "closed"),
}


def after(status: str, act: str, *, which: str = "") -> str:
    """The state after an act. Raises IllegalMove where it is not possible in this state.

    >>> after("overdue_declared", "fix"), after("closed", "recover")
    ('loss_fixed', 'closed')
    """
    if status in WHILE.get(act, ()):
        return status
    return CLAIM.after(status, act, which=which)


@dataclass(frozen=True, slots=True)
class DueDay:
    """When an invoice falls due, as it was agreed last, and when it was declared overdue."""

    number: str
    due_on: date


def declared_late(due: Iterable[DueDay], *, declared_on: date, delay_days: int) -> list[str]:
    """The numbers of the invoices that were declared after the policy's delay had passed.

    >>> declared_late([DueDay("F1", date(2020, 7, 31))], declared_on=date(2020, 9, 30), delay_days=60)
    ['F1']
    """
    return [one.number for one in due if declared_on > one.due_on + timedelta(days=delay_days)]


def constituted_on(
    cause: Cause, *, due: Iterable[date], caused_on: date | None, waiting_days: int | None
) -> date | None:
    """The day on which the loss is constituted; None where the policy does not tell its waiting period.

    >>> constituted_on("protracted_default", due=[date(2020, 7, 31)], caused_on=None, waiting_days=150)
    datetime.date(2020, 12, 28)
    """
    if cause != "protracted_default":
        return caused_on
    return None if waiting_days is None else max(due) + timedelta(days=waiting_days)
