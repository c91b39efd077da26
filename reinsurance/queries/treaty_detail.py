"""One treaty whole: its terms from the newest on, its countries and zones, its renewals, what is on its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.periods import add_years
from reinsurance.domain.chart import DEBIT_NORMAL, TREATY_CLASSES
from reinsurance.domain.treaty import renewal_days
from reinsurance.models import CountryAmendment, LedgerAccount, Treaty, TreatyTerms
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import TreatyRow, treaties, treaty_named

# As far as renewals are told for a treaty that nothing ends.
FORESEEN_YEARS = 5


@dataclass(frozen=True, slots=True)
class TermsRow:
    """Terms in force from `first_day` until the next row's. `agreed_by`: the two people, empty for the platform's."""

    first_day: date
    end_day: date | None
    is_in_force: bool
    ceded_ratio: Decimal
    ceding_commission: Decimal
    reporting_months: int
    settlement_days: int | None
    large_loss_amount: Decimal | None
    cash_call_amount: Decimal | None
    loss_order: str
    reference: str
    agreed_by: str


@dataclass(frozen=True, slots=True)
class CountryRow:
    """An amendment by country or by zone."""

    first_day: date
    country: str
    zone: str
    is_covered: bool
    reference: str
    agreed_by: str


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """A day on which the treaty was or will be tacitly renewed."""

    day: date
    is_past: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What stands on one of the treaty's accounts, on the account's own side, and what is pending on it."""

    account_class: str
    balance: Decimal
    pending: Decimal


@dataclass(frozen=True, slots=True)
class TreatyDetail:
    """A treaty with everything that was agreed about it."""

    row: TreatyRow
    agreed_by: str
    terms: tuple[TermsRow, ...]
    countries: tuple[CountryRow, ...]
    renewals: tuple[RenewalRow, ...]
    accounts: tuple[AccountRow, ...]


def treaty_detail(actor: Actor | PlatformActor, public_id: str, *, on: date) -> TreatyDetail:
    """The treaty with that public id; seven queries. Raises TreatyUnknown."""
    treaty = treaty_named(actor, public_id)
    (row,) = (one for one in treaties(actor, on=on) if one.public_id == public_id)
    alias = alias_of(actor)
    terms = list(
        TreatyTerms.objects.using(alias)
        .filter(treaty=treaty)
        .select_related("decision__proposal")
        .order_by("first_day")
    )
    amendments = CountryAmendment.objects.using(alias).filter(treaty=treaty).select_related("decision__proposal")
    accounts = {one.account_class: one for one in LedgerAccount.objects.using(alias).filter(treaty=treaty)}
    return TreatyDetail(
        row=row,
        agreed_by=_agreed_by(treaty),
        terms=tuple(reversed(_terms(terms, treaty.ended_on, on=on))),
        countries=tuple(_country(one) for one in amendments.order_by("-first_day", "country", "zone")),
        renewals=_renewals(treaty, on=on),
        accounts=tuple(_account(accounts[name]) for name in TREATY_CLASSES if name in accounts),
    )


def _terms(rows: list[TreatyTerms], ended_on: date | None, *, on: date) -> list[TermsRow]:
    ends = [*(row.first_day for row in rows[1:]), ended_on]
    return [
        TermsRow(
            first_day=row.first_day,
            end_day=end,
            is_in_force=row.first_day <= on and (end is None or on < end),
            ceded_ratio=row.ceded_ratio,
            ceding_commission=row.ceding_commission,
            reporting_months=row.reporting_months,
            settlement_days=row.settlement_days,
            large_loss_amount=row.large_loss_amount,
            cash_call_amount=row.cash_call_amount,
            loss_order=row.loss_order,
            reference=row.reference,
            agreed_by=_agreed_by(row),
        )
        for row, end in zip(rows, ends, strict=True)
    ]


def _country(row: CountryAmendment) -> CountryRow:
    return CountryRow(row.first_day, row.country, row.zone, row.is_covered, row.reference, _agreed_by(row))


def _renewals(treaty: Treaty, *, on: date) -> tuple[RenewalRow, ...]:
    until = add_years(max(on, treaty.opened_on), FORESEEN_YEARS)
    days = renewal_days(treaty.opened_on, treaty.ended_on, renewal_years=treaty.renewal_years, until=until)
    return tuple(RenewalRow(day, day <= on) for day in days)


def _account(row: LedgerAccount) -> AccountRow:
    balance = row.credits_posted - row.debits_posted
    pending = row.credits_pending - row.debits_pending
    is_reverse = row.account_class in DEBIT_NORMAL
    return AccountRow(row.account_class, -balance if is_reverse else balance, -pending if is_reverse else pending)


def _agreed_by(row: Treaty | TreatyTerms | CountryAmendment) -> str:
    decision = row.decision
    return "" if decision is None else f"{decision.proposal.proposed_by}, {decision.decided_by}"
