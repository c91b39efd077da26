"""Guarantees: the list, one with its terms and endorsements, and asking that the running term be renewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import ids_in, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, page_of, problems
from policies.api import inputs, outputs
from policies.api.limit_requests import LIMIT
from policies.commands.renew_guarantees import NothingToRenew, ask_for_renewals
from policies.queries import guarantees

LARGEST_BATCH: Final = 5_000


class Guarantees(Operation):
    """The guarantees that the actor may see, newest first, each with its latest term."""

    right = "guarantees.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_guarantees",
        summary="List guarantees, newest first",
        parameters=[
            OpenApiParameter("status", str, description="Status of the latest term: `running`, `lapsed` …"),
            CURSOR,
            LIMIT,
        ],
        responses={200: page_of("GuaranteePage", outputs.GuaranteeLine), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = guarantees.after(
                self.actor,
                on=self.on,
                cursor=wanted.get("cursor", ""),
                status=wanted.get("status", ""),
                limit=limit + 1,
            )
        more = rows[limit - 1].guarantee if len(rows) > limit else None
        shown = outputs.GuaranteeLine(rows[:limit], many=True).data
        return Response({"results": shown, "next": next_page(request, more)})


class Guarantee(Operation):
    """One guarantee."""

    right = "guarantees.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_guarantee",
        summary="Read a guarantee with its terms and endorsements",
        responses={200: outputs.Guarantee, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = guarantees.detail(self.actor, public_id, on=self.on)
            except guarantees.GuaranteeUnknown:
                raise Http404 from None
        return Response(outputs.Guarantee(found).data)


@dataclass(frozen=True, slots=True)
class RenewalAnswer:
    """Whether the renewal of one guarantee stands asked for."""

    guarantee: str
    outcome: str
    code: str = ""
    message: str = ""


class RenewalRequests(Operation):
    """Asks that the running term be followed by another; judged in the night of its end day."""

    right = "renewals.write"
    scope = "requests:write"

    @extend_schema(
        operation_id="ask_for_renewal",
        summary="Ask for the renewal of a guarantee",
        description="There is no tacit renewal: what is not asked for lapses. Asking again changes nothing.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.NOTHING},
        responses={201: outputs.RenewalAnswer, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        key_of(request)
        given = json_object(request, known=())
        return done_once(request, given, lambda: self._asked(public_id))

    def _asked(self, public_id: str) -> Answer:
        try:
            guarantees.detail(self.actor, public_id, on=self.on)
        except guarantees.GuaranteeUnknown:
            raise Http404 from None
        ask_for_renewals(self.actor, [public_id], on=self.on)
        shown = outputs.RenewalAnswer(RenewalAnswer(public_id, "asked")).data
        return Answer(201, shown, location=reverse("api:guarantee", args=[public_id]))


class BulkRenewalRequests(Operation):
    """Asks for the renewal of many guarantees; each has its own answer."""

    right = "renewals.write"
    scope = "requests:write"

    @extend_schema(
        operation_id="ask_for_renewals",
        summary="Ask for the renewal of many guarantees",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.ids_schema("guarantees", largest=LARGEST_BATCH)},
        responses={200: outputs.RenewalAnswers, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=("guarantees",))
        ids = ids_in(given, "guarantees", largest=LARGEST_BATCH)
        return done_once(request, given, lambda: self._asked(ids))

    def _asked(self, ids: Sequence[str]) -> Answer:
        try:
            asked = set(ask_for_renewals(self.actor, ids, on=self.on))
            why = ""
        except NothingToRenew as none:
            asked, why = set(), none.message
        answers = [_answer(one, is_asked=one in asked, why=why) for one in ids]
        counts = dict(Counter(answer.outcome for answer in answers))
        return Answer(200, outputs.RenewalAnswers({"results": answers, "counts": counts}).data)


def _answer(guarantee: str, *, is_asked: bool, why: str) -> RenewalAnswer:
    if is_asked:
        return RenewalAnswer(guarantee, "asked")
    message = why or f"The guarantee {guarantee} has no running term that you may renew."
    return RenewalAnswer(guarantee, "failed", code=NothingToRenew.code, message=message)
