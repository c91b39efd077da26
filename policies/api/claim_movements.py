"""What insurers' claim systems deliver: movements of claims, ceded as they come, one outcome a row."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.http.bodies import FILE_PARSERS, XLSX, file_of
from capweb.http.done_once import Answer, done_once, key_of
from capweb.http.operations import Operation
from capweb.http.schemas import IDEMPOTENCY_KEY, Amount, problems
from policies.api import inputs
from policies.api.outputs import Output
from policies.commands.cede_claim_movements import MovementOutcome, MovementReceipt, cede_claim_file
from policies.domain.claim_rows import LARGEST_ROWS, MANDATORY, ClaimRow

OUTCOMES: Final = ["booked", "repeated", "refused"]


class MovementError(Output):
    """What is wrong with a field of a row."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class MovementRow(Output):
    """One row: what was booked of it, or why nothing was."""

    line = serializers.IntegerField(help_text="Line of the file, or place in the array, from 1.")
    source_key = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES, help_text="`repeated`: booked before under this key.")
    id = serializers.CharField(allow_null=True)
    cession = serializers.CharField(allow_null=True)
    amount = Amount(allow_null=True, help_text="What the cession carries of it, before the share is taken.")
    excess_amount = Amount(allow_null=True, help_text="Above what a corrected cession carries: the insurer's own.")
    ceded_amount = Amount(allow_null=True, help_text="The reinsurer's share.")
    disbursement_room = Amount(allow_null=True, help_text="Left of the policy year's limit, where one applies.")
    errors = MovementError(many=True)  # type: ignore[assignment]


class MovementAnswer(Output):
    """All rows with their outcomes, in the order given."""

    received = serializers.IntegerField()
    booked = serializers.IntegerField()
    repeated = serializers.IntegerField()
    refused = serializers.IntegerField()
    rows = MovementRow(many=True)


class BulkClaimMovements(Operation):
    """Takes a file of claim movements and cedes them at once."""

    right = "claims.cede"
    scope = "feeds:write"
    parser_classes = FILE_PARSERS  # type: ignore[assignment]

    @extend_schema(
        operation_id="send_claim_movements",
        summary="Send claim movements to be ceded",
        description=(
            f"CSV, XLSX, a JSON array or one JSON object a line, to {LARGEST_ROWS:,} rows, sent as the body. `kind`: "
            "`indemnity`, `reserve` (set to a level), `recovery` or `correction` (takes back another row's, in full "
            "without an amount). `guarantee` is a guarantee's id or an endorsement's number. Good rows are booked, bad "
            "ones told; a `source_key` is booked once."
        ),
        parameters=[IDEMPOTENCY_KEY, OpenApiParameter("file_name", str)],
        request={
            "application/json": inputs.array_of(ClaimRow, largest=LARGEST_ROWS, required=MANDATORY),
            "application/x-ndjson": OpenApiTypes.STR,
            "text/csv": OpenApiTypes.STR,
            XLSX: OpenApiTypes.BINARY,
            "application/octet-stream": OpenApiTypes.BINARY,
        },
        responses={200: MovementAnswer, **problems(400, 411, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        key_of(request)
        content = file_of(request)
        media_type = (request.content_type or "").partition(";")[0]
        name = request.query_params.get("file_name", "")

        def ceded() -> Answer:
            receipt = cede_claim_file(self.actor, content, file_name=name, media_type=media_type, on=self.on)
            return Answer(200, MovementAnswer(_answer(receipt)).data)

        return done_once(request, {"body": content, "?file_name": name}, ceded)


def _answer(receipt: MovementReceipt) -> dict[str, Any]:
    counts = {outcome: receipt.count(outcome) for outcome in OUTCOMES}
    return {"received": len(receipt.rows), **counts, "rows": [_row(row) for row in receipt.rows]}


def _row(row: MovementOutcome) -> dict[str, Any]:
    booked = row.receipt
    return {
        "line": row.line,
        "source_key": row.source_key,
        "outcome": row.outcome,
        "id": None if booked is None else booked.public_id,
        "cession": None if booked is None else booked.cession,
        "amount": None if booked is None else booked.amount,
        "excess_amount": None if booked is None else booked.excess_amount,
        "ceded_amount": None if booked is None else booked.ceded_amount,
        "disbursement_room": None if booked is None else booked.room_left,
        "errors": [{"field": error.field, "code": error.code, "message": error.message} for error in row.errors],
    }
