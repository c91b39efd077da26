"""The treaties as screens show them: between whom, on which terms today, and what stands on their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from capweb.kernel.money import ZERO
from capweb.kernel.periods import add_years
from reinsurance.domain.treaty import renewal_days
from reinsurance.models import LedgerAccount, Treaty, TreatyTerms
from reinsurance.queries.books import alias_of


class TreatyUnknown(DomainError):
    """There is no such treaty among those the actor may see."""

    code = "treaty_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class TreatyRow:
    """A treaty, its terms in force on the day asked, and its balances in euro.

    `renewal_years`: tacitly renewed for so many years at a time, next on `next_renewal_on` (None: not again). A delay
    or an amount is None where the treaty sets none. `current_account` is what the insurer owes its reinsurer on
    premiums less commission (below zero: what it is owed).
    """

    public_id: str
    insurer_code: str
    insurer_name: str
    reinsurer_code: str
    reinsurer_name: str
    kind: str
    market: str
    opened_on: date
    ended_on: date | None
    is_open: bool
    reference: str
    ceded_ratio: Decimal | None
    ceding_commission: Decimal | None
    reporting_months: int | None
    settlement_days: int | None
    large_loss_amount: Decimal | None
    cash_call_amount: Decimal | None
    loss_order: str | None
    renewal_years: int | None
    next_renewal_on: date | None
    live: Decimal
    held: Decimal
    run_off: Decimal
    ceded_premium: Decimal
    commission: Decimal
    current_account: Decimal

    @property
    def engaged(self) -> Decimal:
        """What counts against the envelope: live, held and run-off (D-21, D-36)."""
        return self.live + self.held + self.run_off


def visible_treaties(actor: Actor | PlatformActor) -> QuerySet[Treaty]:
    """An insurer sees its own, a reinsurer those it reinsures, the platform's other actors all."""
    rows = Treaty.objects.using(alias_of(actor)).select_related("insurer", "reinsurer").order_by("id")
    if isinstance(actor, Actor):
        return rows.filter(insurer_id=actor.insurer_id)
    return rows.filter(reinsurer_id=actor.organisation_id) if actor.role == "reinsurer" else rows


def treaty_named(actor: Actor | PlatformActor, public_id: str) -> Treaty:
    """Raises TreatyUnknown when the actor sees no such treaty."""
    treaty = visible_treaties(actor).filter(public_id=public_id).first()
    if treaty is None:
        raise TreatyUnknown(_("There is no treaty %(id)s.") % {"id": public_id}, treaty=public_id)
    return treaty


def treaties(actor: Actor | PlatformActor, *, on: date) -> list[TreatyRow]:
    """The treaties that the actor may see, with terms and balances; three queries for any number."""
    alias = alias_of(actor)
    rows = list(visible_treaties(actor))
    ids = [row.pk for row in rows]
    terms: dict[int, TreatyTerms] = {}
    in_force = TreatyTerms.objects.using(alias).filter(treaty_id__in=ids, first_day__lte=on)
    for term in in_force.order_by("first_day"):
        terms[term.treaty_id] = term
    accounts: dict[tuple[int, str], LedgerAccount] = {}
    for account in LedgerAccount.objects.using(alias).filter(treaty_id__in=ids):
        assert account.treaty_id is not None
        accounts[account.treaty_id, account.account_class] = account
    return [_row(row, terms.get(row.pk), accounts, on=on) for row in rows]


def _row(
    treaty: Treaty, terms: TreatyTerms | None, accounts: dict[tuple[int, str], LedgerAccount], *, on: date
) -> TreatyRow:
    def balance(account_class: str) -> Decimal:
        account = accounts.get((treaty.pk, account_class))
        return ZERO if account is None else account.credits_posted - account.debits_posted

    live = accounts.get((treaty.pk, "live"))
    return TreatyRow(
        public_id=treaty.public_id,
        insurer_code=treaty.insurer.code,
        insurer_name=treaty.insurer.name,
        reinsurer_code=treaty.reinsurer.code,
        reinsurer_name=treaty.reinsurer.name,
        kind=treaty.kind,
        market=treaty.market,
        opened_on=treaty.opened_on,
        ended_on=treaty.ended_on,
        is_open=treaty.opened_on <= on and (treaty.ended_on is None or on < treaty.ended_on),
        reference=treaty.reference,
        ceded_ratio=None if terms is None else terms.ceded_ratio,
        ceding_commission=None if terms is None else terms.ceding_commission,
        reporting_months=None if terms is None else terms.reporting_months,
        settlement_days=None if terms is None else terms.settlement_days,
        large_loss_amount=None if terms is None else terms.large_loss_amount,
        cash_call_amount=None if terms is None else terms.cash_call_amount,
        loss_order=None if terms is None else terms.loss_order,
        renewal_years=treaty.renewal_years,
        next_renewal_on=_next_renewal(treaty, on=on),
        live=balance("live"),
        held=ZERO if live is None else live.credits_pending,
        run_off=balance("run_off"),
        ceded_premium=-balance("ceded_premium"),
        commission=balance("commission"),
        current_account=balance("current_account"),
    )


def _next_renewal(treaty: Treaty, *, on: date) -> date | None:
    if treaty.renewal_years is None:
        return None
    until = add_years(max(on, treaty.opened_on), treaty.renewal_years)
    days = renewal_days(treaty.opened_on, treaty.ended_on, renewal_years=treaty.renewal_years, until=until)
    return next((day for day in days if day > on), None)
