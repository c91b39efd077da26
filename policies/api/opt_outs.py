"""Top-ups declined by a policyholder, in general or on one buyer (E6): the list, recording choices, taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import json_list
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, page_of, problems
from policies.api import inputs
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.commands.opt_out import NoTopUps, opt_out, revoke_opt_outs
from policies.queries import opt_outs

LARGEST_BATCH: Final = 5_000


class GivenOptOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """No top-ups from today: under a policy, or on one of its buyers."""

    policy_number: inputs.Identifier
    buyer_identifier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    buyer_country: inputs.Country = "FR"
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def __post_init__(self) -> None:
        inputs.must_print(self.policy_number, self.buyer_identifier, self.reason)


class OptOut(Output):
    """One choice; an empty `buyer` stands for every buyer of the policy, a null `end_day` for one in force."""

    id = serializers.CharField(source="public_id")
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    first_day = serializers.DateField()
    end_day = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    said_by = serializers.CharField()
    revoked_by = serializers.CharField()


class OptOutReceipt(Output):
    """The public ids of the choices, in the order sent; one that stood already keeps its own."""

    opt_outs = serializers.ListField(child=serializers.CharField())


class OptOuts(Operation):
    """Who wants no top-ups, and recording that somebody does not."""

    right = "offers.answer"
    scope = "requests:write"

    @extend_schema(
        operation_id="list_opt_outs",
        summary="List who has declined top-ups, newest first",
        parameters=[CURSOR, LIMIT],
        responses={200: page_of("OptOutPage", OptOut), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = opt_outs.after(self.actor, on=self.on, cursor=wanted.get("cursor", ""), limit=limit + 1)
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": OptOut(rows[:limit], many=True).data, "next": next_page(request, more)})

    @extend_schema(
        operation_id="opt_out",
        summary="Decline top-ups from today, in general or on one buyer",
        description="What runs goes on to the end of its term; no offer is made until the choice is taken back.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenOptOut, largest=LARGEST_BATCH, required=["policy_number"])},
        responses={201: OptOutReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST_BATCH)
        rows = inputs.rows_of(given, GivenOptOut)
        return done_once(request, {"body": given}, lambda: self._recorded(rows))

    def _recorded(self, rows: Sequence[GivenOptOut]) -> Answer:
        choices = [
            NoTopUps(
                policy_number=row.policy_number,
                buyer_country=row.buyer_country if row.buyer_identifier else "",
                buyer_identifier=row.buyer_identifier,
                reason=row.reason,
            )
            for row in rows
        ]
        return Answer(201, OptOutReceipt({"opt_outs": opt_out(self.actor, choices, on=self.on)}).data)


class RevokeOptOut(Operation):
    """Top-ups are proposed again from today."""

    right = "offers.answer"
    scope = "requests:write"

    @extend_schema(
        operation_id="revoke_opt_out",
        summary="Take back that top-ups were declined",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.NOTHING},
        responses={200: OptOutReceipt, **problems(400, 404)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        key_of(request)
        return done_once(request, {}, lambda: self._revoked(public_id))

    def _revoked(self, public_id: str) -> Answer:
        revoke_opt_outs(self.actor, [public_id], on=self.on)
        return Answer(200, OptOutReceipt({"opt_outs": [public_id]}).data)
