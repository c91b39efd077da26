"""What the API's description says of every operation: problems, the idempotency key, amounts and ratios as text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field, inline_serializer
from rest_framework import serializers

from capweb.audit.idempotency import LONGEST_KEY
from capweb.http.done_once import HEADER

PROBLEM: Final = "application/problem+json"


class FieldProblem(serializers.Serializer[Any]):
    """One field that cannot be taken."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    line = serializers.IntegerField(required=False)
    parameters = serializers.DictField(required=False)


class Problem(serializers.Serializer[Any]):
    """RFC 9457. `type` and `code` are stable; further members tell the facts of this problem."""

    type = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]  # declared fields leave the class


@extend_schema_field({"type": "string", "format": "decimal", "example": "150000.00"})
class Amount(serializers.DecimalField):
    """Euro with two decimals, as text."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **more)


@extend_schema_field({"type": "string", "format": "decimal", "example": "0.90"})
class Ratio(serializers.Field[Decimal, str, str, Any]):
    """A ratio in 0..1 as text: at least two decimals, no further trailing zeros."""

    def to_representation(self, value: Decimal) -> str:
        shortest = value.normalize()
        exponent = shortest.as_tuple().exponent
        needs_more = isinstance(exponent, int) and exponent < -2
        return format(shortest if needs_more else shortest.quantize(Decimal("0.01")), "f")


IDEMPOTENCY_KEY: Final = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        f"Your own value for this act, at most {LONGEST_KEY} characters. The same key with the same payload gives the "
        "first answer again, marked `Idempotent-Replayed: true`; with another payload, 422."
    ),
)
CURSOR: Final = OpenApiParameter(
    "cursor", str, OpenApiParameter.QUERY, description="Where the page before ended, as its `next` says."
)


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """The problem+json answers of an operation; 401 and 403 are always among them."""
    return {(status, PROBLEM): Problem for status in sorted({401, 403, *statuses})}


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> Any:
    """A list with a cursor: `results`, and `next`, the address of the rest (null on the last page)."""
    return inline_serializer(
        name,
        {
            "results": row(many=True),
            "next": serializers.CharField(allow_null=True, help_text="Address of the next page; null on the last."),
        },
    )


def binary(description: str) -> OpenApiResponse:
    """An answer that is a file."""
    return OpenApiResponse(OpenApiTypes.BINARY, description=description)
