"""Claims: declare an overdue, read claims, each act on one: pursue, fix the loss, settle, recover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.bodies import json_list, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation, next_page, rows_wanted
from capweb.http.schemas import CURSOR, IDEMPOTENCY_KEY, page_of, problems
from policies.api import claim_inputs, claim_outputs, inputs, outputs
from policies.api.limit_requests import LIMIT
from policies.commands.declare_overdues import declare_overdues
from policies.commands.fix_losses import fix_losses
from policies.commands.name_beneficiaries import name_beneficiaries
from policies.commands.pursue_claims import end_claims, extend_due_days, record_buyer_payments, record_collection
from policies.commands.record_exchange_rates import record_exchange_rates
from policies.commands.record_recoveries import record_recoveries
from policies.commands.settle_claims import settle_claims
from policies.queries import claims

LARGEST: Final = settings.LARGEST_BATCH_ROWS
ACT: Final[dict[Any, Any]] = {201: claim_outputs.Claim, **problems(400, 404, 409, 422)}


class Claims(Operation):
    """The claims that the actor may see, and declaring one."""

    rights = {"GET": "claims.read", "POST": "claims.declare"}  # noqa: RUF012
    scopes = {"GET": "claims:read", "POST": "claims:write"}  # noqa: RUF012

    @extend_schema(
        operation_id="list_claims",
        summary="List claims, newest first",
        parameters=[OpenApiParameter("status", str, description="`overdue_declared`, `indemnified` …"), CURSOR, LIMIT],
        responses={200: page_of("ClaimPage", claim_outputs.ClaimLine), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        limit, wanted = rows_wanted(request), request.query_params
        with acting(self.actor):
            rows = claims.after(
                self.actor,
                on=self.on,
                cursor=wanted.get("cursor", ""),
                status=wanted.get("status", ""),
                limit=limit + 1,
            )
        more = rows[limit - 1].public_id if len(rows) > limit else None
        shown = claim_outputs.ClaimLine(rows[:limit], many=True).data
        return Response({"results": shown, "next": next_page(request, more)})

    @extend_schema(
        operation_id="declare_overdue",
        summary="Declare an overdue",
        description=(
            "The unpaid invoices of a buyer, named by any of its guarantees. Those declared after the policy's delay "
            "are listed in `late`. A `source_reference` is taken once."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": claim_inputs.overdue_schema()},
        responses={201: claim_outputs.Declared, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request)
        declaration = claim_inputs.one_of(given, claim_inputs.GivenOverdue).declaration()

        def declared() -> Answer:
            (receipt,) = declare_overdues(self.actor, [declaration], on=self.on)
            location = reverse("api:claim", args=[receipt.claim])
            return Answer(201, claim_outputs.Declared(receipt).data, location=location)

        return done_once(request, given, declared)


class Claim(Operation):
    """One claim."""

    right = "claims.read"
    scope = "claims:read"

    @extend_schema(
        operation_id="read_claim",
        summary="Read a claim with its invoices, shares, payments and recoveries",
        responses={200: claim_outputs.Claim, **problems(404)},
    )
    def get(self, request: Request, public_id: str) -> Response:  # noqa: ARG002
        with acting(self.actor):
            try:
                found = claims.detail(self.actor, public_id, on=self.on)
            except claims.ClaimNotFound:
                raise Http404 from None
        return Response(claim_outputs.Claim(found).data)


class _ActOnClaim(Operation):
    """An act on one claim; unless told otherwise it answers with the claim as it stands then."""

    right = "claims.handle"
    scope = "claims:write"

    def acted(
        self,
        request: Request,
        public_id: str,
        kind: type[Any],
        act: Callable[[Any], object],
        *,
        shown: Callable[[Any], dict[str, Any]] | None = None,
    ) -> Response:
        key_of(request)
        with acting(self.actor):
            try:
                claims.must_be_visible(self.actor, public_id, on=self.on)
            except claims.ClaimNotFound:
                raise Http404 from None
        given = json_object(request)
        one = claim_inputs.one_of(given, kind).act(public_id)

        def done() -> Answer:
            receipt = act(one)
            if shown is not None:
                return Answer(201, shown(receipt))
            return Answer(201, claim_outputs.Claim(claims.detail(self.actor, public_id, on=self.on)).data)

        return done_once(request, given, done)


class DueDayExtensions(_ActOnClaim):
    """Puts off the due day of an invoice."""

    @extend_schema(
        operation_id="extend_due_day",
        summary="Put off the due day of an invoice",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenExtension)},
        responses=ACT,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request,
            public_id,
            claim_inputs.GivenExtension,
            lambda one: extend_due_days(self.actor, [one], on=self.on),
        )


class BuyerPayments(_ActOnClaim):
    """Records what the buyer paid before the loss is fixed."""

    @extend_schema(
        operation_id="record_buyer_payment",
        summary="Record a payment of the buyer before the loss is fixed",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenPayment)},
        responses=ACT,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request,
            public_id,
            claim_inputs.GivenPayment,
            lambda one: record_buyer_payments(self.actor, [one], on=self.on),
        )


class CollectionSteps(_ActOnClaim):
    """Records a step of collection."""

    @extend_schema(
        operation_id="record_collection_step",
        summary="Record a step of collection, amicable or judicial, with its costs",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenStep)},
        responses=ACT,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request,
            public_id,
            claim_inputs.GivenStep,
            lambda one: record_collection(self.actor, [one], on=self.on),
        )


class Loss(_ActOnClaim):
    """Fixes the loss: its cause, the cover of each invoice, what each cover owes."""

    @extend_schema(
        operation_id="fix_loss",
        summary="Fix the loss of a claim",
        description=(
            "Constituted by an insolvency or political event at once, by protracted default when the policy's waiting "
            "period has passed since the last due day (409 `loss_not_constituted`). A delay or rate that is not "
            "known is asked for (409 `policy_does_not_tell`, `rate_missing`), never guessed."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenLoss)},
        responses=ACT,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request, public_id, claim_inputs.GivenLoss, lambda one: fix_losses(self.actor, [one], on=self.on)
        )


class Endings(_ActOnClaim):
    """Closes or withdraws a claim."""

    @extend_schema(
        operation_id="end_claim",
        summary="Close or withdraw a claim",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenEnding)},
        responses=ACT,
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request, public_id, claim_inputs.GivenEnding, lambda one: end_claims(self.actor, [one], on=self.on)
        )


class SettlementOfClaim(_ActOnClaim):
    """Pays what is owed, within the policy year's limit, and cedes the top-ups' parts."""

    right = "claims.cede"

    @extend_schema(
        operation_id="settle_claim",
        summary="Pay the indemnity of a claim and cede it",
        description="To the beneficiary where indemnities were delegated. Again answers with what was paid.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenSettlement)},
        responses={201: claim_outputs.Settled, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request,
            public_id,
            claim_inputs.GivenSettlement,
            lambda one: settle_claims(self.actor, [one], on=self.on)[0],
            shown=lambda receipt: dict(claim_outputs.Settled(receipt).data),
        )


class Recoveries(_ActOnClaim):
    """Records what came back, net of costs, shared as the loss was borne."""

    right = "claims.cede"

    @extend_schema(
        operation_id="record_recovery",
        summary="Record a recovery",
        description=(
            "Net of costs, shared between policyholder and insurer by the uninsured and indemnified parts of the loss, "
            "then by what primary and top-up paid, then by the ceded ratio. A foreign one counts at its day's rate."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(claim_inputs.GivenRecoveryOfClaim)},
        responses={201: claim_outputs.Recovered, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.acted(
            request,
            public_id,
            claim_inputs.GivenRecoveryOfClaim,
            lambda one: record_recoveries(self.actor, [one], on=self.on)[0],
            shown=lambda receipt: dict(claim_outputs.Recovered(receipt).data),
        )


class BulkExchangeRates(Operation):
    """Takes exchange rates as their source published them."""

    right = "claims.handle"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_exchange_rates",
        summary="Send exchange rates",
        description="Units of the currency for one euro. A rate that stands is not changed. All rows, or none.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(claim_inputs.GivenExchangeRate, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        rates = [row.rate() for row in inputs.rows_of(given, claim_inputs.GivenExchangeRate)]
        return done_once(
            request,
            {"body": given},
            lambda: _received(record_exchange_rates(self.actor, rates, on=self.on), len(given)),
        )


class BulkBeneficiaries(Operation):
    """Takes delegations of indemnities to banks and factors."""

    right = "claims.handle"
    scope = "feeds:write"

    @extend_schema(
        operation_id="send_beneficiaries",
        summary="Send beneficiaries of indemnities",
        description="All rows, or none; each source reference is stored once.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.array_of(claim_inputs.GivenBeneficiary, largest=LARGEST)},
        responses={200: outputs.FeedReceipt, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_list(request, largest=LARGEST)
        named = [row.delegation() for row in inputs.rows_of(given, claim_inputs.GivenBeneficiary)]
        return done_once(
            request, {"body": given}, lambda: _received(name_beneficiaries(self.actor, named, on=self.on), len(given))
        )


def _received(new: int, received: int) -> Answer:
    return Answer(200, outputs.FeedReceipt({"received": received, "new": new, "known": received - new}).data)
