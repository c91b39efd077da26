"""POST /simulations: facts in, decision out; one case or a batch, JSON or YAML; nothing is stored."""

from __future__ import annotations

from typing import IO, Any, Final, cast

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from eligibility.queries import law_book, simulation

LARGEST_BATCH: Final = 1_000

EXAMPLE: Final = {
    "name": "grade 7 refused at home is held to the category 2 maximum",
    "day": "2020-06-15",
    "insurer": "euler-hermes",
    "market": "domestic",
    "trigger": {"kind": "refusal", "notified_on": "2020-06-10"},
    "policyholder": {"country": "FR", "turnover": "120000000", "factor": False},
    "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": "0"},
    "buyer": {
        "country": "FR",
        "created_on": "2014-01-01",
        "turnover": "30000000",
        "balance_sheet": "18000000",
        "headcount": 120,
        "grade": "7",
        "default_probability": "0.04",
        "insolvent": False,
        "construction_subcontract": False,
    },
    "primary": {"amount_before": "0", "amount": "0"},
    "requested_total": "300000",
}


class TextParser(BaseParser):
    """The body as text: the simulation reads it itself, so that a mistake is named by its line."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        raw = stream.read()
        try:
            return raw.decode("utf-8-sig") if isinstance(raw, bytes) else str(raw)
        except UnicodeDecodeError as failed:
            raise simulation.cannot_read(f"this is not UTF-8 text: {failed.reason} at byte {failed.start}") from failed


class YamlParser(TextParser):
    media_type = "application/yaml"


class OldYamlParser(TextParser):
    media_type = "application/x-yaml"


class TextYamlParser(TextParser):
    media_type = "text/yaml"


class Simulations(APIView):
    """Judges facts under the law in force on their day; the answer has the same order as the question."""

    right = "simulate"
    scope = "simulations"
    parser_classes = (TextParser, YamlParser, OldYamlParser, TextYamlParser)

    @extend_schema(
        operation_id="simulate",
        summary="Judge facts without storing anything",
        description=(
            "Takes one case or a list of at most 1,000, as JSON or YAML, and answers one decision or a list in that "
            "order. Amounts are text or whole numbers in euro, ratios are text. Facts left out are missing facts. The "
            "law in force on `day` and the insurer's own tables decide."
        ),
        request={
            "application/json": OpenApiTypes.OBJECT,
            "application/yaml": OpenApiTypes.OBJECT,
        },
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, description="The decision, or a list of decisions"),
            422: OpenApiResponse(OpenApiTypes.OBJECT, description="Fields that cannot be taken, each with its line"),
        },
        examples=[OpenApiExample("A refusal at home", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        text = cast("str", request.data)
        document = simulation.read(text or "", largest_batch=LARGEST_BATCH)
        actor = cast("Actor", request.user)
        with acting(actor):
            book = law_book.current_law_book(actor)
        return Response(simulation.answer(document, book=book, language=get_language() or "fr"))
