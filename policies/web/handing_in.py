"""Handing in: one request, a file of up to 100,000, how far it is, one outcome a row, the bad rows for download."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http import wording, writing
from capweb.kernel.errors import DomainError
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file, submit_request
from policies.domain import bulk_columns, row_messages
from policies.queries import submissions
from policies.queries.submissions import RowState, SubmissionProgress, SubmissionUnknown
from policies.web.forms import NewRequestForm, UploadForm
from policies.web.shell import DeskView, told, whole_number

PAGE_ROWS: Final = 100
MEANING: Final = {
    "reference": gettext_lazy("your own reference, echoed with each outcome"),
    "policy_number": gettext_lazy("number of the policy"),
    "buyer_country": gettext_lazy("two letters; FR when left out"),
    "buyer_identifier_type": gettext_lazy("siren or foreign; told from the country when left out"),
    "buyer_identifier": gettext_lazy("SIREN, or the number in the foreign register"),
    "requested_total": gettext_lazy("cover wanted in all, primary limit included, in euro"),
    "payment_days": gettext_lazy("payment term in days (export)"),
    "french_share": gettext_lazy("French share of the sale (export)"),
    "currency": gettext_lazy("currency of the invoice; EUR when left out"),
    "construction_subcontract": gettext_lazy("yes or no"),
    "notified_on": gettext_lazy("day of the insurer's notice, as a check"),
}


@dataclass(frozen=True, slots=True)
class ColumnShown:
    name: str
    french: str
    meaning: object
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    code: str
    label: object
    count: int


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with its errors told in the reader's language and its amount as it was typed."""

    row: RowState
    errors: list[tuple[str, str]]
    amount: str


class NewRequest(DeskView):
    """One request, judged at once."""

    right = "requests.write"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "policies/new_request.html", {"form": NewRequestForm.fresh()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewRequestForm(request.POST)
        if not form.is_valid():
            return render(request, "policies/new_request.html", {"form": form}, status=422)
        receipt = submit_request(self.actor, form.row, key=form.cleaned_data["key"], on=self.on)
        decide_submission(self.actor, receipt.public_id, on=self.on, holder=uuid.uuid4().hex)
        with acting(self.actor):
            row = submissions.rows_of(self.actor, receipt.public_id, limit=1)[0]
        if row.request is not None:
            return redirect("policies:request", row.request)
        for field, sentence in _errors(row):
            form.add_error(field if field in form.fields else None, sentence)
        # What failed is settled; the next press of the button is another request.
        data = request.POST.copy()
        data["key"] = str(NewRequestForm.fresh().initial["key"])
        form.data = data
        return render(request, "policies/new_request.html", {"form": form}, status=422)


class Upload(DeskView):
    """Send a file of requests."""

    right = "requests.write"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, UploadForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.content
            try:
                receipt = submit_file(
                    self.actor, file.read(), file_name=file.name or "", media_type=file.content_type, on=self.on
                )
            except DomainError as error:
                form.add_error("file", told(error))
            else:
                if receipt.is_repeat:
                    messages.info(request, _("This very file was handed in before: here is what became of it."))
                if receipt.ignored_columns:
                    names = ", ".join(receipt.ignored_columns)
                    messages.warning(
                        request, _("Columns that mean nothing here were left aside: %(names)s.") % {"names": names}
                    )
                return redirect("policies:submission", receipt.public_id)
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
        with acting(self.actor):
            latest = submissions.latest(self.actor, limit=10)
        shown = {
            "form": form,
            "submissions": latest,
            "columns": _columns(),
            "largest_bytes": settings.LARGEST_UPLOAD_BYTES,
            "largest": settings.LARGEST_UPLOAD_BYTES // 1024 // 1024,
        }
        return render(request, "policies/upload.html", shown, status=status)


class UploadExample(DeskView):
    """A file with the column names and one row, to begin from."""

    right = "requests.write"

    def get(self, _request: HttpRequest) -> HttpResponse:
        names = [bulk_columns.FRENCH[field][0] if writing.is_french() else field for field in bulk_columns.FIELDS]
        row = ["REF-001", "POL-2020-000001", "FR", "siren", "732829320", "150000.00", "60", "", "EUR", "non", ""]
        return _csv([names, row], name="capweb-example.csv")


class Submission(DeskView):
    """How far a submission is, and its rows by outcome."""

    right = "requests.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        outcome = request.GET.get("outcome", "")
        after = whole_number(request.GET.get("after"), default=0)
        with acting(self.actor):
            progress = _progress(self.actor, public_id)
            rows = submissions.rows_of(
                self.actor, public_id, outcome=outcome or None, after_line=after, limit=PAGE_ROWS + 1
            )
        shown = [_row_shown(row) for row in rows[:PAGE_ROWS]]
        return render(
            request,
            "policies/submission.html",
            {
                **_progress_shown(progress, outcome),
                "rows": shown,
                "next_after": shown[-1].row.line if len(rows) > PAGE_ROWS else None,
            },
        )


class SubmissionProgressPart(DeskView):
    """The progress alone, asked for again and again until the last row is decided."""

    right = "requests.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            progress = _progress(self.actor, public_id)
        answer = render(request, "policies/submission_progress.html", _progress_shown(progress, ""))
        if progress.status != "waiting":
            # The rows below are out of date now: the whole page is loaded again, once.
            answer["HX-Refresh"] = "true"
        return answer


class SubmissionErrors(DeskView):
    """The rows that could not be taken, as they were given, with what is wrong: to be mended and sent again."""

    right = "requests.read"

    def get(self, _request: HttpRequest, public_id: str) -> HttpResponse:
        with acting(self.actor):
            _progress(self.actor, public_id)
            rows = list(_all_failed(self.actor, public_id))
        french = writing.is_french()
        names = [bulk_columns.FRENCH[field][0] if french else field for field in bulk_columns.FIELDS]
        header = [_("line"), *names, _("what is wrong")]
        body = [
            [str(row.line), *(str(row.given.get(field, "")) for field in bulk_columns.FIELDS), _told_together(row)]
            for row in rows
        ]
        return _csv([header, *body], name=f"{public_id}-errors.csv")


def _progress(actor: Actor, public_id: str) -> SubmissionProgress:
    try:
        return submissions.progress_of(actor, public_id)
    except SubmissionUnknown:
        raise Http404 from None


def _progress_shown(progress: SubmissionProgress, outcome: str) -> dict[str, Any]:
    outcomes = [
        OutcomeShown(code, label, progress.outcomes[code])
        for code, label in wording.choices("row")
        if progress.outcomes.get(code)
    ]
    return {
        "progress": progress,
        "outcomes": outcomes,
        "outcome": outcome,
        "failed": progress.outcomes.get("failed", 0),
    }


def _all_failed(actor: Actor, public_id: str) -> Iterator[RowState]:
    after = 0
    while rows := submissions.rows_of(actor, public_id, outcome="failed", after_line=after, limit=5_000):
        yield from rows
        after = rows[-1].line


def _row_shown(row: RowState) -> RowShown:
    typed = str(row.given.get("requested_total", ""))
    amount = writing.as_decimal(typed)
    return RowShown(row, _errors(row), writing.money(amount, whole=True) if amount is not None else typed)


def _errors(row: RowState) -> list[tuple[str, str]]:
    """Field and sentence of each error, in the reader's language."""
    return [(str(error.get("field", "")), _sentence(error)) for error in row.errors or []]


def _sentence(error: dict[str, Any]) -> str:
    code = str(error.get("code", ""))
    if code in row_messages.MESSAGES:
        return row_messages.sentence(code, error.get("parameters", {}), translate=_)
    return str(error.get("message", code))


def _told_together(row: RowState) -> str:
    return " ".join(f"{field}: {sentence}" if field else sentence for field, sentence in _errors(row))


def _columns() -> list[ColumnShown]:
    return [
        ColumnShown(field, bulk_columns.FRENCH[field][0], MEANING[field], field in bulk_columns.MANDATORY)
        for field in bulk_columns.FIELDS
    ]


def _csv(rows: list[list[str]], *, name: str) -> HttpResponse:
    """A CSV that spreadsheets open with accents (UTF-8 with its mark), with the separator of the reader's language."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if writing.is_french() else ",")
    writer.writerows([[_unformula(cell) for cell in row] for row in rows])
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _unformula(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is quoted; a file sent by one person is opened by another."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
