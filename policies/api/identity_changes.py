"""Buyers that were absorbed or have another number: proposed by a program, confirmed by a person on screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import json_list
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation
from capweb.http.schemas import IDEMPOTENCY_KEY, Amount, problems
from policies.api import inputs
from policies.api.outputs import Output
from policies.commands.change_identities import MOST_CHANGES, CorrectionWish, IdentityWish, propose_identity_changes
from policies.queries import identity_changes


class GivenIdentityChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One change. A `correction` names the change that was wrong in `corrects` and no numbers."""

    kind: str
    effective_on: date
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    old_identifier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    old_country: inputs.Country = "FR"
    new_identifier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    new_country: inputs.Country = "FR"
    new_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    corrects: Annotated[str, msgspec.Meta(max_length=40)] = ""

    def __post_init__(self) -> None:
        inputs.must_print(self.reference, self.old_identifier, self.new_identifier, self.new_name, self.corrects)
        if (self.kind == "correction") != bool(self.corrects):
            raise ValueError("corrects: a correction names the change that was wrong, and nothing else does")

    def wish(self) -> IdentityWish | CorrectionWish:
        if self.corrects:
            return CorrectionWish(
                change=self.corrects, effective_on=self.effective_on, reference=self.reference, reason=self.reason
            )
        given = msgspec.structs.asdict(self)
        del given["corrects"]
        return IdentityWish(**given)


class RegisteredCompany(Output):
    name = serializers.CharField()
    country = serializers.CharField()
    identifier_type = serializers.CharField(help_text="`siren` or `foreign`.")
    identifier = serializers.CharField()


class IdentityChange(Output):
    """One change. Counts and amount are what was seen to follow when it was proposed."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField(help_text="`merger`, `renumbering` or `correction`.")
    status = serializers.CharField(help_text="`proposed`, `confirmed`, `turned_down` or `taken_back`.")
    old = RegisteredCompany()
    new = RegisteredCompany()
    effective_on = serializers.DateField()
    reference = serializers.CharField()
    reason = serializers.CharField()
    corrects = serializers.CharField(allow_null=True)
    corrected_by = serializers.CharField(allow_null=True)
    guarantees = serializers.IntegerField()
    amount = Amount()
    requests = serializers.IntegerField()
    policyholders = serializers.IntegerField()
    proposed_by = serializers.CharField()
    proposed_on = serializers.DateField()
    answered_by = serializers.CharField()
    answered_on = serializers.DateField(allow_null=True)


class IdentityChangeList(Output):
    results = IdentityChange(many=True)


class IdentityChanges(Operation):
    """The latest changes, and proposing some."""

    rights = {"GET": "buyers.read", "POST": "buyer_limits.write"}  # noqa: RUF012
    scopes = {"GET": "requests:read", "POST": "feeds:write"}  # noqa: RUF012

    @extend_schema(
        operation_id="list_buyer_identity_changes",
        summary="List buyers that were absorbed or have another number, newest first",
        responses={200: IdentityChangeList},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        with acting(self.actor):
            rows = identity_changes.listed(self.actor)
        return Response({"results": IdentityChange(rows, many=True).data})

    @extend_schema(
        operation_id="propose_buyer_identity_changes",
        summary="Propose that buyers were absorbed, or have another number",
        description=(
            "`kind`: `merger`, `renumbering` or `correction`. All rows, or none. Nothing moves before a person has "
            "confirmed it at `/identity-changes`: from the day on limits, guarantees and requests under way are "
            "followed under the new buyer, each guarantee to the end of its term."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenIdentityChange, largest=MOST_CHANGES)},
        responses={201: IdentityChangeList, **problems(400, 403, 404, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=MOST_CHANGES)
        wishes = [row.wish() for row in inputs.rows_of(given, GivenIdentityChange)]
        return done_once(request, {"body": given}, lambda: self._proposed(wishes))

    def _proposed(self, wishes: Sequence[Any]) -> Answer:
        ids = propose_identity_changes(self.actor, wishes, on=self.on)
        with acting(self.actor):
            rows = [identity_changes.detail(self.actor, one) for one in ids]
        return Answer(201, IdentityChangeList({"results": rows}).data)


class IdentityChangeView(Operation):
    """One change."""

    right = "buyers.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_buyer_identity_change",
        summary="One buyer that was absorbed or has another number",
        responses={200: IdentityChange, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = identity_changes.detail(self.actor, public_id)
            except identity_changes.IdentityChangeUnknown:
                raise Http404 from None
        return Response(IdentityChange(found).data)
