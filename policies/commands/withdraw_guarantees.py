"""Ending top-ups for the future because their policyholder asks for it.

D-28: the quarter's premium stays due in full. What was delivered before stays covered and runs off (D-36).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.money import ZERO
from policies.commands.change_cover import CoverCut, cut_cover
from policies.queries import renewals_due


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One top-up to be ended from this day on, and how its policyholder asked for it."""

    guarantee: str
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawalAnswer:
    """What became of one: `withdrawn`, or `failed` with the code `nothing_running` or `reason_missing`."""

    guarantee: str
    outcome: str
    code: str = ""
    message: str = ""


def withdraw_guarantees(
    actor: Actor, withdrawals: Sequence[Withdrawal], *, on: date, at: datetime
) -> list[WithdrawalAnswer]:
    """End the running terms from this day on; one answer each, in order. A fixed number of queries.

    Raises NotAllowed.
    """
    actor.must_be_allowed("guarantees.withdraw")
    with acting(actor):
        running = renewals_due.running(actor, list({one.guarantee for one in withdrawals}), on=on)
        good = {one.guarantee: one for one in withdrawals if one.reason.strip() and one.guarantee in running}
        cut_cover(actor, [CoverCut(running[name], ZERO, "withdrawal") for name in good], on=on, at=at)
        record_changes(
            [Change("guarantee.withdrawn", one.guarantee, became={"reason": one.reason}) for one in good.values()],
            insurer_id=actor.insurer_id,
            actor=actor.name,
            actor_role=actor.role,
            booked_on=on,
        )
    return [_answer(one, is_done=one is good.get(one.guarantee)) for one in withdrawals]


def _answer(one: Withdrawal, *, is_done: bool) -> WithdrawalAnswer:
    if is_done:
        return WithdrawalAnswer(one.guarantee, "withdrawn")
    if not one.reason.strip():
        message = _("Say how the policyholder asked for it: the date of the letter, or the message.")
        return WithdrawalAnswer(one.guarantee, "failed", code="reason_missing", message=message)
    message = _("The guarantee %(guarantee)s has no running term that you may end.") % {"guarantee": one.guarantee}
    return WithdrawalAnswer(one.guarantee, "failed", code="nothing_running", message=message)
