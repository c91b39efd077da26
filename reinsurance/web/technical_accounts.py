"""Technical accounts and advices of large losses on screen, and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.technical_account import LINES
from reinsurance.queries import technical_accounts, treaties
from reinsurance.queries.large_losses import AdviceRow, loss_advices
from reinsurance.queries.technical_accounts import TechnicalAccountRow, TechnicalAccountUnknown
from reinsurance.web.pages import BooksView

_SUMS = {"premium_written", "premium_earned", "outstanding_closing", "claims_incurred"}
_LAST = {"result", "balance"}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of an account: its code, the amount of each treaty year and in all, how it is set off."""

    code: str
    amounts: list[str]
    css: str


class TechnicalAccounts(BooksView):
    """The accounts stated, newest first, and the large losses advised."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        treaty = request.GET.get("treaty", "")
        with self.reading():
            rows = technical_accounts.technical_accounts(self.actor, treaty=treaty or None)
            advices = loss_advices(self.actor, treaty=treaty or None)
            known = treaties.treaties(self.actor, on=self.on)
        context = {
            "rows": rows,
            "advices": advices,
            "treaties": known,
            "treaty": treaty,
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/technical_accounts.html", context)


class TechnicalAccount(BooksView):
    """One account, by treaty year."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with self.reading():
            row = self.found(public_id)
        document = row.document
        columns: list[dict[str, Any]] = [*document["by_treaty_year"], document["all"]]
        context = {
            "row": row,
            "years": [year["treaty_year"] for year in document["by_treaty_year"]],
            "lines": [
                AccountLine(
                    code,
                    [column[code] for column in columns],
                    "last" if code in _LAST else "sum" if code in _SUMS else "",
                )
                for code in LINES
            ],
            "current": document["current_account"],
            "sources": document["based_on"],
            "all": document["all"],
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/technical_account.html", context)

    def found(self, public_id: str) -> TechnicalAccountRow:
        try:
            return technical_accounts.technical_account(self.actor, public_id)
        except TechnicalAccountUnknown:
            raise Http404 from None


class StatementPdf(TechnicalAccount):
    """The statement of account on paper."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:  # noqa: ARG002
        from reinsurance.documents.statement_pdf import statement_pdf

        with self.reading():
            row = self.found(public_id)
        return _pdf(statement_pdf(row.public_id, row.document, sha256=row.sha256), row.public_id)


class LossAdvicePdf(BooksView):
    """The advice of a large loss, or the cash call, on paper."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:  # noqa: ARG002
        from reinsurance.documents.advice_pdf import advice_pdf

        with self.reading():
            found: list[AdviceRow] = loss_advices(self.actor, public_id=public_id)
        if not found:
            raise Http404
        facts = found[0].facts()
        return _pdf(advice_pdf(facts, at=datetime.combine(found[0].booked_on, time(), tzinfo=UTC)), public_id)


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
