"""The parts of the envelopes that are reserved to treaties: how much, since when, by what, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.models import LedgerAccount, Treaty, TreatyAllotment
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties


@dataclass(frozen=True, slots=True)
class AllotmentRow:
    """A treaty and the part reserved to it: `amount` is None while it draws on the shared envelope.

    `engaged` is live, held and run-off; `left` is what its part has free.
    """

    treaty_id: str
    insurer_name: str
    reinsurer_name: str
    kind: str
    market: str
    engaged: Decimal
    amount: Decimal | None
    left: Decimal
    reference: str
    booked_on: date | None


def allotments(actor: Actor | PlatformActor, *, on: date) -> list[AllotmentRow]:
    """The treaties open on `on` that the actor may see, each with its part; three queries for any number."""
    alias = alias_of(actor)
    treaties = [row for row in visible_treaties(actor) if row.ended_on is None or on < row.ended_on]
    ids = [row.pk for row in treaties]
    last = TreatyAllotment.objects.using(alias).filter(treaty_id__in=ids).order_by("position")
    parts = {part.treaty_id: part for part in last}
    accounts = LedgerAccount.objects.using(alias).filter(
        treaty_id__in=ids, account_class__in=("allotment", "live", "run_off")
    )
    return [_row(treaty, parts.get(treaty.pk), _of(accounts, treaty)) for treaty in treaties]


def _of(accounts: QuerySet[LedgerAccount], treaty: Treaty) -> dict[str, LedgerAccount]:
    return {account.account_class: account for account in accounts if account.treaty_id == treaty.pk}


def _row(treaty: Treaty, part: TreatyAllotment | None, accounts: dict[str, LedgerAccount]) -> AllotmentRow:
    live, run_off, own = accounts["live"], accounts["run_off"], accounts["allotment"]
    return AllotmentRow(
        treaty_id=treaty.public_id,
        insurer_name=treaty.insurer.name,
        reinsurer_name=treaty.reinsurer.name,
        kind=treaty.kind,
        market=treaty.market,
        engaged=live.credits_posted
        - live.debits_posted
        + live.credits_pending
        + run_off.credits_posted
        - run_off.debits_posted,
        amount=None if part is None else part.amount,
        left=own.credits_posted - own.debits_posted - own.debits_pending,
        reference="" if part is None else part.reference,
        booked_on=None if part is None else part.booked_on,
    )
