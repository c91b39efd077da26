"""T-accounts of a treaty, the movements behind each figure, and one journal entry with all that it moved."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.chart import CASH_CLASSES, EXPOSURE_CLASSES, TREATY_CLASSES
from reinsurance.queries import entries as journal
from reinsurance.queries import t_accounts, treaties
from reinsurance.queries.treaties import TreatyUnknown
from reinsurance.web.pages import BooksView

PAGE_ROWS: Final = 100


class TAccounts(BooksView):
    """The accounts of one treaty over some days, as the books stood at the end of the last."""

    right = "ledger.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        as_of = _day(request.GET.get("as_of", ""), otherwise=self.on)
        with self.reading():
            treaty = _treaty(self, public_id)
            first = min(_day(request.GET.get("first", ""), otherwise=treaty.opened_on), as_of)
            found = {
                one.account_class: one for one in t_accounts.t_accounts(self.actor, public_id, first=first, as_of=as_of)
            }
        books = [
            ("exposure", [found[name] for name in EXPOSURE_CLASSES]),
            ("cash", [found[name] for name in CASH_CLASSES]),
        ]
        context = {
            "treaty": treaty,
            "first": first,
            "as_of": as_of,
            "books": books,
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/t_accounts.html", context)


class AccountMovements(BooksView):
    """The posted movements of one account of a treaty, of one code or all."""

    right = "ledger.read"

    def get(self, request: HttpRequest, public_id: str, account_class: str) -> HttpResponse:
        if account_class not in TREATY_CLASSES:
            raise Http404
        as_of = _day(request.GET.get("as_of", ""), otherwise=self.on)
        after, code = request.GET.get("after", ""), request.GET.get("code", "")[:24]
        with self.reading():
            treaty = _treaty(self, public_id)
            first = min(_day(request.GET.get("first", ""), otherwise=treaty.opened_on), as_of)
            rows = t_accounts.account_movements(
                self.actor,
                public_id,
                account_class,
                first=first,
                as_of=as_of,
                code=code,
                after=int(after) if after.isdecimal() else 0,
                size=PAGE_ROWS + 1,
            )
        context = {
            "treaty": treaty,
            "account_class": account_class,
            "code": code,
            "first": first,
            "as_of": as_of,
            "rows": rows[:PAGE_ROWS],
            "next_after": rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None,
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/account_movements.html", context)


class Entry(BooksView):
    """One entry, known by its source key: what it moved, on which cession, and where that comes from."""

    right = "ledger.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        with self.reading():
            entry = journal.entry_named(
                self.actor, request.GET.get("key", ""), insurer=request.GET.get("insurer") or None
            )
        if entry is None:
            raise Http404
        context = {"entry": entry, "is_platform": isinstance(self.actor, PlatformActor)}
        return render(request, "reinsurance/entry.html", context)


def _treaty(view: BooksView, public_id: str) -> treaties.TreatyRow:
    try:
        treaties.treaty_named(view.actor, public_id)
    except TreatyUnknown:
        raise Http404 from None
    return next(row for row in treaties.treaties(view.actor, on=view.on) if row.public_id == public_id)


def _day(text: str, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise
