"""Bring the envelopes to what the law authorises: the platform role alone writes these entries (D-4, D-18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.capacity import CapacityReceipt
from reinsurance.domain.chart import Market


def authorise_capacity(
    actor: PlatformActor, *, market: Market, amount: Decimal, reference: str, on: date
) -> CapacityReceipt:
    """Credit an envelope with an amount that a text authorises (`reference`). The same reference twice changes nothing."""
    raise NotImplementedError


def bring_envelopes_to_law(
    actor: PlatformActor, ceilings: Mapping[Market, Decimal], *, on: date
) -> dict[Market, CapacityReceipt]:
    """Raise or reduce each envelope to its ceiling in force on `on`; done once per market and day, and again harmless.

    A reduction may leave room below zero: then nothing is drawn until releases have made it good.
    """
    raise NotImplementedError
