"""Cede a batch of claims: indemnities paid, case reserves set, and corrections, in the proportion of each cession."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.commands.book_claims import booked_or_refused
from reinsurance.domain.claim import ClaimReceipt, CorrectionOrder, IndemnityOrder, ReserveOrder


def cede_claims(
    actor: Actor, orders: Sequence[IndemnityOrder | ReserveOrder | CorrectionOrder], *, on: date
) -> list[ClaimReceipt]:
    """The receipts, in the order of the orders; a fixed number of queries. Runs inside acting(actor).

    A cession carries indemnities up to the amount of its term, whatever the insured ratio: that is what was ceded. One
    that was corrected carries them up to what the right fact allowed (D-39); the rest is the insurer's own. An order
    given twice (same source key) answers with the first result.

    Raises a ClaimRefused, and the caller's transaction is to be given up: ExGratiaNotCeded, IndemnityAboveLimit,
    DisbursementLimitReached, PolicyYearUnfit, CorrectionExceedsMovement, MovementUnknown, ClaimBookedDifferently,
    CededCessionUnknown, DayUnfit. Raises NotAllowed without `claims.cede`.
    """
    return booked_or_refused(actor, orders, on=on)
