"""Technical accounts as screens, papers and programs have them; a reinsurer sees those of the treaties it reinsures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from reinsurance.models import TechnicalAccount
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties


class TechnicalAccountUnknown(DomainError):
    """There is no such technical account among those the actor may see."""

    code = "technical_account_unknown"
    status = 404


@dataclass(frozen=True, slots=True)
class TechnicalAccountRow:
    """A stated account. `document` is the whole of it (domain.technical_account); `span` is period or year."""

    public_id: str
    span: str
    period: Term
    treaty: str
    treaty_kind: str
    market: str
    insurer_code: str
    insurer_name: str
    reinsurer_name: str
    journal_number: int
    balance: Decimal
    closed_on: date
    sha256: str
    document: dict[str, Any]


def technical_accounts(
    actor: Actor | PlatformActor, *, treaty: str | None = None, period: Term | None = None, limit: int = 200
) -> list[TechnicalAccountRow]:
    """Those that the actor may see, newest first; one query."""
    rows = _visible(actor)
    if treaty:
        rows = rows.filter(treaty__public_id=treaty)
    if period is not None:
        rows = rows.filter(period_first__gte=period.first, period_end__lte=period.end)
    return [_row(row) for row in rows.order_by("-period_end", "-id")[:limit]]


def technical_account(actor: Actor | PlatformActor, public_id: str) -> TechnicalAccountRow:
    """One of them. Raises TechnicalAccountUnknown. One query."""
    row = _visible(actor).filter(public_id=public_id).first()
    if row is None:
        raise TechnicalAccountUnknown(_("There is no technical account %(id)s.") % {"id": public_id}, account=public_id)
    return _row(row)


def _visible(actor: Actor | PlatformActor) -> QuerySet[TechnicalAccount]:
    rows = TechnicalAccount.objects.using(alias_of(actor)).select_related("treaty__insurer", "treaty__reinsurer")
    return rows.filter(treaty__in=visible_treaties(actor).order_by().values("id"))


def _row(row: TechnicalAccount) -> TechnicalAccountRow:
    treaty = row.treaty
    return TechnicalAccountRow(
        public_id=row.public_id,
        span=row.span,
        period=Term(row.period_first, row.period_end),
        treaty=treaty.public_id,
        treaty_kind=treaty.kind,
        market=treaty.market,
        insurer_code=treaty.insurer.code,
        insurer_name=treaty.insurer.name,
        reinsurer_name=treaty.reinsurer.name,
        journal_number=row.journal_number,
        balance=row.balance,
        closed_on=row.booked_on,
        sha256=row.content_sha256,
        document=row.figures,
    )
