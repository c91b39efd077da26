"""Set the case reserves of claims on cessions: what was fixed and is not paid yet (D-23).

A reserve follows from handling a claim, and no money moves: whoever fixes or closes a loss sets it, paying stays the
accountant's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.commands.book_claims import booked_or_refused
from reinsurance.domain.claim import ClaimReceipt, ReserveOrder


def reserve_claims(actor: Actor, orders: Sequence[ReserveOrder], *, on: date) -> list[ClaimReceipt]:
    """The receipts, in the order of the orders; a fixed number of queries. Runs inside acting(actor).

    Raises a ClaimRefused as `cede_claims`, and NotAllowed without `claims.handle`.
    """
    return booked_or_refused(actor, orders, on=on, right="claims.handle")
