"""Mediations, to read: each with its clock, the insurer's answer and how the request stood afterwards."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, page_of, problems
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.queries import mediations
from policies.queries.mediations import MediationUnknown


class Mediation(Output):
    """One dossier. `due_on` is the last day in time; `days_left` is below zero when it has passed unanswered."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField(help_text="`opened`, `maintained`, `changed` or `withdrawn`.")
    request = serializers.CharField()
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    reference = serializers.CharField(help_text="The mediator's.")
    reason = serializers.CharField()
    referred_on = serializers.DateField()
    due_on = serializers.DateField()
    days_left = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField()
    answered_on = serializers.DateField(allow_null=True)
    judged_status = serializers.CharField(help_text="The request after it was judged anew; else empty.")


class Mediations(Operation):
    """The dossiers that the actor may see, newest first."""

    right = "mediations.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_mediations",
        summary="List mediations, newest first",
        parameters=[OpenApiParameter("status", str, description="`opened`, `changed` …"), CURSOR, LIMIT],
        responses={200: page_of("MediationPage", Mediation), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = mediations.after(
                self.actor,
                on=self.on,
                cursor=wanted.get("cursor", ""),
                status=wanted.get("status", ""),
                limit=limit + 1,
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": Mediation(rows[:limit], many=True).data, "next": next_page(request, more)})


class MediationView(Operation):
    """One dossier."""

    right = "mediations.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_mediation",
        summary="Read a mediation",
        responses={200: Mediation, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = mediations.detail(self.actor, public_id, on=self.on)
            except MediationUnknown:
                raise Http404 from None
        return Response(Mediation(found.row).data)
