"""Envelopes with run-off and alerts, treaties, the journal, as an insurer, its reinsurer or the operator sees them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor, PlatformActor
from capweb.http.operations import PAGE_ROWS, next_page, rows_wanted
from capweb.http.schemas import CURSOR, problems
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.money import ZERO
from reinsurance.api import outputs
from reinsurance.queries import alerts, envelopes, treaties
from reinsurance.queries import entries as journal
from reinsurance.queries.run_off import freed_by_day
from reinsurance.queries.treaty_detail import treaty_detail


class BooksOperation(APIView):
    """Reading for an insurer's actors, and for the platform's where its role has the right."""

    scope = "reinsurance:read"
    for_platform = True

    @cached_property
    def actor(self) -> Actor | PlatformActor:
        actor: object = self.request.user
        assert isinstance(actor, Actor | PlatformActor)
        return actor

    @cached_property
    def on(self) -> date:
        return clock.business_day()

    def reading(self) -> AbstractContextManager[Any]:
        """The insurer's wall around what is read; the platform reads by its own connection."""
        return acting(self.actor) if isinstance(self.actor, Actor) else nullcontext()


class Envelopes(BooksOperation):
    """Both envelopes: the limit by law, your own draw to the cent, the room."""

    right = "envelopes.read"

    @extend_schema(
        operation_id="list_envelopes",
        summary="The State's envelopes and your draw on them",
        responses={200: outputs.Envelope(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        with self.reading():
            rows = envelopes.envelopes(self.actor, on=self.on)
        return Response(outputs.Envelope(rows, many=True).data)


class Treaties(BooksOperation):
    """The treaties that you cede under, or reinsure."""

    right = "treaties.read"

    @extend_schema(
        operation_id="list_treaties",
        summary="Treaties with terms and balances",
        responses={200: outputs.Treaty(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        with self.reading():
            rows = treaties.treaties(self.actor, on=self.on)
        return Response(outputs.Treaty(rows, many=True).data)


class Treaty(BooksOperation):
    """One treaty with its terms of all days, its countries and its renewals."""

    right = "treaties.read"

    @extend_schema(
        operation_id="get_treaty",
        summary="A treaty with everything that was agreed about it",
        responses={200: outputs.TreatyWhole, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with self.reading():
            found = treaty_detail(self.actor, public_id, on=self.on)
        return Response(outputs.TreatyWhole(found).data)


class RunOff(BooksOperation):
    """What run-off frees on which day, market by market."""

    right = "envelopes.read"

    @extend_schema(
        operation_id="list_run_off",
        summary="What run-off gives back on which day",
        responses={200: outputs.RunOff(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        with self.reading():
            markets = [row.market for row in envelopes.envelopes(self.actor, on=self.on)]
            freed = freed_by_day(self.actor, after=self.on)
        rows = [
            {"market": market, "total": sum((one.amount for one in freed[market]), ZERO), "days": freed[market]}
            for market in markets
        ]
        return Response(outputs.RunOff(rows, many=True).data)


class CeilingAlerts(BooksOperation):
    """The latest alerts about ceilings, newest first."""

    right = "envelopes.read"

    @extend_schema(
        operation_id="list_ceiling_alerts",
        summary="Thresholds of 80, 90 and 95 % that were reached or left",
        responses={200: outputs.CeilingAlert(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        with self.reading():
            rows = alerts.alerts_told(self.actor)
        return Response(outputs.CeilingAlert(rows, many=True).data)


class Entries(BooksOperation):
    """The journal, newest first."""

    right = "ledger.read"

    @extend_schema(
        operation_id="list_ledger_entries",
        summary="Journal entries with their transfers, newest first",
        parameters=[
            CURSOR,
            OpenApiParameter("limit", int, description=f"Rows of a page; {PAGE_ROWS} unless asked."),
            OpenApiParameter("as_of", date, description="The books as they stood at the end of this business day."),
            OpenApiParameter("treaty", str, description="Only entries that touch this treaty's accounts."),
        ],
        responses={200: outputs.EntryPage, **problems(404, 422)},
    )
    def get(self, request: Request) -> Response:
        with self.reading():
            page = journal.entries(
                self.actor,
                after=cursor_position(request.query_params.get("cursor", "")),
                size=rows_wanted(request),
                as_of=_day(request.query_params.get("as_of", "")),
                treaty=request.query_params.get("treaty") or None,
            )
        rows = outputs.Entry(page.rows, many=True).data
        return Response({"results": rows, "next": next_page(request, page.next_after)})


def cursor_position(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        message = _("The cursor is none of this list: begin again without it.")
        raise FieldErrors([FieldError("cursor", message, code="cursor_unknown")])
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = _("A day is written YYYY-MM-DD.")
        raise FieldErrors([FieldError("as_of", message, code="not_a_day")]) from None
