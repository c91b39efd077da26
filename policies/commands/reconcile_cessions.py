"""Hold the ledger against what is in force and against the law: passes both down to reinsurance as plain values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from capweb.accounts.actor import PlatformActor
from eligibility.domain.law_files import shipped_law_book
from policies.queries.cover_in_force import cover_in_force
from reinsurance.commands.reconcile import reconcile
from reinsurance.domain.chart import MARKETS, Market
from reinsurance.queries.verification import Check


def reconcile_cessions(actor: PlatformActor, *, on: date) -> list[Check]:
    """Every check of reinsurance.commands.reconcile, of all insurers. Runs inside acting_as_platform()."""
    return reconcile(actor, cover_in_force(), ceilings=ceilings_on(on), on=on)


def ceilings_on(day: date) -> dict[Market, Decimal]:
    """The ceiling of each envelope by the law in force on a day; a market without one is left out."""
    law = shipped_law_book().on(day)
    found = {market: law.amounts.get(f"envelopes/{market}/ceiling") for market in MARKETS}
    return {market: ceiling for market, ceiling in found.items() if ceiling is not None}
