"""Exceptions of an authority, to read: each with what it allows, what is used of it, its files and its steps."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, Amount, page_of, problems
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.queries import exceptions
from policies.queries.exceptions import ExceptionPage, ExceptionUnknown


class ExceptionLine(Output):
    """One dossier. An empty `buyer` stands for every buyer of the policyholder; days are half-open."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField(help_text="`large_policyholder` or `above_parity`.")
    status = serializers.CharField()
    request = serializers.CharField(help_text="The request that it was opened out of.")
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    asked_amount = Amount(allow_null=True)
    amount = Amount(allow_null=True, help_text="The most that may be granted under it in all; null without a limit.")
    used = Amount(allow_null=True, help_text="Granted or offered under it today; null before a favourable decision.")
    reference = serializers.CharField(help_text="The authority's letter.")
    granted_on = serializers.DateField(allow_null=True)
    end_day = serializers.DateField(allow_null=True)
    opened_on = serializers.DateField()
    decided_on = serializers.DateField(allow_null=True)


class Evidence(Output):
    """A file that proves it."""

    name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField(source="digest")
    bytes = serializers.IntegerField(source="byte_count")
    added_on = serializers.DateField()


class ExceptionStep(Output):
    """What happened to it."""

    action = serializers.CharField()
    actor = serializers.CharField()
    booked_on = serializers.DateField()


class ExceptionDetail(ExceptionLine):
    """One dossier with its files and steps, oldest first."""

    reason = serializers.CharField()
    opened_by = serializers.CharField()
    decided_by = serializers.CharField()
    evidence = Evidence(many=True)
    steps = ExceptionStep(many=True)


class Exceptions(Operation):
    """The dossiers, newest first."""

    right = "exceptions.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_exceptions",
        summary="List exceptions, newest first",
        parameters=[OpenApiParameter("status", str, description="`opened`, `favourable`, `expired` …"), CURSOR, LIMIT],
        responses={200: page_of("ExceptionPage", ExceptionLine), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = exceptions.after(
                self.actor, cursor=wanted.get("cursor", ""), status=wanted.get("status", ""), limit=limit + 1
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": ExceptionLine(rows[:limit], many=True).data, "next": next_page(request, more)})


class ExceptionView(Operation):
    """One dossier."""

    right = "exceptions.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_exception",
        summary="Read an exception with its evidence and its steps",
        responses={200: ExceptionDetail, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = exceptions.detail(self.actor, public_id)
            except ExceptionUnknown:
                raise Http404 from None
        return Response(_detail(found))


def _detail(found: ExceptionPage) -> object:
    row = {name: getattr(found.row, name) for name in found.row.__slots__}
    return ExceptionDetail({**row, "evidence": found.files, "steps": found.history}).data
