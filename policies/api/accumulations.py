"""Groups of buyers: who belongs to which, a feed of the insurer's, and how much is engaged on them."""

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
from policies.commands.group_buyers import MembershipNotice, record_group_memberships
from policies.queries import accumulations

LARGEST: Final = settings.LARGEST_BATCH_ROWS


class GivenMembership(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From a day on a buyer belongs to the group of this reference; without one, to none any more."""

    source_reference: inputs.Reference
    buyer_identifier: inputs.Identifier
    effective_on: date
    buyer_country: inputs.Country = "FR"
    group_reference: Annotated[str, msgspec.Meta(max_length=40)] = ""
    group_name: Annotated[str, msgspec.Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        inputs.must_print(self.source_reference, self.buyer_identifier, self.group_reference, self.group_name)

    def notice(self) -> MembershipNotice:
        return MembershipNotice(**msgspec.structs.asdict(self))


class BulkGroupMemberships(Operation):
    """Takes who belongs to which group; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_group_memberships",
        summary="Send to which groups buyers belong",
        description="A group that is not known is entered with its name. All rows, or none.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenMembership, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        notices = [row.notice() for row in inputs.rows_of(given, GivenMembership)]
        return done_once(request, {"body": given}, lambda: self._stored(notices))

    def _stored(self, notices: Sequence[MembershipNotice]) -> Answer:
        new = record_group_memberships(self.actor, notices, on=self.on)
        shown = {"received": len(notices), "new": new, "known": len(notices) - new}
        return Answer(200, outputs.FeedReceipt(shown).data)


class Accumulation(Output):
    """What is engaged on a buyer, or on a group: primary limits, top-ups and open offers of all policyholders."""

    id = serializers.CharField(source="key")
    name = serializers.CharField()
    identifier = serializers.CharField()
    group = serializers.CharField(help_text="Empty without one.")
    buyers = serializers.IntegerField()
    policyholders = serializers.IntegerField()
    primary = Amount()
    top_up = Amount()
    ceded = Amount(help_text="Of the top-ups.")
    held = Amount(help_text="By open offers.")
    total = Amount()
    limit = Amount(allow_null=True, help_text="The insurer's own for a group, where it has set one. It warns.")
    above_limit = serializers.BooleanField(source="is_above")


class AccumulationList(Output):
    results = Accumulation(many=True)


class Accumulations(Operation):
    """What is engaged, the largest first."""

    right = "buyers.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_accumulations",
        summary="List what is engaged on groups or buyers, the largest first",
        parameters=[OpenApiParameter("by", str, description="`group` (default) or `buyer`."), LIMIT],
        responses={200: AccumulationList, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        by = "buyer" if request.query_params.get("by") == "buyer" else "group"
        size = rows_wanted(request)
        with acting(self.actor):
            rows = accumulations.accumulations(self.actor, on=self.on, by=by, size=size).rows
        return Response({"results": Accumulation(rows, many=True).data})
