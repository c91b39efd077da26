"""Changing a running guarantee: asking for another amount of it, and ending it for the future."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb import clock
from capweb.accounts.acting import acting
from capweb.http.bodies import ids_in, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation
from capweb.http.schemas import IDEMPOTENCY_KEY, problems
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from policies.api import inputs, outputs
from policies.commands.request_changes import ChangeWish, request_changes
from policies.commands.withdraw_guarantees import Withdrawal, withdraw_guarantees
from policies.queries import guarantees

LARGEST_BATCH: Final = 5_000
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class GivenChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole cover wanted on the buyer from now on, primary included, in euro."""

    requested_total: Decimal
    reference: Annotated[str, msgspec.Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        inputs.must_be_amount(self.requested_total, field="requested_total")
        if not self.requested_total:
            raise ValueError("requested_total: nothing is no amount; to end the guarantee, withdraw it")


class GivenWithdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the policyholder asked that its guarantee end."""

    reason: Text


class ChangeNotMade(DomainError):
    """The wish cannot be taken as the books stand. Facts: `why`, the code of the command's answer."""

    code = "guarantee_not_changed"
    status = 409


class IncreaseRequests(Operation):
    """Asks for another amount of a running guarantee: more, or less."""

    right = "requests.write"
    scope = "requests:write"

    @extend_schema(
        operation_id="ask_for_another_amount",
        summary="Ask for another amount of a guarantee",
        description=(
            "Judged like any request, with what it replaces left out of what is in force; its offer holds only what "
            "exposure would rise by. Accepting the offer ends the running term and starts three months the same moment."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(GivenChange, required=["requested_total"])},
        responses={201: outputs.ChangeAnswer, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        key_of(request)
        given = json_object(request, known=("requested_total", "reference"))
        return done_once(request, given, lambda: self._asked(public_id, given))

    def _asked(self, public_id: str, given: Mapping[str, Any]) -> Answer:
        _must_be_known(self, public_id)
        wish = _converted(given, GivenChange)
        (answer,) = request_changes(
            self.actor, [ChangeWish(public_id, wish.requested_total, wish.reference)], on=self.on
        )
        if answer.request is None:
            raise ChangeNotMade(answer.message, why=answer.code)
        shown = outputs.ChangeAnswer(answer).data
        return Answer(201, shown, location=reverse("api:limit_request", args=[answer.request]))


class Withdraw(Operation):
    """Ends a running guarantee for the future."""

    right = "guarantees.withdraw"
    scope = "requests:write"

    @extend_schema(
        operation_id="withdraw_guarantee",
        summary="End a guarantee because its policyholder asks for it",
        description="What was delivered before stays covered; the quarter's premium stays due.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.schema_of(GivenWithdrawal)},
        responses={200: outputs.WithdrawalAnswer, **problems(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        key_of(request)
        given = json_object(request, known=("reason",))
        return done_once(request, given, lambda: self._withdrawn(public_id, given))

    def _withdrawn(self, public_id: str, given: Mapping[str, Any]) -> Answer:
        _must_be_known(self, public_id)
        reason = _converted(given, GivenWithdrawal).reason
        (answer,) = withdraw_guarantees(self.actor, [Withdrawal(public_id, reason)], on=self.on, at=clock.instant())
        if answer.code:
            raise ChangeNotMade(answer.message, why=answer.code)
        return Answer(200, outputs.WithdrawalAnswer(answer).data)


class BulkWithdraw(Operation):
    """Ends many guarantees for the future; each has its own answer."""

    right = "guarantees.withdraw"
    scope = "requests:write"

    @extend_schema(
        operation_id="withdraw_guarantees",
        summary="End many guarantees because their policyholder asks for it",
        parameters=[IDEMPOTENCY_KEY],
        request={
            "application/json": {
                "type": "object",
                "required": ["guarantees", "reason"],
                "properties": {
                    **inputs.ids_schema("guarantees", largest=LARGEST_BATCH)["properties"],
                    "reason": {"type": "string", "minLength": 1, "maxLength": 500},
                },
                "additionalProperties": False,
            }
        },
        responses={200: outputs.WithdrawalAnswers, **problems(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=("guarantees", "reason"))
        ids = ids_in({"guarantees": given.get("guarantees")}, "guarantees", largest=LARGEST_BATCH)
        reason = _converted({"reason": given.get("reason", "")}, GivenWithdrawal).reason
        return done_once(request, given, lambda: self._withdrawn(ids, reason))

    def _withdrawn(self, ids: Sequence[str], reason: str) -> Answer:
        wishes = [Withdrawal(one, reason) for one in ids]
        answers = withdraw_guarantees(self.actor, wishes, on=self.on, at=clock.instant())
        counts = dict(Counter(answer.outcome for answer in answers))
        return Answer(200, outputs.WithdrawalAnswers({"results": answers, "counts": counts}).data)


def _must_be_known(operation: Operation, public_id: str) -> None:
    with acting(operation.actor):
        try:
            guarantees.detail(operation.actor, public_id, on=operation.on)
        except guarantees.GuaranteeUnknown:
            raise Http404 from None


def _converted(given: Mapping[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        field, why = inputs.told_by(str(error))
        raise FieldErrors([FieldError(field, _("This cannot be taken: %(why)s.") % {"why": why})]) from None
