"""GET /bordereaux and their files, /technical-accounts and their papers, /loss-advices."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.http.operations import PAGE_ROWS, next_page, rows_wanted
from capweb.http.renderers import CsvRenderer, PdfRenderer, WorkbookRenderer
from capweb.http.schemas import CURSOR, Amount, binary, problems
from reinsurance.api.books import BooksOperation, cursor_position
from reinsurance.api.outputs import Output
from reinsurance.documents.served import bordereau_file
from reinsurance.domain.bordereau_line import KINDS
from reinsurance.domain.closing import period_name, period_named
from reinsurance.queries import bordereaux, large_losses, technical_accounts
from reinsurance.queries.bordereaux import BordereauRow

_TREATY = OpenApiParameter("treaty", str, description="Only those of this treaty.")
_PERIOD = OpenApiParameter("period", str, description="Only those within 2020-Q2, 2020-S1, 2020-06 or 2020.")


class ClosedPeriod(Output):
    """A period, half-open; `name` is 2020-Q2 or the like."""

    name = serializers.SerializerMethodField()
    first = serializers.DateField()
    end = serializers.DateField(help_text="The day after the last day.")

    def get_name(self, period: Any) -> str:
        return period_name(period)


@extend_schema_field({"type": "object", "additionalProperties": True})
class Sums(serializers.Field[Any, Any, Any, Any]):
    """The sums as the bordereau states them, by treaty year and in all."""

    def to_representation(self, value: Any) -> Any:
        return value


class Bordereau(Output):
    """A closed bordereau; its lines are in its files."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=KINDS)
    treaty = serializers.CharField()
    treaty_kind = serializers.ChoiceField(choices=["complement", "substitution"])
    market = serializers.ChoiceField(choices=["domestic", "export"])
    insurer = serializers.CharField(source="insurer_code")
    period = ClosedPeriod()
    journal_number = serializers.IntegerField(help_text="Up to which entry of the sealed journal it tells.")
    layout = serializers.IntegerField(source="layout_version")
    lines = serializers.IntegerField(source="line_count")
    closed_on = serializers.DateField()
    sha256 = serializers.CharField(source="written.sha256", help_text="Over its content; the schema says how.")
    sums = Sums(source="written.sums")


class BordereauPage(Output):
    """A page of bordereaux, newest first."""

    results = Bordereau(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page; null on the last.")


class TechnicalAccount(Output):
    """A technical account as it was stated."""

    id = serializers.CharField(source="public_id")
    span = serializers.ChoiceField(choices=["period", "year"])
    treaty = serializers.CharField()
    treaty_kind = serializers.ChoiceField(choices=["complement", "substitution"])
    market = serializers.ChoiceField(choices=["domestic", "export"])
    insurer = serializers.CharField(source="insurer_code")
    period = ClosedPeriod()
    journal_number = serializers.IntegerField()
    balance = Amount(help_text="Owed to the reinsurer; below zero, by it.")
    closed_on = serializers.DateField()
    sha256 = serializers.CharField()
    account = Sums(source="document", help_text="The whole account: head, by treaty year, in all, current account.")


class LossAdvice(Output):
    """A claim that passed a threshold of its treaty; amounts ceded."""

    id = serializers.CharField(source="public_id")
    treaty = serializers.CharField()
    kind = serializers.ChoiceField(choices=["large_loss", "cash_call"])
    claim_reference = serializers.CharField()
    threshold = Amount()
    paid = Amount()
    outstanding = Amount()
    recovered = Amount()
    incurred = Amount()
    booked_on = serializers.DateField()


class Bordereaux(BooksOperation):
    """The closed bordereaux, newest first."""

    right = "bordereaux.read"

    @extend_schema(
        operation_id="list_bordereaux",
        summary="Closed bordereaux, newest first",
        parameters=[
            CURSOR,
            OpenApiParameter("limit", int, description=f"Rows of a page; {PAGE_ROWS} unless asked."),
            _TREATY,
            OpenApiParameter("kind", str, enum=list(KINDS)),
            _PERIOD,
        ],
        responses={200: BordereauPage, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        with self.reading():
            page = bordereaux.bordereaux(
                self.actor,
                after=cursor_position(asked.get("cursor", "")),
                size=rows_wanted(request),
                treaty=asked.get("treaty") or None,
                kind=asked.get("kind") or None,
                period=period_named(asked["period"]) if asked.get("period") else None,
            )
        rows = Bordereau(page.rows, many=True).data
        return Response({"results": rows, "next": next_page(request, page.next_after)})


class _OneBordereau(BooksOperation):
    right = "bordereaux.read"

    def found(self, public_id: str) -> BordereauRow:
        with self.reading():
            return bordereaux.bordereau(self.actor, public_id)


class BordereauOperation(_OneBordereau):
    """One bordereau without its lines."""

    @extend_schema(
        operation_id="read_bordereau", summary="Read a bordereau", responses={200: Bordereau, **problems(404)}
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        return Response(Bordereau(self.found(public_id)).data)


class BordereauJson(_OneBordereau):
    """The bordereau with its lines."""

    @extend_schema(
        operation_id="read_bordereau_json",
        summary="A bordereau as JSON (docs/schemas/bordereau-1.json)",
        responses={(200, "application/json"): binary("The document"), **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:  # noqa: ARG002
        found = self.found(public_id)
        return bordereau_file(found.written, public_id, bordereaux.in_pieces(self.actor, found), "json")


class BordereauCsv(_OneBordereau):
    """The bordereau as CSV."""

    renderer_classes = (CsvRenderer, JSONRenderer)

    @extend_schema(
        operation_id="read_bordereau_csv",
        summary="A bordereau as CSV: `;` between cells, points in figures, UTF-8",
        responses={(200, "text/csv"): binary("The table between its comments"), **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:  # noqa: ARG002
        found = self.found(public_id)
        return bordereau_file(found.written, public_id, bordereaux.in_pieces(self.actor, found), "csv")


class BordereauXlsx(_OneBordereau):
    """The bordereau as a workbook."""

    renderer_classes = (WorkbookRenderer, JSONRenderer)

    @extend_schema(
        operation_id="read_bordereau_xlsx",
        summary="A bordereau as a workbook, in French",
        responses={(200, WorkbookRenderer.media_type): binary("The workbook"), **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:  # noqa: ARG002
        found = self.found(public_id)
        return bordereau_file(found.written, public_id, bordereaux.in_pieces(self.actor, found), "xlsx")


class TechnicalAccounts(BooksOperation):
    """The technical accounts, newest first."""

    right = "bordereaux.read"

    @extend_schema(
        operation_id="list_technical_accounts",
        summary="Technical accounts, newest first",
        parameters=[_TREATY, _PERIOD],
        responses={200: TechnicalAccount(many=True), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        with self.reading():
            rows = technical_accounts.technical_accounts(
                self.actor,
                treaty=asked.get("treaty") or None,
                period=period_named(asked["period"]) if asked.get("period") else None,
            )
        return Response(TechnicalAccount(rows, many=True).data)


class TechnicalAccountOperation(BooksOperation):
    """One technical account."""

    right = "bordereaux.read"

    @extend_schema(
        operation_id="read_technical_account",
        summary="Read a technical account",
        responses={200: TechnicalAccount, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with self.reading():
            row = technical_accounts.technical_account(self.actor, public_id)
        return Response(TechnicalAccount(row).data)


class StatementPdf(BooksOperation):
    """The statement of a technical account."""

    right = "bordereaux.read"
    renderer_classes = (PdfRenderer, JSONRenderer)

    @extend_schema(
        operation_id="read_statement_pdf",
        summary="The statement of account as PDF",
        responses={(200, "application/pdf"): binary("PDF/A-3 with the account attached"), **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> HttpResponse:  # noqa: ARG002
        from reinsurance.documents.statement_pdf import statement_pdf

        with self.reading():
            row = technical_accounts.technical_account(self.actor, public_id)
        content = statement_pdf(row.public_id, row.document, sha256=row.sha256)
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{row.public_id}.pdf"'
        return answer


class LossAdvices(BooksOperation):
    """Large losses and cash calls, newest first."""

    right = "bordereaux.read"

    @extend_schema(
        operation_id="list_loss_advices",
        summary="Claims that passed a threshold of their treaty",
        parameters=[_TREATY],
        responses={200: LossAdvice(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:
        with self.reading():
            rows = large_losses.loss_advices(self.actor, treaty=request.query_params.get("treaty") or None)
        return Response(LossAdvice(rows, many=True).data)
