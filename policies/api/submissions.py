"""Many requests at once: a file goes in, its progress and its rows come out, each row with its one outcome."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Final

import msgspec
from django.conf import settings
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http.bodies import FILE_PARSERS, XLSX, file_of
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.renderers import CsvRenderer, LinesRenderer
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, page_of, problems
from capweb.kernel.errors import FieldError, FieldErrors
from policies.api import inputs, outputs
from policies.api.limit_requests import LIMIT
from policies.commands.submit_limit_requests import submit_file
from policies.domain.bulk_columns import MANDATORY
from policies.domain.bulk_rows import RequestRow
from policies.queries import submissions
from policies.queries.submissions import RowState, SubmissionProgress

MODES: Final = ("each_row",)
ORDERS: Final = ("given",)
FILE_ROWS: Final = 2_000
CSV_COLUMNS: Final = ("line", "reference", "outcome", "request", "offer", "error_codes", "errors")


class BulkRequests(Operation):
    """Takes a file of requests; they are decided in the background."""

    right = "requests.write"
    scope = "requests:write"
    parser_classes = FILE_PARSERS  # type: ignore[assignment]

    @extend_schema(
        operation_id="submit_limit_requests",
        summary="Hand in a file of requests",
        description=(
            "CSV, XLSX, a JSON array or one JSON object a line, sent as the body. Bad rows are kept with their "
            "reasons; the good ones are decided each by itself, in the order given. The same content sent again, "
            "under whatever key, is the same submission. `Location` is where its progress is told."
        ),
        parameters=[
            IDEMPOTENCY_KEY,
            OpenApiParameter("mode", str, enum=MODES, default="each_row"),
            OpenApiParameter("order", str, enum=ORDERS, default="given"),
            OpenApiParameter("file_name", str, description="Shown to people beside the submission."),
        ],
        request={
            "application/json": inputs.array_of(RequestRow, largest=settings.LARGEST_BATCH_ROWS, required=MANDATORY),
            "application/x-ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
            XLSX: OpenApiTypes.BINARY,
            "application/octet-stream": OpenApiTypes.BINARY,
        },
        responses={202: outputs.SubmissionReceipt, **problems(400, 411, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        _must_be_offered(request)
        content = file_of(request)
        asked = {"body": content, **{f"?{name}": value for name, value in request.query_params.items()}}
        media_type = (request.content_type or "").partition(";")[0]
        return done_once(request, asked, lambda: self._taken(content, request, media_type))

    def _taken(self, content: bytes, request: Request, media_type: str) -> Answer:
        name = request.query_params.get("file_name", "")
        receipt = submit_file(self.actor, content, file_name=name, media_type=media_type, on=self.on)
        shown = outputs.SubmissionReceipt(receipt).data
        return Answer(202, shown, location=reverse("api:submission", args=[receipt.public_id]))


class Submission(Operation):
    """How far a submission is."""

    right = "requests.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_submission",
        summary="How far a submission is",
        responses={200: outputs.Submission, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            return Response(outputs.Submission(_progress(self.actor, public_id)).data)


class SubmissionRows(Operation):
    """The rows of a submission: pages as JSON, or everything after the cursor as CSV or one JSON object a line."""

    right = "requests.read"
    scope = "requests:read"
    renderer_classes = (JSONRenderer, LinesRenderer, CsvRenderer)

    @extend_schema(
        operation_id="list_submission_rows",
        summary="The rows of a submission, each with its outcome",
        description=(
            "JSON comes in pages (`limit`, `next`); `Accept: text/csv` and `Accept: application/x-ndjson` give every "
            "row after the cursor (a line number) at once."
        ),
        parameters=[OpenApiParameter("outcome", str, description="Only rows with this outcome."), CURSOR, LIMIT],
        responses={
            (200, "application/json"): page_of("SubmissionRowPage", outputs.SubmissionRow),
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
            **problems(404, 422),
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        actor, outcome = self.actor, request.query_params.get("outcome") or None
        after, limit = _line(request), rows_wanted(request)
        with acting(actor):
            _progress(actor, public_id)

        def some(after_line: int, count: int) -> list[RowState]:
            with acting(actor):
                return submissions.rows_of(actor, public_id, outcome=outcome, after_line=after_line, limit=count)

        if isinstance(request.accepted_renderer, LinesRenderer | CsvRenderer):
            write = _csv if isinstance(request.accepted_renderer, CsvRenderer) else _lines
            media_type = f"{request.accepted_renderer.media_type}; charset=utf-8"
            return StreamingHttpResponse(write(_all(some, after)), content_type=media_type)
        rows = some(after, limit + 1)
        more = rows[limit - 1].line if len(rows) > limit else None
        shown = outputs.SubmissionRow(rows[:limit], many=True).data
        return Response({"results": shown, "next": next_page(request, more)})


def _progress(actor: Actor, public_id: str) -> SubmissionProgress:
    try:
        return submissions.progress_of(actor, public_id)
    except submissions.SubmissionUnknown:
        raise Http404 from None


def _must_be_offered(request: Request) -> None:
    """Raises FieldErrors for a mode or an order that is not offered."""
    errors = []
    for name, offered in (("mode", MODES), ("order", ORDERS)):
        given = request.query_params.get(name, offered[0])
        if given not in offered:
            told = _("%(given)s is not offered; what is: %(offered)s.")
            message = told % {"given": given[:60], "offered": ", ".join(offered)}
            errors.append(FieldError(name, message, code="not_offered"))
    if errors:
        raise FieldErrors(errors)


def _line(request: Request) -> int:
    text = request.query_params.get("cursor", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FieldErrors([FieldError("cursor", _("The cursor of rows is a line number."), code="cursor_unknown")])
    return int(text)


def _all(some: Callable[[int, int], list[RowState]], after: int) -> Iterator[Sequence[RowState]]:
    """Every row after a line, in pieces; each piece is read in a short transaction of its own."""
    while rows := some(after, FILE_ROWS):
        yield rows
        after = rows[-1].line


def _lines(pieces: Iterator[Sequence[RowState]]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for rows in pieces:
        yield b"".join(encoder.encode(_document(row)) + b"\n" for row in rows)


def _csv(pieces: Iterator[Sequence[RowState]]) -> Iterator[bytes]:
    yield (",".join(CSV_COLUMNS) + "\r\n").encode()
    for rows in pieces:
        text = io.StringIO()
        csv.writer(text).writerows(_cells(row) for row in rows)
        yield text.getvalue().encode()


def _document(row: RowState) -> dict[str, object]:
    shown = asdict(row)
    del shown["given"]
    shown["reference"] = shown.pop("client_reference")
    return shown


def _cells(row: RowState) -> list[object]:
    errors = row.errors or []
    return [
        row.line,
        row.client_reference,
        row.outcome or "",
        row.request or "",
        row.offer or "",
        " ".join(str(error["code"]) for error in errors),
        " ".join(str(error["message"]) for error in errors),
    ]
