"""Bordereaux answered by their reinsurer, line by line, all at once, by filter or by file; read by the insurer."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import PlatformActor
from capweb.http import wording, writing
from capweb.kernel.errors import DomainError
from reinsurance.commands.answer_lines import (
    AnswerReceipt,
    GivenAnswer,
    answer_lines,
    answer_matching,
    answer_outcomes,
)
from reinsurance.domain.answer_rows import COLUMNS, AnswerRow, UnreadableAnswers, read_answers
from reinsurance.domain.settlement import DISPUTE_REASONS
from reinsurance.queries.line_answers import STATES, AnsweredBordereau, LineFilter, answered_bordereaux, line_rows
from reinsurance.web.pages import BooksView

PAGE_ROWS: Final = 100
UNREADABLE: Final = {
    "not_text": gettext_lazy("This is no text file: save it as CSV and send it again."),
    "missing_columns": gettext_lazy("The first line must name the columns bordereau, line and answer."),
    "no_rows": gettext_lazy("The file holds no answer: there is nothing below its column names."),
    "too_many_rows": gettext_lazy("The file holds more than 100,000 answers: split it."),
}


class AnswerFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of answers"),
        help_text=gettext_lazy("CSV with the columns bordereau, line, answer, reason, note."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )


@dataclass(frozen=True, slots=True)
class FileRowShown:
    """A row of a file that could not be taken, with why."""

    line: int
    bordereau: str
    number: int
    errors: list[tuple[str, str]]


class Answers(BooksView):
    """The bordereaux with what was said of their lines; for the reinsurer a file of answers too."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AnswerFileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = _answering(self.actor)
        form = AnswerFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            rows = read_answers(form.cleaned_data["file"].read())
        except UnreadableAnswers as error:
            form.add_error("file", str(UNREADABLE[error.args[0]]))
            return self._page(request, form, status=422)
        good = [row for row in rows if not row.errors]
        with acting_as_platform():
            outcomes = answer_outcomes(actor, [_given(row) for row in good], on=self.on)
        written = sum(isinstance(one, AnswerReceipt) and not one.is_repeat for one in outcomes)
        refused = [_refused(row, [(error.field, error.message) for error in row.errors]) for row in rows if row.errors]
        refused += [
            _refused(row, [(one.field, one.message)])
            for row, one in zip(good, outcomes, strict=True)
            if not isinstance(one, AnswerReceipt)
        ]
        refused.sort(key=lambda row: row.line)
        counts = {"written": written, "known": len(rows) - written - len(refused), "refused": refused}
        return self._page(request, AnswerFileForm(), more=counts)

    def _page(
        self, request: HttpRequest, form: AnswerFileForm, *, more: dict[str, Any] | None = None, status: int = 200
    ) -> HttpResponse:
        with self.reading():
            rows = answered_bordereaux(self.actor)
        context = {
            "rows": rows,
            "form": form,
            "may_answer": _may_answer(self.actor),
            "is_platform": isinstance(self.actor, PlatformActor),
            "reasons": wording.choices("dispute_reason"),
            **(more or {}),
        }
        return render(request, "reinsurance/answers.html", context, status=status)


class AnsweredLines(BooksView):
    """The lines of one bordereau with their answers; the reinsurer answers all that the filter finds."""

    right = "bordereaux.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        found_by = _filter(public_id, request.GET)
        after = request.GET.get("after", "")
        with self.reading():
            bordereau = _bordereau(self, public_id)
            rows = line_rows(self.actor, found_by, after=int(after) if after.isdecimal() else 0, limit=PAGE_ROWS + 1)
        context = {
            **_line_context(self, bordereau.public_id),
            "bordereau": bordereau,
            "is_open": bordereau.settled < bordereau.line_count,
            "found_by": found_by,
            "states": [(state, wording.of("line_answer", state).label) for state in STATES],
            "rows": rows[:PAGE_ROWS],
            "next_after": rows[PAGE_ROWS - 1].number if len(rows) > PAGE_ROWS else None,
        }
        return render(request, "reinsurance/answered_lines.html", context)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        actor = _answering(self.actor)
        given = request.POST
        try:
            with acting_as_platform():
                count = answer_matching(
                    actor,
                    _filter(public_id, given),
                    answer=given.get("answer", ""),
                    reason=given.get("reason", ""),
                    note=given.get("note", ""),
                    on=self.on,
                )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(count)s lines have been answered.") % {"count": writing.grouped(count)})
        return redirect("reinsurance:answered_lines", public_id)


class AnswerLine(BooksView):
    """One line answered; the answer is the line's row as it stands now."""

    right = "bordereaux.answer"
    for_insurers = False

    def post(self, request: HttpRequest, public_id: str, number: int) -> HttpResponse:
        given = GivenAnswer(
            bordereau=public_id,
            line=number,
            answer=request.POST.get("answer", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", "")[:500],
        )
        problem = ""
        try:
            with acting_as_platform():
                answer_lines(_answering(self.actor), [given], on=self.on)
        except DomainError as error:
            problem = error.message
        with self.reading():
            bordereau = _bordereau(self, public_id)
            rows = line_rows(self.actor, LineFilter(bordereau=public_id), after=number - 1, limit=1)
        if not rows or rows[0].number != number:
            raise Http404
        context = {**_line_context(self, bordereau.public_id), "row": rows[0], "problem": problem}
        if "HX-Request" in request.headers:
            return render(request, "reinsurance/answered_line.html", context)
        if problem:
            messages.error(request, problem)
        return redirect("reinsurance:answered_lines", public_id)


class AnswersExample(BooksView):
    """A file of answers to begin from, with every reason."""

    right = "bordereaux.answer"
    for_insurers = False

    def get(self, _request: HttpRequest) -> HttpResponse:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerow(["bdx_...", 1, "acknowledged", "", ""])
        writer.writerows(["bdx_...", 2 + place, "disputed", reason, ""] for place, reason in enumerate(DISPUTE_REASONS))
        return HttpResponse(
            text.getvalue().encode("utf-8-sig"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="capweb-answers.csv"'},
        )


def _may_answer(actor: object) -> bool:
    return isinstance(actor, PlatformActor) and actor.may("bordereaux.answer")


def _answering(actor: object) -> PlatformActor:
    if not isinstance(actor, PlatformActor) or not actor.may("bordereaux.answer"):
        raise PermissionDenied
    return actor


def _bordereau(view: BooksView, public_id: str) -> AnsweredBordereau:
    rows = answered_bordereaux(view.actor, bordereau=public_id)
    if not rows:
        raise Http404
    return rows[0]


def _line_context(view: BooksView, public_id: str) -> dict[str, Any]:
    return {
        "public_id": public_id,
        "may_answer": _may_answer(view.actor),
        "is_platform": isinstance(view.actor, PlatformActor),
        "reasons": wording.choices("dispute_reason"),
    }


def _filter(public_id: str, given: Any) -> LineFilter:
    state = given.get("state", "")
    return LineFilter(
        bordereau=public_id,
        state=state if state in STATES else "",
        kind=given.get("kind", "")[:18],
        policy=given.get("policy", "").strip()[:60],
    )


def _given(row: AnswerRow) -> GivenAnswer:
    return GivenAnswer(bordereau=row.bordereau, line=row.number, answer=row.answer, reason=row.reason, note=row.note)


def _refused(row: AnswerRow, errors: list[tuple[str, str]]) -> FileRowShown:
    return FileRowShown(row.line, row.bordereau, row.number, errors)
