"""Limit requests one by one: ask and be answered at once, find by the client's own reference, read, cancel."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http import problems
from capweb.http.bodies import json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import LARGEST_PAGE_ROWS, Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, page_of
from capweb.http.schemas import problems as problem_answers
from capweb.kernel.errors import DomainError, FieldErrors
from policies.api import inputs, outputs
from policies.commands.cancel_requests import cancel_requests
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_request
from policies.domain import row_messages
from policies.domain.bulk_columns import MANDATORY
from policies.domain.bulk_rows import RequestRow, read_object
from policies.queries import request_page, requests, submissions
from policies.queries.request_page import RequestPage
from policies.queries.submissions import RowState

LIMIT: Final = OpenApiParameter("limit", int, description=f"Rows of a page, at most {LARGEST_PAGE_ROWS}.")
NEW_REQUEST: Final = inputs.schema_of(RequestRow, required=MANDATORY)


class RequestNotProcessed(DomainError):
    """Something unexpected stood in the way; nothing was written, and the same request may be sent again."""

    code = "request_not_processed"
    status = 503


class RequestClosed(DomainError):
    """The request is no longer under way."""

    code = "request_closed"


class LimitRequests(Operation):
    """POST asks for cover on one buyer and answers with the decision and the offer; GET lists."""

    right = "requests.read"
    scope = "requests:read"
    rights: Final = {"POST": "requests.write"}
    scopes: Final = {"POST": "requests:write"}

    @extend_schema(
        operation_id="ask_for_cover",
        summary="Ask for cover on one buyer",
        description=(
            "Decided at once: the answer holds the decision with every reason, and the offer if there is one. A "
            "request that cannot be judged (an unknown policy or buyer, no notice) is answered 422 with its reasons."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": NEW_REQUEST},
        responses={201: outputs.LimitRequest, **problem_answers(400, 422, 503)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request)
        read = read_object(given)
        if read.fields is None:
            raise FieldErrors(read.errors)
        row = read.fields
        return done_once(request, given, lambda: self._asked(row, key_of(request)))

    @extend_schema(
        operation_id="list_limit_requests",
        summary="Find requests, newest first",
        parameters=[
            OpenApiParameter("reference", str, description="The client's own reference."),
            OpenApiParameter("status", str, description="`referred`, `offered`, `granted`, `refused` …"),
            CURSOR,
            LIMIT,
        ],
        responses={200: page_of("LimitRequestPage", outputs.RequestLine), **problem_answers(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = requests.after(
                self.actor,
                on=self.on,
                cursor=wanted.get("cursor", ""),
                reference=wanted.get("reference", ""),
                status=wanted.get("status", ""),
                limit=limit + 1,
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        shown = outputs.RequestLine(rows[:limit], many=True).data
        return Response({"results": shown, "next": next_page(request, more)})

    def _asked(self, row: RequestRow, key: str) -> Answer:
        # The key is the caller's own: another client of the same organisation may use the same one.
        receipt = submit_request(self.actor, row, key=f"{self.actor.name} {key}", on=self.on)
        decide_submission(self.actor, receipt.public_id, on=self.on, holder=uuid.uuid4().hex)
        state = submissions.rows_of(self.actor, receipt.public_id, limit=1)[0]
        if state.request is None:
            return _refused(state)
        shown = request_page.of(self.actor, state.request, on=self.on, language=get_language() or "fr")
        return Answer(201, outputs.limit_request(shown), location=reverse("api:limit_request", args=[state.request]))


class LimitRequest(Operation):
    """GET reads one request with its decision; DELETE cancels it."""

    right = "requests.read"
    scope = "requests:read"
    rights: Final = {"DELETE": "requests.write"}
    scopes: Final = {"DELETE": "requests:write"}

    @extend_schema(
        operation_id="read_limit_request",
        summary="Read a request with its decision",
        responses={200: outputs.LimitRequest, **problem_answers(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        return Response(outputs.limit_request(self._page(public_id)))

    @extend_schema(
        operation_id="cancel_limit_request",
        summary="Cancel a request that is under way",
        description=(
            "Pending, referred and offered requests only; an offer ends with its request and gives back what it held. "
            "Cancelling again changes nothing."
        ),
        responses={200: outputs.LimitRequest, **problem_answers(404, 409)},
    )
    def delete(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        (done,) = cancel_requests(self.actor, [public_id], on=self.on)
        if done.code == "request_unknown":
            raise Http404
        if done.code:
            raise RequestClosed(done.message, request=public_id)
        return Response(outputs.limit_request(self._page(public_id)))

    def _page(self, public_id: str) -> RequestPage:
        with acting(self.actor):
            try:
                return request_page.of(self.actor, public_id, on=self.on, language=get_language() or "fr")
            except requests.RequestUnknown:
                raise Http404 from None


def _refused(state: RowState) -> Answer:
    """The row failed: why, by field. What nobody foresaw is raised, so that nothing of it is kept."""
    errors = [_in_words(error) for error in state.errors or []]
    if not errors or any(error["code"] == "unexpected" for error in errors):
        raise RequestNotProcessed(_("The request could not be processed and nothing of it was kept: send it again."))
    detail = "; ".join(f"{error['field']}: {error['message']}" for error in errors)
    title = _("Some fields cannot be taken.")
    return Answer(422, problems.problem(status=422, code="invalid_fields", title=title, detail=detail, errors=errors))


def _in_words(error: dict[str, Any]) -> dict[str, Any]:
    """A stored error in the caller's language; without a line, since a single request has none."""
    told = row_messages.sentence(error["code"], error.get("parameters", {}), translate=_)
    return {name: value for name, value in {**error, "message": told}.items() if name != "line"}
