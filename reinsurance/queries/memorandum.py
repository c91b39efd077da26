"""The memorandum: what reinsurers have advised of the accounts they keep for the State; for the platform alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import PlatformActor
from reinsurance.models import AccountAdvice, LedgerAccount, Treaty
from reinsurance.queries.books import PLATFORM


@dataclass(frozen=True, slots=True)
class MemorandumAccount:
    """An account of a category (None: one for the State) with its balance, and its special reserve where it has one."""

    market: str
    kind: str | None
    balance: Decimal
    special_reserve: Decimal | None


@dataclass(frozen=True, slots=True)
class AdviceRow:
    public_id: str
    reinsurer: str
    market: str
    kind: str | None
    code: str
    amount: Decimal
    reference: str
    effective_on: date
    booked_on: date
    entered_by: str


def markets_of(actor: PlatformActor) -> list[str]:
    """The markets that the actor's organisation reinsures; both for the operator; one query."""
    rows = Treaty.objects.using(PLATFORM).all()
    if actor.role == "reinsurer":
        rows = rows.filter(reinsurer_id=actor.organisation_id)
    return sorted(set(rows.values_list("market", flat=True)))


def reinsurers_of(actor: PlatformActor) -> list[tuple[str, str, str]]:
    """Market, code and name of the reinsurers whose accounts the actor may enter; one query."""
    rows = Treaty.objects.using(PLATFORM).all()
    if actor.role == "reinsurer":
        rows = rows.filter(reinsurer_id=actor.organisation_id)
    return sorted(set(rows.values_list("market", "reinsurer__code", "reinsurer__name")))


def memorandum(actor: PlatformActor) -> list[MemorandumAccount]:
    """The accounts of the markets that the actor may see, from the ledger; two queries."""
    rows = LedgerAccount.objects.using(PLATFORM).filter(
        account_class__in=("category_account", "special_reserve"), market__in=markets_of(actor)
    )
    found = {(row.market, row.kind, row.account_class): row.credits_posted - row.debits_posted for row in rows}
    return [
        MemorandumAccount(market, kind, balance, found.get((market, kind, "special_reserve")))
        for (market, kind, name), balance in sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or ""))
        if name == "category_account"
    ]


def advices(actor: PlatformActor, *, limit: int = 200) -> list[AdviceRow]:
    """What was advised, newest first; one query."""
    rows = AccountAdvice.objects.using(PLATFORM).select_related("reinsurer").order_by("-id")
    if actor.role == "reinsurer":
        rows = rows.filter(reinsurer_id=actor.organisation_id)
    return [
        AdviceRow(
            public_id=row.public_id,
            reinsurer=row.reinsurer.name,
            market=row.market,
            kind=row.kind,
            code=row.code,
            amount=row.amount,
            reference=row.reference,
            effective_on=row.effective_on,
            booked_on=row.booked_on,
            entered_by=row.entered_by,
        )
        for row in rows[:limit]
    ]
