"""Decisions on limits that were told (D-29), cuts that wait for a second person, letters, buyers that are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import json_list, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.renderers import PdfRenderer
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, Amount, binary, page_of, problems
from policies.api import inputs, outputs
from policies.api.limit_requests import LIMIT
from policies.api.outputs import Output
from policies.commands.print_letters import print_letter
from policies.commands.settle_short_notices import Verdict, settle_short_notices
from policies.commands.state_cover_elsewhere import StatementWish, state_cover_elsewhere
from policies.commands.subscribe_buyers import Subscription, subscribe_buyers
from policies.queries import primary_notices
from policies.queries.primary_notices import LetterUnknown, ShortNoticeNotSeen

LARGEST: Final = settings.LARGEST_BATCH_ROWS


class PrimaryNotice(Output):
    """One decision on a limit that was told by letter. `days_left` to its effect; zero or less: it counts."""

    id = serializers.CharField(source="public_id")
    letter = serializers.CharField(source="number", help_text="Its PDF is at `/letters/{number}.pdf`.")
    decision = serializers.CharField()
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    buyer_identifier = serializers.CharField()
    amount_before = Amount()
    amount = Amount()
    notified_on = serializers.DateField()
    effective_on = serializers.DateField()
    days_left = serializers.IntegerField()
    exceptional_case = serializers.CharField(help_text="Empty where the notice was kept.")
    top_up_product = serializers.CharField()
    top_up_amount = Amount(allow_null=True)
    top_up_premium = Amount(allow_null=True, help_text="Of a quarter.")
    is_buyer_told = serializers.BooleanField()


class PrimaryNotices(Operation):
    """The decisions on limits that the actor may see, newest first."""

    right = "documents.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_primary_notices",
        summary="List decisions on limits that were told, newest first",
        parameters=[OpenApiParameter("state", str, description="`running`, `past`, or both."), CURSOR, LIMIT],
        responses={200: page_of("PrimaryNoticePage", PrimaryNotice), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = primary_notices.notices_after(
                self.actor,
                on=self.on,
                cursor=wanted.get("cursor", ""),
                is_running={"running": True, "past": False}.get(wanted.get("state", "")),
                limit=limit + 1,
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": PrimaryNotice(rows[:limit], many=True).data, "next": next_page(request, more)})


class LetterPdf(Operation):
    """The PDF of a letter, made from its frozen data."""

    right = "documents.read"
    scope = "requests:read"
    renderer_classes = (PdfRenderer, JSONRenderer)

    @extend_schema(
        operation_id="read_letter_pdf",
        summary="The PDF of a letter, in French with an English version",
        responses={(200, "application/pdf"): binary("PDF/A-3 with its data attached"), **problems(404)},
    )
    def get(self, request: Request, number: str) -> HttpResponse:  # noqa: ARG002
        try:
            content = print_letter(self.actor, number, on=self.on)
        except LetterUnknown:
            raise Http404 from None
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{number}.pdf"'
        return response


class GivenStatementWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Under which policy and on which buyer cover is to be sought elsewhere."""

    policy_number: inputs.Identifier
    buyer_identifier: inputs.Identifier
    buyer_country: inputs.Country = "FR"

    def __post_init__(self) -> None:
        inputs.must_print(self.policy_number, self.buyer_identifier)


class CoverElsewhereStatement(Output):
    """The statement that the exclusivity clause is waived for a buyer; its PDF is at `/letters/{letter}.pdf`."""

    policy_number = serializers.CharField()
    buyer_identifier = serializers.CharField()
    letter = serializers.CharField(source="number")
    is_repeat = serializers.BooleanField(help_text="It had been made before.")


class CoverElsewhere(Operation):
    """States that the policyholder may seek cover on a buyer from another insurer."""

    right = "statements.ask"
    scope = "requests:write"

    @extend_schema(
        operation_id="state_cover_elsewhere",
        summary="Ask for the statement that cover on a buyer may be sought elsewhere",
        description=(
            "Given where the insurer's last decision on the buyer reduced or ended its limit although a top-up is "
            "available, and none is in force or offered. Asked again, the first statement answers."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={
            "application/json": inputs.schema_of(GivenStatementWish, required=["policy_number", "buyer_identifier"])
        },
        responses={201: CoverElsewhereStatement, **problems(400, 409, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=("policy_number", "buyer_identifier", "buyer_country"))
        (wish,) = inputs.rows_of([given], GivenStatementWish)
        return done_once(request, given, lambda: self._stated(wish))

    def _stated(self, wish: GivenStatementWish) -> Answer:
        (stated,) = state_cover_elsewhere(self.actor, [StatementWish(**msgspec.structs.asdict(wish))], on=self.on)
        return Answer(
            201, CoverElsewhereStatement(stated).data, location=reverse("api:letter_pdf", args=[stated.number])
        )


class ShortNotice(Output):
    """A cut that is to count before its notice has run. It is decided when a second person has confirmed it."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField(help_text="`asked`, `confirmed` or `rejected`.")
    exceptional_case = serializers.CharField(help_text="`insolvency`, `fraud` or `overdue`.")
    reason = serializers.CharField()
    decision = serializers.CharField()
    policyholder = serializers.CharField()
    policy_number = serializers.CharField()
    buyer = serializers.CharField()
    amount_before = Amount()
    amount = Amount()
    notified_on = serializers.DateField()
    effective_on = serializers.DateField()
    full_notice_on = serializers.DateField(help_text="When it could count without a second person.")
    source_reference = serializers.CharField()
    asked_by = serializers.CharField()
    asked_on = serializers.DateField()
    decided_by = serializers.CharField()
    decided_on = serializers.DateField(allow_null=True)
    answer = serializers.CharField()
    letter = serializers.CharField()


class ShortNotices(Operation):
    """Cuts at short notice, newest first."""

    right = "buyers.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="list_short_notices",
        summary="List cuts at short notice, newest first",
        parameters=[OpenApiParameter("status", str, description="`asked`, `confirmed`, `rejected`"), CURSOR, LIMIT],
        responses={200: page_of("ShortNoticePage", ShortNotice), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = primary_notices.short_notices_after(
                self.actor, cursor=wanted.get("cursor", ""), status=wanted.get("status", ""), limit=limit + 1
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        return Response({"results": ShortNotice(rows[:limit], many=True).data, "next": next_page(request, more)})


class ShortNoticeView(Operation):
    """One cut at short notice."""

    right = "buyers.read"
    scope = "requests:read"

    @extend_schema(
        operation_id="read_short_notice",
        summary="Read a cut at short notice",
        responses={200: ShortNotice, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = primary_notices.short_notice(self.actor, public_id)
            except ShortNoticeNotSeen:
                raise Http404 from None
        return Response(ShortNotice(found.row).data)


class GivenAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the second person saw."""

    answer: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class _Settled(Operation):
    right = "short_notices.confirm"
    scope = "feeds:write"
    is_confirmed: bool

    def settled(self, request: Request, public_id: str) -> Response:
        key_of(request)
        given = json_object(request, known=("answer",))
        (wish,) = inputs.rows_of([given], GivenAnswer)
        return done_once(request, given, lambda: self._answer(public_id, wish.answer))

    def _answer(self, public_id: str, answer: str) -> Answer:
        verdict = Verdict(case=public_id, is_confirmed=self.is_confirmed, answer=answer)
        settle_short_notices(self.actor, [verdict], on=self.on)
        with acting(self.actor):
            found = primary_notices.short_notice(self.actor, public_id)
        return Answer(200, ShortNotice(found.row).data)


class ConfirmShortNotice(_Settled):
    """The second person confirms the exceptional case: the cut is decided and told."""

    is_confirmed = True

    @extend_schema(
        operation_id="confirm_short_notice",
        summary="Confirm a cut at short notice, as a second person",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(GivenAnswer)},
        responses={200: ShortNotice, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.settled(request, public_id)


class RejectShortNotice(_Settled):
    """The second person does not confirm it: nothing was decided."""

    is_confirmed = False

    @extend_schema(
        operation_id="reject_short_notice",
        summary="Reject a cut at short notice, as a second person",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(GivenAnswer)},
        responses={200: ShortNotice, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.settled(request, public_id)


class GivenPortalAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A buyer that asks to be told of cuts of limits on it; an empty address ends that."""

    source_reference: inputs.Reference
    buyer_identifier: inputs.Identifier
    effective_on: date
    address: Annotated[str, msgspec.Meta(max_length=254)] = ""
    buyer_country: inputs.Country = "FR"
    language: str = "fr"

    def __post_init__(self) -> None:
        inputs.must_print(self.source_reference, self.buyer_identifier, self.address, self.language)


class BulkPortalAddresses(Operation):
    """Takes the addresses at which buyers asked to be told; each source reference is stored once."""

    right = "buyer_limits.write"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_buyer_portal_addresses",
        summary="Send the addresses at which buyers asked to be told of cuts",
        description="All rows, or none. An empty address: the buyer no longer wants to be told.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(GivenPortalAddress, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        rows = inputs.rows_of(given, GivenPortalAddress)
        return done_once(request, {"body": given}, lambda: self._stored(rows))

    def _stored(self, rows: Sequence[GivenPortalAddress]) -> Answer:
        wishes = [Subscription(**_fields(row)) for row in rows]
        new = subscribe_buyers(self.actor, wishes, on=self.on)
        counts = {"received": len(rows), "new": new, "known": len(rows) - new}
        return Answer(200, outputs.FeedReceipt(counts).data)


def _fields(row: GivenPortalAddress) -> Mapping[str, Any]:
    return msgspec.structs.asdict(row)
