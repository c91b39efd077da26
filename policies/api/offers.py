"""The policyholder's choice: accept or decline an offer, or accept many, each with its own answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from capweb import clock
from capweb.http import problems
from capweb.http.bodies import ids_in, json_object
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation
from capweb.http.schemas import IDEMPOTENCY_KEY
from capweb.http.schemas import problems as problem_answers
from policies.api import inputs, outputs
from policies.commands.accept_offers import Answer as OfferAnswer
from policies.commands.accept_offers import accept_offers, decline_offers

LARGEST_BATCH: Final = 5_000


class _OfferOperation(Operation):
    right = "offers.answer"
    scope = "requests:write"

    def answered(self, request: Request, act: Callable[[Sequence[str]], list[OfferAnswer]], public_id: str) -> Response:
        """The answer to one offer, done once."""
        key_of(request)
        given = json_object(request, known=())
        return done_once(request, given, lambda: _one(act([public_id])[0]))


class AcceptOffer(_OfferOperation):
    """Accepts one offer: judged again on this day's law and facts, then granted, ceded and endorsed."""

    @extend_schema(
        operation_id="accept_offer",
        summary="Accept an offer",
        description=(
            "The day of acceptance is the day of the grant: the offer is judged again on that day's law and facts. "
            "What can no longer be granted ends the offer (409 `no_longer_grantable`); its request shows the reasons."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.NOTHING},
        responses={200: outputs.OfferAnswer, **problem_answers(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        at = clock.instant()
        return self.answered(request, lambda ids: accept_offers(self.actor, ids, on=self.on, at=at), public_id)


class DeclineOffer(_OfferOperation):
    """Declines one offer: what it held is given back."""

    @extend_schema(
        operation_id="decline_offer",
        summary="Decline an offer",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.NOTHING},
        responses={200: outputs.OfferAnswer, **problem_answers(400, 404, 409, 422)},
    )
    def post(self, request: Request, public_id: str) -> Response:
        return self.answered(request, lambda ids: decline_offers(self.actor, ids, on=self.on), public_id)


class BulkAcceptOffers(_OfferOperation):
    """Accepts many offers in the order given; each has its own answer."""

    @extend_schema(
        operation_id="accept_offers",
        summary="Accept many offers",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": inputs.ids_schema("offers", largest=LARGEST_BATCH)},
        responses={200: outputs.OfferAnswers, **problem_answers(400, 413, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        given = json_object(request, known=("offers",))
        ids = ids_in(given, "offers", largest=LARGEST_BATCH)
        at = clock.instant()
        return done_once(request, given, lambda: _many(accept_offers(self.actor, ids, on=self.on, at=at)))


def _one(answer: OfferAnswer) -> Answer:
    """One answer, or the problem that keeps it from being taken; an offer that ended by it is part of the books."""
    if answer.code == "offer_unknown":
        raise Http404
    if answer.code:
        title = _("The request cannot be carried out.")
        body = problems.problem(status=409, code=answer.code, title=title, detail=answer.message, offer=answer.offer)
        return Answer(409, body)
    return Answer(200, outputs.OfferAnswer(answer).data)


def _many(answers: Sequence[OfferAnswer]) -> Answer:
    counts = dict(Counter(answer.outcome for answer in answers))
    return Answer(200, outputs.OfferAnswers({"results": answers, "counts": counts}).data)
