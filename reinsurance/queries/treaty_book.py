"""The treaties an actor may cede under, with their terms and accounts: five small queries, then looked up in memory.

An insurer has a handful of treaties, so a batch of any size reads the same few rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.chart import AccountClass, Kind, Market
from reinsurance.domain.country_cover import CountryRule, country_cover
from reinsurance.domain.transfer import Account
from reinsurance.domain.treaty import LossOrder, OpenTreaty
from reinsurance.models import CountryAmendment, LedgerAccount, Treaty, TreatyTerms
from reinsurance.queries.books import alias_of


@dataclass(frozen=True, slots=True)
class TreatyBook:
    """Treaties, the terms of each from the newest on, accounts by treaty and class, and the shared envelopes."""

    treaties: tuple[Treaty, ...]
    terms: dict[int, list[TreatyTerms]]
    accounts: dict[tuple[int, AccountClass], Account]
    envelopes: dict[Market, Account]
    amendments: dict[int, list[CountryRule]]
    _opened: dict[tuple[date, Kind, Market], OpenTreaty | None] = field(default_factory=dict)

    def open_on(self, day: date, *, kind: Kind, market: Market) -> OpenTreaty | None:
        """The treaty open on a day for a kind and market, with the terms in force on it; None when there is none."""
        asked = (day, kind, market)
        if asked not in self._opened:
            self._opened[asked] = self._open_on(day, kind, market)
        return self._opened[asked]

    def _open_on(self, day: date, kind: Kind, market: Market) -> OpenTreaty | None:
        for treaty in self.treaties:
            if (treaty.kind, treaty.market) == (kind, market) and treaty.opened_on <= day:
                in_force = next((terms for terms in self.terms.get(treaty.pk, []) if terms.first_day <= day), None)
                if in_force is not None and (treaty.ended_on is None or day < treaty.ended_on):
                    return _opened(treaty, in_force, self.amendments.get(treaty.pk, []), on=day)
        return None

    def account(self, treaty_id: int, account_class: AccountClass) -> Account:
        return self.accounts[treaty_id, account_class]

    def ids(self, markets: Collection[str]) -> list[int]:
        """The treaties of some markets."""
        return [treaty.pk for treaty in self.treaties if treaty.market in markets]

    def market_of(self, treaty_id: int) -> Market:
        return next(cast("Market", treaty.market) for treaty in self.treaties if treaty.pk == treaty_id)


def treaty_book(actor: Actor | PlatformActor) -> TreatyBook:
    """The book of the actor's insurer, or of all insurers for the platform."""
    alias = alias_of(actor)
    terms: dict[int, list[TreatyTerms]] = {}
    for row in TreatyTerms.objects.using(alias).order_by("-first_day"):
        terms.setdefault(row.treaty_id, []).append(row)
    rows = LedgerAccount.objects.using(alias).filter(treaty__isnull=False)
    return TreatyBook(
        treaties=tuple(Treaty.objects.using(alias).select_related("reinsurer").order_by("id")),
        terms=terms,
        accounts={
            (treaty_id, cast("AccountClass", name)): Account(account_id, cast("AccountClass", name))
            for account_id, treaty_id, name in rows.values_list("id", "treaty_id", "account_class")
        },
        envelopes=_envelopes(alias),
        amendments=_amendments(alias),
    )


def _amendments(alias: str) -> dict[int, list[CountryRule]]:
    found: dict[int, list[CountryRule]] = {}
    for row in CountryAmendment.objects.using(alias).order_by("first_day"):
        rule = CountryRule(row.first_day, row.country, row.zone, row.is_covered)
        found.setdefault(row.treaty_id, []).append(rule)
    return found


def _envelopes(alias: str) -> dict[Market, Account]:
    # An insurer cannot read the shared accounts, only learn their numbers, which a transfer must name.
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT market, id FROM reinsurance_envelope_accounts()")
        return {market: Account(account_id, "envelope") for market, account_id in cursor.fetchall()}


def _opened(treaty: Treaty, terms: TreatyTerms, amendments: list[CountryRule], *, on: date) -> OpenTreaty:
    return OpenTreaty(
        id=treaty.pk,
        public_id=treaty.public_id,
        insurer_id=treaty.insurer_id,
        reinsurer_code=treaty.reinsurer.code,
        kind=cast("Kind", treaty.kind),
        market=cast("Market", treaty.market),
        ceded_ratio=terms.ceded_ratio,
        ceding_commission=terms.ceding_commission,
        opened_on=treaty.opened_on,
        ended_on=treaty.ended_on,
        reporting_months=terms.reporting_months,
        settlement_days=terms.settlement_days,
        large_loss_amount=terms.large_loss_amount,
        cash_call_amount=terms.cash_call_amount,
        loss_order=cast("LossOrder", terms.loss_order),
        countries=country_cover(amendments, on=on),
    )
