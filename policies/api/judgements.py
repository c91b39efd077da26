"""A stored request judged as of any pair of days: the law and the facts of one day, as they were known on another."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.operations import Operation
from capweb.http.schemas import Amount
from capweb.http.schemas import problems as problem_answers
from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import decision
from policies.api import outputs
from policies.queries.judged_as_of import judged_as_of
from policies.queries.requests import RequestUnknown

ON: Final = OpenApiParameter("on", OpenApiTypes.DATE, description="Whose law and facts count; default today.")
KNOWN_ON: Final = OpenApiParameter(
    "known_on",
    OpenApiTypes.DATE,
    description="Up to which business day entries and corrections are taken in; default `on`.",
)


class Judgement(outputs.Output):
    """How the request would be judged; nothing is stored, and what was decided stays decided."""

    request = serializers.CharField()
    on = serializers.DateField()
    known_on = serializers.DateField()
    free_room = Amount(
        allow_null=True,
        help_text="What the decision of that day had seen under the ceilings; null where ceilings are not counted.",
    )
    decision = outputs.Decision()


class RequestJudgement(Operation):
    """GET judges one request again."""

    right = "requests.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="judge_limit_request_as_of",
        summary="Judge a request as of another day",
        description=(
            "The law and the facts effective on `on`, as they were known on `known_on`. A correction entered later "
            "shows from the day on which it was known, and never in what was decided before."
        ),
        parameters=[ON, KNOWN_ON],
        responses={200: Judgement, **problem_answers(404, 422)},
    )
    def get(self, request: Request, public_id: str) -> Response:
        on = _day(request, "on", default=self.on)
        known_on = _day(request, "known_on", default=on)
        with acting(self.actor):
            try:
                found = judged_as_of(self.actor, public_id, on=on, known_on=known_on, today=self.on)
            except RequestUnknown:
                raise Http404 from None
        shown: dict[str, Any] = {
            "request": found.public_id,
            "on": found.on.isoformat(),
            "known_on": found.known_on.isoformat(),
            "free_room": None if found.free_room is None else str(found.free_room),
            "decision": decision.to_document(found.decision, get_language() or "fr"),
        }
        del shown["decision"]["headroom"]  # what would change the answer is asked of a request, not of the past
        return Response(shown)


def _day(request: Request, name: str, *, default: date) -> date:
    text = request.query_params.get(name)
    try:
        return default if text is None else date.fromisoformat(text)
    except ValueError:
        message = _("“%(value)s” is no day of the calendar (YYYY-MM-DD).") % {"value": text}
        raise FieldErrors([FieldError(name, message, code="not_a_day")]) from None
