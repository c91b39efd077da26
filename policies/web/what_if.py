"""What if: runs of another law over the guarantees in force: the list, the form, progress, the report, its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http import wording, writing
from capweb.http.bodies import XLSX
from capweb.kernel.errors import DomainError, FieldErrors
from eligibility.domain import draft_law
from eligibility.domain.law import LawBook
from eligibility.queries import reading_words
from eligibility.queries.law_book import current_law_book
from policies.commands.what_if import ask_what_if, cancel_what_if
from policies.documents import what_if_table
from policies.documents.what_if_workbook import key_shown, notes_of, write_workbook, zone_shown
from policies.domain import what_if
from policies.domain.what_if import Group, Line, Tally
from policies.domain.what_if_run import RunDetail, RunLine
from policies.domain.what_if_words import Teller, Told
from policies.queries import what_if_runs
from policies.queries.what_if_runs import RunUnknown
from policies.web import what_if_charts
from policies.web.shell import DeskView, told
from policies.web.what_if_charts import Pair
from policies.web.what_if_forms import WhatIfForm

LATEST: Final = 50
MOST_GROUPS: Final = 12
MOST_LINES: Final = 20
RIGHT: Final = "what_if.run"


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that a run tries: a question with another reading, or a leaf of a draft."""

    what: str
    how: str


@dataclass(frozen=True, slots=True)
class RunShown:
    run: RunLine
    tried: list[Tried]


@dataclass(frozen=True, slots=True)
class Section:
    """One dimension of a report: its groups with bars, and how many more stand in the workbook."""

    code: str
    title: object
    pairs: list[Pair]
    more: int


@dataclass(frozen=True, slots=True)
class RuleShown:
    code: str
    title: str
    text: str
    url: str
    kinds: list[tuple[str, int]]
    count: int
    ceded_change: Any


@dataclass(frozen=True, slots=True)
class LineShown:
    """One of the biggest changes, with its reasons in words."""

    line: Line
    zone: str
    reasons: list[Told]


class WhatIfRuns(DeskView):
    """The latest runs of the insurer."""

    right = RIGHT

    def get(self, request: HttpRequest) -> HttpResponse:
        with acting(self.actor):
            rows = what_if_runs.latest(self.actor, limit=LATEST)
        return render(request, "policies/what_if_runs.html", {"rows": [RunShown(row, tried(row)) for row in rows]})


class NewWhatIfRun(DeskView):
    """Ask for a run. A press on “insert” puts a leaf of the law into the draft and asks for nothing."""

    right = RIGHT

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, WhatIfForm(book=self._book(), on=self.on))

    def post(self, request: HttpRequest) -> HttpResponse:
        book = self._book()
        if "insert" in request.POST:
            return self._page(request, _with_leaf(request, book, self))
        form = WhatIfForm(request.POST, request.FILES, book=book, on=self.on)
        if form.is_valid():
            try:
                public_id = ask_what_if(self.actor, form.wish, on=self.on)
            except FieldErrors as wrong:
                form.take_errors(wrong.errors)
            except DomainError as error:
                form.add_error(None, _told(error))
            else:
                return redirect("policies:what_if_run", public_id)
        return self._page(request, form, status=422)

    def _book(self) -> LawBook:
        with acting(self.actor):
            return current_law_book(self.actor)

    def _page(self, request: HttpRequest, form: WhatIfForm, *, status: int = 200) -> HttpResponse:
        return render(request, "policies/what_if_new.html", {"form": form}, status=status)


class WhatIfRun(DeskView):
    """One run: its progress while it is under way, its report once it is done."""

    right = RIGHT

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            run = found(self.actor, public_id)
        shown = {"run": run, "tried": tried(run), "rows": run.draft.replace("\r\n", "\n").split("\n")}
        if run.report is not None:
            shown |= _report(run, run.report)
        return render(request, "policies/what_if_run.html", shown)


class WhatIfProgress(DeskView):
    """The progress alone, asked for again and again until the run has ended."""

    right = RIGHT

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            run = found(self.actor, public_id)
        answer = render(request, "policies/what_if_progress.html", {"run": run})
        if run.status not in ("waiting", "running"):
            answer["HX-Refresh"] = "true"
        return answer


class CancelWhatIfRun(DeskView):
    """End a run that is under way."""

    right = RIGHT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            cancel_what_if(self.actor, public_id, on=self.on)
        except RunUnknown:
            raise Http404 from None
        except DomainError as error:
            messages.error(request, _told(error))
        else:
            messages.success(request, _("The run has been cancelled."))
        return redirect("policies:what_if_run", public_id)


class WhatIfWorkbook(DeskView):
    """The report as a workbook."""

    right = RIGHT

    def get(self, _request: HttpRequest, public_id: str) -> HttpResponseBase:
        run = _finished(self.actor, public_id)
        file = write_workbook(run, what_if_runs.in_pieces(self.actor, public_id), teller_of(run))
        return FileResponse(file, as_attachment=True, filename=f"{public_id}.xlsx", content_type=XLSX)


class WhatIfCsv(DeskView):
    """Every changed line as CSV, with the separator of the reader's language."""

    right = RIGHT

    def get(self, _request: HttpRequest, public_id: str) -> HttpResponseBase:
        run = _finished(self.actor, public_id)
        pieces = what_if_runs.in_pieces(self.actor, public_id)
        return StreamingHttpResponse(
            _csv(pieces, teller_of(run)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{public_id}.csv"'},
        )


def found(actor: Actor, public_id: str) -> RunDetail:
    """The run, or the page that says there is none. Inside acting(actor)."""
    try:
        return what_if_runs.detail(actor, public_id)
    except RunUnknown:
        raise Http404 from None


def tried(run: RunLine) -> list[Tried]:
    """What a run tries, in words."""
    shown = [
        Tried(reading_words.question(question), reading_words.label(question, None if name == "default" else name))
        for question, name in sorted(run.readings.items())
    ]
    shown += [Tried(path, _("replaced by the draft")) for path in run.replaced]
    shown += [Tried(path, _("added by the draft; no rule reads it yet")) for path in run.added]
    if run.draft_rows:
        shown.append(Tried(_("Contractual tables"), _("%(count)s rows entered last") % {"count": run.draft_rows}))
    return shown


def teller_of(run: RunDetail) -> Teller:
    return Teller(day=run.day, language=get_language() or "fr")


def _with_leaf(request: HttpRequest, book: LawBook, view: DeskView) -> WhatIfForm:
    """The form as it was typed, the chosen leaf put at the end of its draft."""
    data = request.POST.copy()
    path = data.get("leaf", "")
    if path in book.parameters:
        before = data.get("draft", "").rstrip()
        data["draft"] = (f"{before}\n---\n" if before else "") + draft_law.text_of_leaf(path)
    initial = {name: value for name, value in data.items() if name != "insert"}
    return WhatIfForm(book=book, on=view.on, initial={"day": view.on, **initial})


def _report(run: RunDetail, report: Tally) -> dict[str, Any]:
    teller = teller_of(run)
    figures = report.whole.whole
    return {
        "report": report,
        "whole": report.whole,
        "figures": figures,
        "ceded_change": figures.ceded_after - figures.ceded_before,
        "premium_change": figures.premium_after - figures.premium_before,
        "insurer": key_shown(report.whole),
        "bridge": what_if_charts.bridge(report),
        "shares": what_if_charts.shares(report) if report.judged else [],
        "sections": [_section(report, dimension) for dimension in what_if.DIMENSIONS],
        "rules": [_rule(group, teller) for group in sorted(report.rules, key=_most_first)],
        "biggest": [
            LineShown(line, zone_shown(line.zone), teller.reasons(line)) for line in report.biggest[:MOST_LINES]
        ],
        "notes": notes_of(report),
    }


def _section(report: Tally, dimension: str) -> Section:
    groups = report.by(dimension)
    top = groups[:MOST_GROUPS]
    return Section(
        dimension,
        wording.of("what_if_dimension", dimension).label,
        what_if_charts.pairs(top, [key_shown(group) for group in top]),
        len(groups) - len(top),
    )


def _rule(group: Group, teller: Teller) -> RuleShown:
    text, url = teller.source(group.key)
    whole = group.whole
    return RuleShown(
        code=group.key,
        title=teller.title(group.key),
        text=text,
        url=url,
        kinds=[(kind, group.count(kind)) for kind in what_if.CHANGES if group.count(kind)],
        count=whole.count,
        ceded_change=whole.ceded_after - whole.ceded_before,
    )


def _most_first(group: Group) -> tuple[int, str]:
    return -group.whole.count, group.key


def _finished(actor: Actor, public_id: str) -> RunDetail:
    with acting(actor):
        run = found(actor, public_id)
    if run.report is None:
        raise Http404
    return run


def _told(error: DomainError) -> str:
    sentences = {
        "nothing_to_try": _("This is the law as it is: choose another reading, or change something in the draft."),
        "what_if_closed": _("The run has ended already."),
    }
    return sentences.get(error.code) or told(error)


def _csv(pieces: Iterator[list[Line]], teller: Teller) -> Iterator[bytes]:
    """UTF-8 with its mark, so that spreadsheets read accents; figures as the reader's language writes them."""
    heads = [str(wording.of("what_if_column", name).label) for name in what_if_table.COLUMNS]
    yield b"\xef\xbb\xbf" + _rows([heads])
    for piece in pieces:
        yield _rows([[_cell(cell) for cell in what_if_table.cells(line, teller)] for line in piece])


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";" if writing.is_french() else ",").writerows(rows)
    return text.getvalue().encode()


def _cell(cell: what_if_table.Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # What a person typed may not become a formula in somebody else's spreadsheet.
        return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
    figure = str(cell)
    return figure.replace(".", ",") if writing.is_french() else figure
