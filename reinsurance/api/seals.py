"""Seals by API: signed checkpoints, and the proof that one entry is under the newest of them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.http.operations import PAGE_ROWS, next_page, rows_wanted
from capweb.http.schemas import CURSOR, problems
from reinsurance.api.books import BooksOperation, cursor_position
from reinsurance.api.outputs import Output
from reinsurance.queries import seal_proofs, seals


class Checkpoint(Output):
    """A signed statement: so many rows of a sequence have this root. `note` is the text that was signed (C2SP)."""

    origin = serializers.CharField(help_text="The sequence's name in the note.")
    insurer = serializers.CharField(allow_null=True, help_text="Null for the books without insurer.")
    sequence = serializers.ChoiceField(
        choices=["journal", "records"], help_text="Journal entries, or the rows that no entry names."
    )
    number = serializers.IntegerField(help_text="Counts the checkpoints of the sequence from 1.")
    size = serializers.IntegerField()
    root_hash = serializers.CharField(source="root", help_text="RFC 6962 root over the first `size` leaves, hex.")
    sealed_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    note = serializers.CharField()


class CheckpointList(Output):
    """A page of them."""

    results = Checkpoint(many=True)
    next = serializers.URLField(allow_null=True)


class SealedRow(Output):
    """A row of the event: its table and number, the SHA-256 that is sealed, and the bytes as they stand now."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField(allow_null=True, help_text="Canonical JSON, as text; null when the row is gone.")


class Inclusion(Output):
    """Check it so: SHA-256 of each `content` is its line's hash in `manifest`; SHA-256 of a byte 0 and the manifest is
    `leaf_hash`; `proof` leads from it, as leaf `position` - 1, to the root of `checkpoint`.
    """

    entry = serializers.CharField()
    position = serializers.IntegerField(help_text="The journal number, from 1.")
    manifest = serializers.CharField()
    rows = SealedRow(many=True)
    leaf_hash = serializers.CharField()
    proof = serializers.ListField(child=serializers.CharField(), help_text="RFC 6962 audit path, nearest first, hex.")
    checkpoint = Checkpoint()
    verifier_key = serializers.CharField(help_text="The public key in the form that verifiers of signed notes take.")


class Checkpoints(BooksOperation):
    """Signed checkpoints of the sequences that you may see, newest first."""

    right = "seals.read"

    @extend_schema(
        operation_id="list_checkpoints",
        summary="Signed checkpoints of the sealed journal and records, newest first",
        parameters=[
            CURSOR,
            OpenApiParameter("limit", int, description=f"Rows of a page; {PAGE_ROWS} unless asked."),
            OpenApiParameter("sequence", str, enum=["journal", "records"], description="Only this sequence."),
        ],
        responses={200: CheckpointList, **problems(422)},
    )
    def get(self, request: Request) -> Response:
        with self.reading():
            page = seals.checkpoints(
                self.actor,
                sequence=request.query_params.get("sequence") or None,
                after=cursor_position(request.query_params.get("cursor", "")),
                size=rows_wanted(request),
            )
        rows = Checkpoint(page.rows, many=True).data
        return Response({"results": rows, "next": next_page(request, page.next_after)})


class Proof(BooksOperation):
    """The proof that an entry is sealed."""

    right = "seals.read"

    @extend_schema(
        operation_id="prove_entry",
        summary="Proof that a journal entry is under the newest signed checkpoint",
        parameters=[
            OpenApiParameter("entry", str, required=True, description="The entry's source key."),
            OpenApiParameter("insurer", str, description="The insurer's code, for reinsurer and operator."),
        ],
        responses={200: Inclusion, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        with self.reading():
            found = seal_proofs.inclusion(
                self.actor,
                request.query_params.get("entry", ""),
                insurer=request.query_params.get("insurer") or None,
            )
        return Response(Inclusion(found).data)
