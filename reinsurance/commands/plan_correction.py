"""What a correction (D-39) leaves of a cession, live and in run-off. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from capweb.kernel.money import ZERO, to_cent_half_up
from reinsurance.commands.premium_transfers import credit_on
from reinsurance.commands.write_changes import NewChange
from reinsurance.domain.cession import Amendment
from reinsurance.queries.cession_states import CessionState, RunOffLot, StillEngaged


def corrected(
    amendment: Amendment, state: CessionState, lots: Sequence[RunOffLot], *, before: StillEngaged | None
) -> NewChange | None:
    """The change of a cession of which no more than the amended amount might have been ceded; None where it carries no
    more. `lots` is what of it runs off, the last to end first; `before` what it took over and is engaged there still.

    What is live, or was taken over by the cession that replaced it, is engaged before what runs off. What is engaged of
    those before beyond all that stays in run-off until their last day; beside what is left of a lot, until the later of
    both days. Raises CreditExceedsPremium.
    """
    if amendment.amount >= state.carried_amount:
        return None
    right = to_cent_half_up(amendment.amount * state.ceded_ratio)
    live = min(state.live_ceded_amount, right)
    own = max(right - live - state.taken_over, ZERO)
    taken_back, rest, until = _cut(lots, to=own)
    if before is not None:
        # Had no more been ceded, what it took over of the one before beyond that would run off since (D-36).
        freed = state.live_ceded_amount - live + sum((lot.amount for lot in taken_back), ZERO) - rest
        kept = min(freed, max(before.amount - live - state.taken_over, ZERO) - own) if before.amount > right else ZERO
        if kept > ZERO:
            rest, until = rest + kept, before.until if until is None else max(until, before.until)
    return NewChange(
        state=state,
        kind="corrected",
        live_amount=min(state.live_amount, amendment.amount),
        live_ceded_amount=live,
        run_off_amount=rest,
        run_off_until=until,
        credit=credit_on(state, amendment.premium_credited),
        effective_on=amendment.effective_on,
        right_amount=amendment.amount,
        taken_back=taken_back,
    )


def _cut(lots: Sequence[RunOffLot], *, to: Decimal) -> tuple[tuple[RunOffLot, ...], Decimal, date | None]:
    """The lots that no longer stand, and what is left of the one that the bound cuts through, with its last day."""
    taken_back = []
    rest, until = ZERO, None
    for lot in lots:
        if lot.amount > to:
            taken_back.append(lot)
            if to:
                rest, until = to, lot.run_off_until
        to = max(to - lot.amount, ZERO)
    return tuple(taken_back), rest, until
