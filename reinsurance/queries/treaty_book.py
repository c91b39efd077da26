"""The treaties an actor may cede under, with their terms and accounts: three small queries, then looked up in memory.

An insurer has a handful of treaties, so a batch of any size reads the same few rows. Every single grant reads them too,
so they are read in plain SQL: composing these queries anew took longer than answering them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, cast

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.chart import AccountClass, Kind, Market
from reinsurance.domain.country_cover import CountryRule, country_cover
from reinsurance.domain.transfer import Account
from reinsurance.domain.treaty import OpenTreaty
from reinsurance.queries.books import alias_of

# Row security narrows all three to the insurer that acts.
_TREATIES: Final = """
    SELECT t.id, t.public_id, t.insurer_id, o.code, t.kind, t.market, s.ceded_ratio, s.ceding_commission, t.opened_on,
           t.ended_on, s.reporting_months, s.settlement_days, s.large_loss_amount, s.cash_call_amount, s.loss_order,
           s.first_day
    FROM reinsurance_treaty t
    JOIN accounts_organisation o ON o.id = t.reinsurer_id
    JOIN reinsurance_treatyterms s ON s.insurer_id = t.insurer_id AND s.treaty_id = t.id
    ORDER BY t.id, s.first_day DESC
"""
# An insurer cannot read the shared accounts, only learn their numbers, which a transfer must name.
_ACCOUNTS: Final = """
    SELECT id, treaty_id, account_class, market FROM reinsurance_ledgeraccount WHERE treaty_id IS NOT NULL
    UNION ALL
    SELECT id, NULL, 'envelope', market FROM reinsurance_envelope_accounts()
"""
_AMENDMENTS: Final = """
    SELECT treaty_id, first_day, country, zone, is_covered FROM reinsurance_countryamendment ORDER BY first_day, id
"""


@dataclass(frozen=True, slots=True)
class TreatyBook:
    """Treaties by number with their terms, from the newest on; accounts by treaty and class; the shared envelopes."""

    treaties: dict[int, list[tuple[date, OpenTreaty]]]
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
        for treaty_id in self.treaties:
            treaty = self.on(treaty_id, day)
            if treaty is None or (treaty.kind, treaty.market) != (kind, market):
                continue
            if treaty.opened_on <= day and (treaty.ended_on is None or day < treaty.ended_on):
                return replace(treaty, countries=country_cover(self.amendments.get(treaty_id, []), on=day))
        return None

    def on(self, treaty_id: int, day: date) -> OpenTreaty | None:
        """A treaty with the terms of a day, ended or not, without its countries; None before its first terms."""
        terms = self.treaties.get(treaty_id, [])
        return next((treaty for first_day, treaty in terms if first_day <= day), None)

    def account(self, treaty_id: int, account_class: AccountClass) -> Account:
        return self.accounts[treaty_id, account_class]

    def ids(self, markets: Collection[str]) -> list[int]:
        """The treaties of some markets."""
        return [treaty_id for treaty_id in self.treaties if self.market_of(treaty_id) in markets]

    def market_of(self, treaty_id: int) -> Market:
        _first_day, treaty = self.treaties[treaty_id][0]
        return treaty.market


def treaty_book(actor: Actor | PlatformActor) -> TreatyBook:
    """The book of the actor's insurer, or of all insurers for the platform."""
    alias = alias_of(actor)
    book = TreatyBook({}, {}, {}, {})
    for *values, first_day in _rows(alias, _TREATIES):
        treaty = OpenTreaty(**dict(zip(_OPEN_TREATY, values, strict=True)))
        book.treaties.setdefault(treaty.id, []).append((first_day, treaty))
    for account_id, treaty_id, name, market in _rows(alias, _ACCOUNTS):
        account = Account(account_id, cast("AccountClass", name))
        if treaty_id is None:
            book.envelopes[market] = account
        else:
            book.accounts[treaty_id, account.account_class] = account
    for treaty_id, *rule in _rows(alias, _AMENDMENTS):
        book.amendments.setdefault(treaty_id, []).append(CountryRule(*rule))
    return book


_OPEN_TREATY: Final = (
    "id",
    "public_id",
    "insurer_id",
    "reinsurer_code",
    "kind",
    "market",
    "ceded_ratio",
    "ceding_commission",
    "opened_on",
    "ended_on",
    "reporting_months",
    "settlement_days",
    "large_loss_amount",
    "cash_call_amount",
    "loss_order",
)


def _rows(alias: str, query: str) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
