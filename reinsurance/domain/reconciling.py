"""What the grants say is in force, as plain values: the other way to what the cessions say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reinsurance.domain.chart import Kind, Market


@dataclass(frozen=True, slots=True)
class CoverInForce:
    """One guarantee term that runs, the cession that it points at, and what of it must be ceded, in euro."""

    insurer_id: int
    guarantee_id: str
    first_day: date
    cession_id: int
    kind: Kind
    market: Market
    ceded_amount: Decimal
