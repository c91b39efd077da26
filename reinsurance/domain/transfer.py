"""What is written in the journal: an entry is one event, a transfer one movement from a debit to a credit account.

The row *is* the movement, so an unbalanced entry cannot be written down (ADR 0003). A pending transfer is a hold; a
later one posts or voids it, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from reinsurance.domain.chart import CODES_BY_ENTRY_KIND, PAIRS, AccountClass, State

_PAIRS = frozenset((pair.debit_class, pair.credit_class, pair.code, pair.state) for pair in PAIRS)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a transfer names it: its row and its class."""

    id: int
    account_class: AccountClass


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A movement to be written. Amounts are euro, above zero, in whole cents; ValueError otherwise."""

    debit: Account
    credit: Account
    code: str
    amount: Decimal
    state: State = "posted"
    pending_id: int | None = None

    def __post_init__(self) -> None:
        pair = (self.debit.account_class, self.credit.account_class, self.code, self.state)
        if pair not in _PAIRS:
            raise ValueError(f"no such movement in the chart: {pair}")
        if self.amount <= 0:
            raise ValueError(f"a transfer moves more than nothing, not {self.amount}")
        if (self.state in ("post", "void")) != (self.pending_id is not None):
            raise ValueError("a transfer names the hold it resolves, and no other does")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One event of one insurer (or of the State's envelope when `insurer_id` is None), known by its source key."""

    kind: str
    source_key: str
    insurer_id: int | None
    transfers: tuple[NewTransfer, ...] = field(default=())
    cession_id: int | None = None

    def __post_init__(self) -> None:
        strange = {transfer.code for transfer in self.transfers} - CODES_BY_ENTRY_KIND[self.kind]
        if strange:
            raise ValueError(f"an entry of kind {self.kind} does not hold {sorted(strange)}")
