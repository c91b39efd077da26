"""What proves that a policyholder was told of a cut: letter with its digest, message, mails with their time (D-29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a notice: to whom, and when it went; None while it has not."""

    address: str
    status: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was told of one cut, and how. `outcome`: `told`, or `left` where nothing was left to cut when it was
    confirmed (letter, message and days are then empty). `recipient` is empty where the letter goes by post.

    `days` from the notice to the effective day; `read_on` when the recipient first opened the message here.
    """

    holder: str
    policy_number: str
    buyer: str
    country: str
    identifier: str
    outcome: str
    decision: str
    amount_before: Decimal
    amount: Decimal
    notified_on: date | None
    effective_on: date | None
    exceptional_case: str
    letter: str
    digest: str
    message: str
    recipient: str
    written_at: datetime | None
    read_at: datetime | None
    read_by: str
    mails: tuple[Mail, ...]
    is_buyer_told: bool

    @property
    def days(self) -> int | None:
        if self.notified_on is None or self.effective_on is None:
            return None
        return (self.effective_on - self.notified_on).days

    @property
    def sent_at(self) -> datetime | None:
        """When the first mail went."""
        return min((one.sent_at for one in self.mails if one.sent_at is not None), default=None)
