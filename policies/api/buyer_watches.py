"""The insurer's watch list: who is on it, and a feed that puts buyers on it or takes them off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

import msgspec
from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import json_list
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, rows_wanted
from capweb.http.schemas import IDEMPOTENCY_KEY, Amount, problems
from policies.api import inputs, outputs
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.commands.watch_buyers import WatchNotice, watch_buyers
from policies.queries import buyer_watches

LARGEST: Final = settings.LARGEST_BATCH_ROWS


class GivenWatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From a day on a buyer is watched, or no longer."""

    source_reference: inputs.Reference
    buyer_identifier: inputs.Identifier
    effective_on: date
    watched: bool
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    buyer_country: inputs.Country = "FR"
    review_on: date | None = None

    def __post_init__(self) -> None:
        inputs.must_print(self.source_reference, self.buyer_identifier, self.reason)

    def notice(self) -> WatchNotice:
        given = msgspec.structs.asdict(self)
        return WatchNotice(is_watched=given.pop("watched"), **given)


class BulkBuyerWatches(Operation):
    """Takes who is watched; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_buyer_watches",
        summary="Put buyers on the watch list, or take them off",
        description="All rows, or none. The list changes no decision.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenWatch, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        notices = [row.notice() for row in inputs.rows_of(given, GivenWatch)]
        return done_once(request, {"body": given}, lambda: self._stored(notices))

    def _stored(self, notices: Sequence[WatchNotice]) -> Answer:
        new = watch_buyers(self.actor, notices, on=self.on)
        shown = {"received": len(notices), "new": new, "known": len(notices) - new}
        return Answer(200, outputs.FeedReceipt(shown).data)


class WatchedBuyer(Output):
    """A buyer on watch, with its running top-ups."""

    id = serializers.CharField(source="buyer")
    name = serializers.CharField()
    country = serializers.CharField()
    identifier = serializers.CharField()
    since = serializers.DateField()
    reason = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    review_due = serializers.BooleanField(source="is_due")
    grade = serializers.CharField(help_text="Empty without a rating.")
    guarantees = serializers.IntegerField()
    amount = Amount()


class WatchedBuyerList(Output):
    results = WatchedBuyer(many=True)


class WatchedBuyers(Operation):
    """Who is on watch, those first whose review has come."""

    right = "buyers.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_watched_buyers",
        summary="List the buyers on watch, those first whose day of review has come",
        parameters=[OpenApiParameter("due", bool, description="Only those whose day of review has come."), LIMIT],
        responses={200: WatchedBuyerList, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        due = request.query_params.get("due", "").lower() in ("1", "true")
        size = rows_wanted(request)
        with acting(self.actor):
            rows = buyer_watches.watch_list(self.actor, on=self.on, due=due, size=size).rows
        return Response({"results": WatchedBuyer(rows, many=True).data})
