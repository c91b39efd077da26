"""Let cessions follow down (D-27) or be corrected (D-39): what falls goes to run-off, or back as never ceded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.domain.cession import Amendment, ChangeReceipt


def amend_cessions(actor: Actor, amendments: Sequence[Amendment], *, on: date) -> list[ChangeReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting(actor). To the amount it has: nothing changes.

    Raises CessionNotLive when it has ended, AmendmentRaises when the amount would grow (that is a new cession).
    """
    raise NotImplementedError
