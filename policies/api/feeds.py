"""The insurer's own feeds: decisions on its limits, and ratings of buyers. All rows of a request are taken, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.http.bodies import json_list
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation
from capweb.http.schemas import IDEMPOTENCY_KEY, problems
from policies.api import inputs, outputs
from policies.api.inputs import GivenActivity, GivenLimit, GivenRating
from policies.commands.change_buyer_limits import LimitNotice, change_buyer_limits, record_buyer_ratings
from policies.commands.record_buyer_activities import record_buyer_activities

LARGEST: Final = settings.LARGEST_BATCH_ROWS


class BulkBuyerLimits(Operation):
    """Takes the insurer's decisions on its own limits; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_buyer_limits",
        summary="Send decisions on primary limits",
        description=(
            "`decision`: `grant`, `partial_grant`, `reduction`, `refusal` or `cessation`. All rows, or none. The "
            "answer tells for each row what the public top-up would give, to be proposed in the same step, and the "
            "letter that was written. A cut of a limit that stands counts 30 days after it was notified; earlier only "
            "with `exceptional_case` (`insolvency`, `fraud`, `overdue`) and `exceptional_reason`: then it is `waiting` "
            "for a second person. `is_opening_state`: how the limit stood when the books were opened, told long ago."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenLimit, largest=LARGEST)},
        responses={200: outputs.LimitsReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        notices = [row.notice() for row in inputs.rows_of(given, GivenLimit)]
        return done_once(request, {"body": given}, lambda: self._stored(notices))

    def _stored(self, notices: Sequence[LimitNotice]) -> Answer:
        taken = change_buyer_limits(self.actor, notices, on=self.on)
        shown = {
            "received": len(notices),
            "new": taken.new,
            "known": len(notices) - taken.new,
            "top_ups": taken.top_ups,
            "letters": taken.letters,
            "waiting": taken.waiting,
        }
        return Answer(200, outputs.LimitsReceipt(shown).data)


class BulkBuyerRatings(Operation):
    """Takes the insurer's ratings and default probabilities; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_buyer_ratings",
        summary="Send ratings and default probabilities of buyers",
        description="All rows, or none.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenRating, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        notices = [row.notice() for row in inputs.rows_of(given, GivenRating)]
        return done_once(
            request, {"body": given}, lambda: _received(record_buyer_ratings(self.actor, notices, on=self.on), given)
        )


class BulkBuyerActivities(Operation):
    """Takes what buyers do; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_buyer_activities",
        summary="Send activities of buyers",
        description="Codes of the NAF or the NACE, by which a sector can be rated down at once. All rows, or none.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenActivity, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        notices = [row.notice() for row in inputs.rows_of(given, GivenActivity)]
        return done_once(
            request, {"body": given}, lambda: _received(record_buyer_activities(self.actor, notices, on=self.on), given)
        )


def _received(new: int, given: Sequence[Any]) -> Answer:
    shown = outputs.FeedReceipt({"received": len(given), "new": new, "known": len(given) - new}).data
    return Answer(200, shown)
