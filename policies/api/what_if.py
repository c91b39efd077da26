"""What if: another law tried on the guarantees in force, its progress, its report, its changed lines, as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import msgspec
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.http.bodies import XLSX, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.renderers import CsvRenderer, LinesRenderer, WorkbookRenderer
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, Amount, binary, page_of, problems
from capweb.kernel.errors import FieldError, FieldErrors
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.commands.what_if import Wish, ask_what_if, cancel_what_if
from policies.documents import what_if_table
from policies.documents.what_if_workbook import write_workbook
from policies.domain import what_if
from policies.domain.what_if import Line, Tally
from policies.domain.what_if_run import RunDetail, RunLine
from policies.domain.what_if_words import Teller
from policies.queries import what_if_runs
from policies.queries.what_if_runs import RunUnknown

FIELDS: Final = ("title", "day", "readings", "draft")
ASKED: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "maxLength": 120},
        "day": {"type": "string", "format": "date", "description": "The business day (the default) or a later one."},
        "readings": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Readings by question, in place of those in force; `default` is the register's own.",
            "example": {"complement_multiple": "parity"},
        },
        "draft": {
            "type": "string",
            "description": (
                "One or several leaves of the law in the format of its files, each begun by a line `leaf: <path>` and "
                "parted by a line `---`; contractual tables too."
            ),
        },
    },
}


class Figures(Output):
    """How many guarantees, their amounts, the ceded part (exposure) and one term's premium, under both laws."""

    count = serializers.IntegerField()
    in_force = Amount(help_text="The amounts of the terms that run.")
    amount_before = Amount()
    amount_after = Amount()
    ceded_before = Amount()
    ceded_after = Amount()
    premium_before = Amount()
    premium_after = Amount()


@extend_schema_field({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Figures"}})
class FiguresByKind(serializers.Field[Any, Any, Any, Any]):
    """Figures by kind of change."""

    def to_representation(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {kind: Figures(value[kind]).data for kind in what_if.KINDS if kind in value}


class WhatIfGroup(Output):
    """One product, zone, country, category, grade, insurer or rule, by kind of change and as a whole."""

    dimension = serializers.CharField()
    key = serializers.CharField()
    whole = Figures()
    kinds = FiguresByKind()


class WhatIfSide(Output):
    """What one law would do; `premium` is null where no tariff is set."""

    outcome = serializers.CharField()
    referred_to = serializers.CharField(allow_null=True)
    amount = Amount()
    ceded = Amount()
    premium = Amount(allow_null=True)


class WhatIfReason(Output):
    """A rule that makes the change, with both verdicts and what it says under the other law."""

    code = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    sentence = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()


class WhatIfLine(Output):
    """One guarantee for which something would change."""

    number = serializers.IntegerField()
    guarantee = serializers.CharField()
    change = serializers.CharField(help_text=", ".join(f"`{kind}`" for kind in what_if.CHANGES))
    insurer = serializers.CharField()
    product = serializers.CharField()
    market = serializers.CharField()
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    buyer_country = serializers.CharField()
    buyer_identifier = serializers.CharField()
    grade = serializers.CharField()
    category = serializers.CharField()
    zone = serializers.CharField()
    in_force = Amount()
    before = WhatIfSide()
    after = WhatIfSide()
    reasons = WhatIfReason(many=True)


class WhatIfReport(Output):
    """What would change in all; amounts in euro."""

    judged = serializers.IntegerField()
    changed = serializers.IntegerField()
    unjudged = serializers.DictField(
        child=serializers.IntegerField(), help_text="Left out, by reason: `primary_resumed`, `facts_out_of_order`."
    )
    unpriced_before = serializers.IntegerField(help_text="Grants without a tariff under today's law.")
    unpriced_after = serializers.IntegerField()
    whole = WhatIfGroup()
    groups = WhatIfGroup(many=True)
    rules = WhatIfGroup(many=True, help_text="By rule: a change counts at each of its rules.")
    biggest = WhatIfLine(many=True)


class WhatIfRunLine(Output):
    """One run. `readings`, `replaced`, `added` and `draft_rows` say what is tried."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    day = serializers.DateField()
    readings = serializers.DictField(child=serializers.CharField())
    replaced = serializers.ListField(child=serializers.CharField(), help_text="Leaves that the draft replaces.")
    added = serializers.ListField(child=serializers.CharField(), help_text="Leaves that the law has not.")
    draft_rows = serializers.IntegerField(help_text="Rows of contractual tables that the draft adds.")
    status = serializers.CharField(help_text="`waiting`, `running`, `done`, `cancelled`, `failed`")
    asked_by = serializers.CharField()
    booked_on = serializers.DateField()
    total = serializers.IntegerField()
    settled = serializers.IntegerField()
    changed = serializers.IntegerField(source="line_count")


class WhatIfRun(WhatIfRunLine):
    """One run whole. `report` is there once it is done, `failure` says why it cannot be."""

    draft = serializers.CharField()
    law_before = serializers.CharField()
    law_after = serializers.CharField()
    failure = serializers.CharField()
    report = WhatIfReport(allow_null=True)


class WhatIfRuns(Operation):
    """Runs of the insurer, and asking for one."""

    right = "what_if.run"
    scope = "what-if"

    @extend_schema(
        operation_id="list_what_if_runs",
        summary="List what-if runs, newest first",
        parameters=[CURSOR, LIMIT],
        responses={200: page_of("WhatIfRunPage", WhatIfRunLine), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit = rows_wanted(request)
        with acting(self.actor):
            rows = what_if_runs.latest(self.actor, cursor=request.query_params.get("cursor", ""), limit=limit + 1)
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": WhatIfRunLine(rows[:limit], many=True).data, "next": next_page(request, more)})

    @extend_schema(
        operation_id="ask_what_if",
        summary="Try another law on the guarantees in force",
        description=(
            "Each guarantee is judged as its renewal on the day would be, under the law in force and under the draft "
            "or the other readings. Nothing in the books changes. `Location` is where progress and report are told."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": ASKED},
        responses={202: WhatIfRun, **problems(400, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=FIELDS)
        wish = wish_of(given)
        return done_once(request, given, lambda: self._asked(wish))

    def _asked(self, wish: Wish) -> Answer:
        public_id = ask_what_if(self.actor, wish, on=self.on)
        shown = run_shown(what_if_runs.detail(self.actor, public_id))
        return Answer(202, shown, location=reverse("api:what_if_run", args=[public_id]))


class WhatIfRunView(Operation):
    """One run."""

    right = "what_if.run"
    scope = "what-if"

    @extend_schema(
        operation_id="read_what_if_run",
        summary="Progress of a what-if run, and its report once it is done",
        responses={200: WhatIfRun, **problems(404)},
    )
    def get(self, _request: Request, public_id: str) -> Response:
        with acting(self.actor):
            run = _found(self.actor, public_id)
        return Response(run_shown(run))


class CancelWhatIfRun(Operation):
    """Ends a run that is under way."""

    right = "what_if.run"
    scope = "what-if"

    @extend_schema(
        operation_id="cancel_what_if_run",
        summary="Cancel a what-if run",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": {"type": "object", "additionalProperties": False}},
        responses={200: WhatIfRun, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        key_of(request)
        given = json_object(request, known=())
        return done_once(request, given, lambda: self._cancelled(public_id))

    def _cancelled(self, public_id: str) -> Answer:
        try:
            cancel_what_if(self.actor, public_id, on=self.on)
        except RunUnknown:
            raise Http404 from None
        return Answer(200, run_shown(what_if_runs.detail(self.actor, public_id)))


class WhatIfWorkbook(Operation):
    """The report and every changed line as a workbook."""

    right = "what_if.run"
    scope = "what-if"
    renderer_classes = (WorkbookRenderer, JSONRenderer)

    @extend_schema(
        operation_id="download_what_if_run",
        summary="Download a what-if report as a workbook",
        description="In the language of `Accept-Language`, French by default. 404 until the run is done.",
        responses={(200, XLSX): binary("The workbook."), **problems(404)},
    )
    def get(self, _request: Request, public_id: str) -> HttpResponseBase:
        with acting(self.actor):
            run = _found(self.actor, public_id)
        if run.report is None:
            raise Http404
        file = write_workbook(run, what_if_runs.in_pieces(self.actor, public_id), teller_of(run))
        return FileResponse(file, as_attachment=True, filename=f"{public_id}.xlsx", content_type=XLSX)


class WhatIfLines(Operation):
    """The guarantees for which something would change."""

    right = "what_if.run"
    scope = "what-if"
    renderer_classes = (JSONRenderer, LinesRenderer, CsvRenderer)

    @extend_schema(
        operation_id="list_what_if_lines",
        summary="The guarantees that would change, each with the rules that make it so",
        description=(
            "JSON comes in pages (`limit`, `next`); `Accept: text/csv` and `Accept: application/x-ndjson` give every "
            "line after the cursor (a line number) at once. Empty until the run is done."
        ),
        parameters=[OpenApiParameter("change", str, enum=what_if.CHANGES), CURSOR, LIMIT],
        responses={
            (200, "application/json"): page_of("WhatIfLinePage", WhatIfLine),
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
            **problems(404, 422),
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        actor, limit, after, change = self.actor, rows_wanted(request), _number(request), _change(request)
        with acting(actor):
            teller = teller_of(_found(actor, public_id))
        if isinstance(request.accepted_renderer, LinesRenderer | CsvRenderer):
            write = _csv if isinstance(request.accepted_renderer, CsvRenderer) else _ndjson
            media_type = f"{request.accepted_renderer.media_type}; charset=utf-8"
            pieces = what_if_runs.in_pieces(actor, public_id, after=after, change=change)
            return StreamingHttpResponse(write(pieces, teller), content_type=media_type)
        with acting(actor):
            rows = what_if_runs.lines(actor, public_id, after=after, change=change, limit=limit + 1)
        more = rows[limit - 1].number if len(rows) > limit else None
        shown = [line_shown(row, teller) for row in rows[:limit]]
        return Response({"results": shown, "next": next_page(request, more)})


def wish_of(given: Mapping[str, object]) -> Wish:
    """What a client wishes to try. Raises FieldErrors for a field of another kind."""
    errors: list[FieldError] = []
    readings = given.get("readings") or {}
    if not isinstance(readings, dict) or not all(isinstance(name, str) for name in readings.values()):
        errors.append(FieldError("readings", _("Send one reading by question, as text."), code="not_readings"))
    for name in ("title", "draft"):
        if not isinstance(given.get(name, ""), str):
            errors.append(FieldError(name, _("Send text."), code="not_text"))
    day = given.get("day")
    try:
        chosen = None if day is None else date.fromisoformat(str(day))
    except ValueError:
        errors.append(FieldError("day", _("Send a day as YYYY-MM-DD."), code="not_a_day"))
    if errors:
        raise FieldErrors(errors)
    assert isinstance(readings, dict)
    return Wish(
        title=str(given.get("title", "")), day=chosen, readings=dict(readings), draft=str(given.get("draft", ""))
    )


def run_shown(run: RunDetail) -> dict[str, Any]:
    """One run whole as it is answered, its report with every reason in words."""
    shown: dict[str, Any] = dict(WhatIfRunLine(run).data)
    shown |= {name: getattr(run, name) for name in ("draft", "law_before", "law_after", "failure")}
    shown["report"] = None if run.report is None else _report_shown(run.report, teller_of(run))
    return shown


def teller_of(run: RunLine) -> Teller:
    return Teller(day=run.day, language=get_language() or "fr")


def line_shown(line: Line, teller: Teller) -> dict[str, Any]:
    """One line as it is answered, with its reasons in words."""
    shown: dict[str, Any] = msgspec.to_builtins(line)
    del shown["because"]
    shown["reasons"] = [asdict(one) for one in teller.reasons(line)]
    return shown


def _report_shown(report: Tally, teller: Teller) -> dict[str, Any]:
    return {
        "judged": report.judged,
        "changed": report.changed,
        "unjudged": report.unjudged,
        "unpriced_before": report.unpriced_before,
        "unpriced_after": report.unpriced_after,
        "whole": WhatIfGroup(report.whole).data,
        "groups": [WhatIfGroup(group).data for dimension in what_if.DIMENSIONS for group in report.by(dimension)],
        "rules": WhatIfGroup(report.rules, many=True).data,
        "biggest": [line_shown(line, teller) for line in report.biggest],
    }


def _found(actor: Actor, public_id: str) -> RunDetail:
    try:
        return what_if_runs.detail(actor, public_id)
    except RunUnknown:
        raise Http404 from None


def _number(request: Request) -> int:
    text = request.query_params.get("cursor", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FieldErrors([FieldError("cursor", _("The cursor of lines is a line number."), code="cursor_unknown")])
    return int(text)


def _change(request: Request) -> str:
    change = request.query_params.get("change", "")
    if change not in ("", *what_if.CHANGES):
        raise FieldErrors([FieldError("change", _("There is no such kind of change."), code="not_offered")])
    return change


def _ndjson(pieces: Iterator[list[Line]], teller: Teller) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for piece in pieces:
        yield b"".join(encoder.encode(line_shown(line, teller)) + b"\n" for line in piece)


def _csv(pieces: Iterator[list[Line]], teller: Teller) -> Iterator[bytes]:
    yield (",".join(what_if_table.COLUMNS) + "\r\n").encode()
    for piece in pieces:
        text = io.StringIO()
        csv.writer(text).writerows(what_if_table.cells(line, teller) for line in piece)
        yield text.getvalue().encode()
