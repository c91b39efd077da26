"""End cessions: what was live stays engaged as run-off until it has passed (D-36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from reinsurance.domain.cession import ChangeReceipt, Ending


def end_cessions(actor: Actor, endings: Sequence[Ending], *, on: date) -> list[ChangeReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting(actor). Ending twice changes nothing.

    Raises CessionUnknown when the insurer has no such cession.
    """
    raise NotImplementedError
