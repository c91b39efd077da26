"""State the technical account of a treaty's period, and of the year that ends with it, from the bordereaux just closed.

The balance is told three ways, which must agree: from the lines by treaty year, from the transfers of the same entries,
and as what the current account moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from capweb.kernel.identifiers import public_id_from
from capweb.kernel.money import ZERO
from capweb.kernel.periods import Term
from reinsurance.commands.closable import Span
from reinsurance.commands.gather_lines import LinesDisagree, Moved
from reinsurance.domain.bordereau_layout import flat
from reinsurance.domain.technical_account import LAYOUT_VERSION, account_document, whole, year_ending
from reinsurance.models import Bordereau, TechnicalAccount
from reinsurance.queries.books import INSURER
from reinsurance.queries.technical_flows import flows_between
from reinsurance.queries.treaty_head import treaty_head


def close_technical_accounts(span: Span, ledger: Moved, bordereaux: Sequence[Bordereau]) -> list[TechnicalAccount]:
    """The account of the period, from its four bordereaux, and that of the year where 31 December is its last day.
    Raises LinesDisagree when the balance is not what the ledger moved.
    """
    sources = [{"what": one.kind, "id": one.public_id, "sha256": one.content_sha256} for one in bordereaux]
    account = _state(span, "period", span.period, settled=ledger.settled, based_on=sources)
    if account.balance != ledger.owed:
        raise LinesDisagree(
            _("The technical account comes to %(said)s EUR and the current account moved by %(booked)s EUR; verify it.")
            % {"said": account.balance, "booked": ledger.owed},
            lines=account.balance,
            ledger=ledger.owed,
        )
    year = year_ending(span.period.end)
    if year is None:
        return [account]
    of_year = TechnicalAccount.objects.using(INSURER).filter(
        insurer_id=span.treaty.insurer_id, treaty=span.treaty, span="period", layout_version=LAYOUT_VERSION
    )
    in_year = of_year.filter(period_first__gte=year[0], period_end__lte=year[1])
    rows = list(in_year.order_by("period_first"))
    settled = sum((Decimal(row.figures["current_account"]["settled"]) for row in rows), ZERO)
    sources = [{"what": "account", "id": row.public_id, "sha256": row.content_sha256} for row in rows]
    return [account, _state(span, "year", Term(rows[0].period_first, year[1]), settled=settled, based_on=sources)]


def _state(
    span: Span, name: str, period: Term, *, settled: Decimal, based_on: Sequence[dict[str, str]]
) -> TechnicalAccount:
    years = flows_between(INSURER, span.facts, first=period.first, end=period.end)
    document = account_document(
        _head(span, name, period), years, opening=_opening(span, period), settled=settled, based_on=based_on
    )
    return TechnicalAccount.objects.create(
        insurer_id=span.treaty.insurer_id,
        public_id=public_id_from(
            "tac", span.treaty.public_id, name, period.first, period.end, LAYOUT_VERSION, on=span.on
        ),
        treaty=span.treaty,
        span=name,
        period_first=period.first,
        period_end=period.end,
        journal_number=span.number,
        layout_version=LAYOUT_VERSION,
        balance=whole(years).balance,
        figures=document,
        content_sha256=account_digest(document),
        booked_on=span.on,
    )


def account_digest(document: dict[str, Any]) -> str:
    """The SHA-256 of an account as stated: `path TAB value` lines, keys in alphabetical order."""
    return hashlib.sha256("".join(f"{path}\t{text}\n" for path, text in flat(document)).encode()).hexdigest()


def _head(span: Span, name: str, period: Term) -> dict[str, Any]:
    return {
        "layout": LAYOUT_VERSION,
        "span": name,
        "period": {"first": period.first.isoformat(), "end": period.end.isoformat()},
        "journal": {"number": span.number},
        "closed_on": span.on.isoformat(),
        "currency": "EUR",
        "treaty": treaty_head(INSURER, span.treaty, before=span.period.end, known_on=span.on),
    }


def _opening(span: Span, period: Term) -> Decimal:
    """What stood on the current account at the end of the account before this one."""
    before = TechnicalAccount.objects.using(INSURER).filter(
        insurer_id=span.treaty.insurer_id,
        treaty=span.treaty,
        span="period",
        layout_version=LAYOUT_VERSION,
        period_end=period.first,
    )
    last = before.first()
    return ZERO if last is None else Decimal(last.figures["current_account"]["closing"])
