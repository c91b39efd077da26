"""The renewal radar for programs: what ends within some days, and what today's rules would give if it were renewed.

Asking is `POST /guarantees/bulk-renewal-requests`. Referred renewals are answered by two people on screen; no program
has the right.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, Amount, page_of, problems
from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import explain
from policies.api import outputs
from policies.api.limit_requests import LIMIT
from policies.commands.foresee_renewals import foresee, with_headroom
from policies.queries import renewal_radar

LONGEST_SPAN: Final = 93


class RenewalNow(outputs.Output):
    """The term that ends: until which day (no longer included), what it covers and costs."""

    end = serializers.DateField(source="cover_end")
    amount = Amount()
    premium = Amount()
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")


class RenewalThen(outputs.Output):
    """What the next term would cover and cost; null where there would be none or somebody must decide first."""

    amount = Amount()
    premium = Amount()
    premium_change = Amount()
    premium_illustrative = serializers.BooleanField(source="is_premium_illustrative")


class RenewalReason(outputs.Output):
    """A rule that refuses, refers or holds the amount down."""

    code = serializers.CharField()
    verdict = serializers.CharField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, reason: Any) -> str:
        return explain.sentence(reason, get_language() or "fr")


class RenewalAhead(outputs.Output):
    """One guarantee that ends: `outlook` is `renewed`, `lower`, `refused`, `referred` or `unjudged`.

    `why` names the outlook where no rule does: `primary_resumed`, `no_notice`, `no_need`, `facts_contradict`.
    """

    guarantee = serializers.CharField(source="row.guarantee")
    product = serializers.CharField(source="row.product")
    policy_number = serializers.CharField(source="row.policy_number")
    policyholder = serializers.CharField(source="row.policyholder")
    buyer = outputs.Company(source="row")
    asked_on = serializers.DateField(source="row.asked_on", allow_null=True)
    now = RenewalNow(source="row")
    outlook = serializers.CharField()
    then = serializers.SerializerMethodField()
    referred_to = serializers.CharField()
    waits_for = serializers.CharField()
    why = serializers.CharField()
    reasons = RenewalReason(many=True)
    headroom = outputs.Headroom(many=True)

    @extend_schema_field(RenewalThen(allow_null=True))
    def get_then(self, one: Any) -> Any:
        return None if one.amount is None or one.premium is None else RenewalThen(one).data


class Renewals(Operation):
    """Guarantees of the actor that end within some days, soonest first."""

    right = "guarantees.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_renewals",
        summary="List guarantees that end soon, with what today's rules would give",
        description=(
            "Judged on the facts and the law of today, as the night of the last day will judge what was asked for. "
            "Nothing renews by itself: ask with `POST /guarantees/bulk-renewal-requests`."
        ),
        parameters=[
            OpenApiParameter("within_days", int, description="How far ahead, 30 where it is left out, at most 93."),
            OpenApiParameter("asked", bool, description="Only what was asked for already, or only what was not."),
            OpenApiParameter("product", str, description="`cap`, `cap_plus` …"),
            CURSOR,
            LIMIT,
        ],
        responses={200: page_of("RenewalPage", RenewalAhead), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        days = _days(wanted.get("within_days", "30"))
        with acting(self.actor):
            rows = renewal_radar.lines(
                self.actor,
                after=self.on,
                last=self.on + timedelta(days=days),
                on=self.on,
                product=wanted.get("product", ""),
                asked=_yes_or_no(wanted.get("asked", "")),
                cursor=wanted.get("cursor", ""),
                limit=limit + 1,
            )
            found = foresee(self.actor, rows[:limit], on=self.on)
            found = with_headroom(found)
        more = rows[limit - 1].guarantee if len(rows) > limit else None
        return Response({"results": RenewalAhead(found, many=True).data, "next": next_page(request, more)})


def _days(text: str) -> int:
    if text.isdecimal() and len(text) < 4 and 1 <= int(text) <= LONGEST_SPAN:
        return int(text)
    told = _("A whole number of days from 1 to %(longest)s.") % {"longest": LONGEST_SPAN}
    raise FieldErrors([FieldError("within_days", told, code="out_of_range")])


def _yes_or_no(text: str) -> bool | None:
    if text in ("true", "false", ""):
        return {"true": True, "false": False}.get(text)
    raise FieldErrors([FieldError("asked", _("Either true or false."), code="not_a_boolean")])
