"""Cede a batch of recoveries, net of costs, in the proportion in which the claim was indemnified (D-42)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.commands.book_claims import booked_or_refused
from reinsurance.domain.claim import ClaimReceipt, CorrectionOrder, RecoveryOrder


def cede_recoveries(actor: Actor, orders: Sequence[RecoveryOrder | CorrectionOrder], *, on: date) -> list[ClaimReceipt]:
    """The receipts, in the order of the orders; a fixed number of queries. Runs inside acting(actor).

    Never more comes back than was indemnified on the claim, net of earlier recoveries; the disbursement room is not
    opened again. An order given twice answers with the first result.

    Raises a ClaimRefused (RecoveryAboveIndemnity, ClaimBookedDifferently, MovementUnknown, CorrectionExceedsMovement,
    CededCessionUnknown, DayUnfit), and NotAllowed without `claims.cede`.
    """
    return booked_or_refused(actor, orders, on=on)
