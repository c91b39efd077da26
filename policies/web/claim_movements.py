"""Handing in claim movements by file, what became of each row, and where a cession comes from."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from capweb.accounts.acting import acting
from capweb.http import writing
from capweb.kernel.errors import DomainError, FieldError
from policies.commands.cede_claim_movements import MovementOutcome, MovementReceipt, cede_claim_file
from policies.domain import claim_rows, row_messages
from policies.domain.row_messages import RowError
from policies.queries.claimed_terms import source_of
from policies.web.shell import DeskView, told

SHOWN_ROWS: Final = 500
MEANING: Final = {
    "source_key": gettext_lazy("the claim system's own key of the movement; each is booked once"),
    "kind": gettext_lazy("indemnity, reserve, recovery or correction"),
    "claim_reference": gettext_lazy("the claim's reference with you"),
    "guarantee": gettext_lazy("guarantee or number of an endorsement"),
    "delivered_on": gettext_lazy("day of delivery: it decides which term bears the loss"),
    "effective_on": gettext_lazy("day of the payment, of the valuation or of the correction"),
    "amount": gettext_lazy("in euro, before cession; of a reserve its level; empty corrects in full"),
    "costs": gettext_lazy("of a recovery: what it cost to get"),
    "reserve_level": gettext_lazy("of an indemnity: the reserve after it; empty leaves it"),
    "corrects": gettext_lazy("of a correction: the key of the movement that was wrong"),
    "ex_gratia": gettext_lazy("yes where nothing was owed: not ceded"),
}


class MovementsForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of claim movements"),
        help_text=gettext_lazy("CSV, XLSX, JSON or NDJSON, to 20,000 rows. Drop it here or choose it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.json,.ndjson,.jsonl"}),
    )


@dataclass(frozen=True, slots=True)
class ColumnShown:
    name: str
    french: str
    meaning: object
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with what is wrong with it, field by field, in the reader's language."""

    row: MovementOutcome
    errors: list[tuple[str, str]]


class ClaimMovements(DeskView):
    """Send a file of claim movements; what became of each row is told at once."""

    right = "claims.cede"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, MovementsForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = MovementsForm(request.POST, request.FILES)
        receipt: MovementReceipt | None = None
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                with acting(self.actor):
                    receipt = cede_claim_file(
                        self.actor, file.read(), file_name=file.name or "", media_type=file.content_type, on=self.on
                    )
            except DomainError as error:
                form.add_error("file", told(error))
        if receipt is None:
            return self._page(request, form, status=422)
        if receipt.ignored_columns:
            names = ", ".join(receipt.ignored_columns)
            messages.warning(
                request, _("Columns that mean nothing here were left aside: %(names)s.") % {"names": names}
            )
        return self._page(request, MovementsForm(), receipt=receipt)

    def _page(
        self, request: HttpRequest, form: MovementsForm, *, receipt: MovementReceipt | None = None, status: int = 200
    ) -> HttpResponse:
        shown: dict[str, Any] = {
            "form": form,
            "columns": [
                ColumnShown(name, french, MEANING[name], is_mandatory)
                for name, french, is_mandatory in claim_rows.columns()
            ],
            "largest_bytes": settings.LARGEST_UPLOAD_BYTES,
            "largest": settings.LARGEST_UPLOAD_BYTES // 1024 // 1024,
        }
        if receipt is not None:
            # What was refused comes first, since somebody must act on it; all of it is shown.
            refused = [row for row in receipt.rows if row.outcome == "refused"]
            others = [row for row in receipt.rows if row.outcome != "refused"][:SHOWN_ROWS]
            shown |= {
                "receipt": receipt,
                "booked": receipt.count("booked"),
                "repeated": receipt.count("repeated"),
                "refused": len(refused),
                "rows": [RowShown(row, _errors(row)) for row in (*refused, *others)],
                "left_out": len(receipt.rows) - len(refused) - len(others),
            }
        return render(request, "policies/claim_movements.html", shown, status=status)


class ClaimMovementsExample(DeskView):
    """A file with the column names and one row of each kind, to begin from."""

    right = "claims.cede"

    def get(self, _request: HttpRequest) -> HttpResponse:
        french = writing.is_french()
        names = [claim_rows.FRENCH[field][0] if french else field for field in claim_rows.FIELDS]
        kinds = ("indemnité", "récupération") if french else ("indemnity", "recovery")
        cover = ["SIN-2020-014", "gar_...", "2020-07-20"]
        rows = [
            ["MVT-0001", kinds[0], *cover, "2020-11-02", "12000.00", "", "0.00", "", ""],
            ["MVT-0002", kinds[1], *cover, "2020-12-14", "3000.00", "150.00", "", "", ""],
            ["MVT-0003", "correction", "", "", "", "2020-12-15", "2000.00", "", "", "MVT-0001", ""],
        ]
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";" if french else ",")
        writer.writerows([names, *rows])
        return HttpResponse(
            text.getvalue().encode("utf-8-sig"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="capweb-claim-movements.csv"'},
        )


class Cession(DeskView):
    """Where a cession comes from: its guarantee, the request that was judged, the endorsements and their PDFs."""

    right = "guarantees.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        # The books are the insurer's: a broker or policyholder has the guarantee's own page.
        with acting(self.actor):
            source = source_of(self.actor, public_id) if self.actor.is_insurer else None
        if source is None:
            raise Http404
        return render(request, "policies/cession.html", {"source": source})


def _errors(row: MovementOutcome) -> list[tuple[str, str]]:
    return [(error.field, _sentence(error)) for error in row.errors]


def _sentence(error: FieldError) -> str:
    if isinstance(error, RowError):
        return row_messages.sentence(error.code, error.parameters, translate=_)
    return str(error.message)
