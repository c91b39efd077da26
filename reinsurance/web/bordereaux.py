"""Bordereaux on screen: the list with what is due, closing with progress, one with its lines, and its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from reinsurance.commands.closable import Due, due_periods
from reinsurance.commands.closing_runs import ask_to_close
from reinsurance.documents.served import bordereau_file
from reinsurance.domain.bordereau_layout import CHANGES
from reinsurance.domain.bordereau_line import KINDS, BordereauLine
from reinsurance.domain.closing import PeriodUnclear, period_name, period_named
from reinsurance.queries import bordereaux, closing_runs, treaties
from reinsurance.queries.bordereaux import BordereauRow, BordereauUnknown, LineSearch
from reinsurance.queries.treaties import TreatyRow
from reinsurance.web.pages import BooksView

PAGE_ROWS: Final = 50
LINE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class PeriodDue:
    """A period that may be closed now, and the treaties that it is due for."""

    name: str
    period: Term
    treaties: list[TreatyRow]


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure below a bordereau's name."""

    column: str
    amount: str


@dataclass(frozen=True, slots=True)
class YearShown:
    """The sums of one treaty year, in the order of the columns."""

    treaty_year: int
    lines: int
    amounts: list[str]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line with the figures of its bordereau's kind, in the order of its columns."""

    line: BordereauLine
    amounts: list[tuple[str, Any]]


class Bordereaux(BooksView):
    """What is closed, by treaty and period; for the accountant what is due and the button that closes it."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        after = request.GET.get("after", "")
        chosen = {name: request.GET.get(name, "") for name in ("treaty", "kind", "period")}
        with self.reading():
            rows = treaties.treaties(self.actor, on=self.on)
            page = bordereaux.bordereaux(
                self.actor,
                after=int(after) if after.isdecimal() else None,
                size=PAGE_ROWS,
                treaty=chosen["treaty"] or None,
                kind=chosen["kind"] or None,
                period=_period(chosen["period"]),
            )
            may_close = isinstance(self.actor, Actor) and self.actor.may("bordereaux.write")
            due = due_periods(self.actor, on=self.on) if may_close and isinstance(self.actor, Actor) else []
            runs = closing_runs.latest(self.actor) if may_close and isinstance(self.actor, Actor) else []
        context = {
            "rows": page.rows,
            "next_after": page.next_after,
            "treaties": rows,
            "kinds": KINDS,
            "chosen": chosen,
            "may_close": may_close,
            "due": _by_period(due, rows),
            "to_come": min((one.period for one in due if not one.has_ended), default=None),
            "runs": runs,
            "is_platform": isinstance(self.actor, PlatformActor),
        }
        return render(request, "reinsurance/bordereaux.html", context)


class CloseBordereaux(BooksView):
    """Ask a worker to close a period for the treaties ticked."""

    right = "bordereaux.write"
    for_platform = False

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self.actor
        if not isinstance(actor, Actor):
            raise PermissionDenied
        wanted = request.POST.getlist("treaty")
        if not wanted:
            messages.error(request, _("Tick at least one treaty."))
            return redirect("reinsurance:bordereaux")
        try:
            period = period_named(request.POST.get("period", ""))
            run = ask_to_close(actor, wanted, period=period, on=self.on)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("reinsurance:bordereaux")
        return redirect("reinsurance:closing_run", run)


class ClosingRun(BooksView):
    """One close with its progress; `?part` is the progress alone, asked for until it has ended."""

    right = "bordereaux.write"
    for_platform = False

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        assert isinstance(self.actor, Actor)
        with self.reading():
            run = closing_runs.run_named(self.actor, public_id)
            if run is None:
                raise Http404
            page = bordereaux.bordereaux(self.actor, period=run.period, size=500) if run.status == "done" else None
        if "part" in request.GET:
            answer = render(request, "reinsurance/closing_progress.html", {"run": run})
            if not run.is_open:
                answer["HX-Refresh"] = "true"
            return answer
        return render(
            request,
            "reinsurance/closing_run.html",
            {"run": run, "rows": page.rows if page else (), "is_platform": False},
        )


class Bordereau(BooksView):
    """One bordereau: what it says of itself, its sums, and its lines page by page."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        after = request.GET.get("after", "")
        search = _search(request)
        with self.reading():
            found = self.found(public_id)
            rows = bordereaux.searched_lines(
                self.actor, found, search, after=int(after) if after.isdecimal() else 0, limit=LINE_ROWS + 1
            )
            accounts = bordereaux.accounts_of(self.actor, found)
        columns = CHANGES[found.kind]
        context = {
            "row": found,
            "head": found.written.head,
            "columns": columns,
            "sums": [Sum(name, found.written.sums["all"][name]) for name in columns],
            "years": [
                YearShown(year["treaty_year"], year["lines"], [year[name] for name in columns])
                for year in found.written.sums["by_treaty_year"]
            ],
            "lines": [LineShown(line, [(name, getattr(line, name)) for name in columns]) for line in rows[:LINE_ROWS]],
            "next_after": rows[LINE_ROWS - 1].number if len(rows) > LINE_ROWS else None,
            "search": search,
            "events": sorted({line.kind for line in rows} | ({search.kind} - {""})),
            "accounts": accounts,
            "is_platform": isinstance(self.actor, PlatformActor),
            "may_read_ledger": self.actor.may("ledger.read"),
        }
        return render(request, "reinsurance/bordereau.html", context)

    def found(self, public_id: str) -> BordereauRow:
        try:
            return bordereaux.bordereau(self.actor, public_id)
        except BordereauUnknown:
            raise Http404 from None


class BordereauFile(Bordereau):
    """A bordereau as JSON, CSV or workbook, read piece by piece."""

    def get(  # type: ignore[override]
        self,
        request: HttpRequest,  # noqa: ARG002
        public_id: str,
        form: str = "json",
    ) -> HttpResponseBase:
        with self.reading():
            found = self.found(public_id)
        return bordereau_file(found.written, public_id, bordereaux.in_pieces(self.actor, found), form)


def _by_period(due: list[Due], rows: list[TreatyRow]) -> list[PeriodDue]:
    by_id = {row.public_id: row for row in rows}
    periods = sorted({one.period for one in due if one.has_ended}, key=lambda period: period.first)
    return [
        PeriodDue(period_name(period), period, [by_id[one.treaty] for one in due if one.period == period])
        for period in periods
    ]


def _period(name: str) -> Term | None:
    try:
        return period_named(name) if name else None
    except PeriodUnclear:
        return None


def _search(request: HttpRequest) -> LineSearch:
    year = request.GET.get("year", "")
    return LineSearch(
        kind=request.GET.get("event", "")[:18],
        treaty_year=int(year) if year.isdecimal() and len(year) == 4 else None,
        text=request.GET.get("q", "").strip()[:100],
    )
