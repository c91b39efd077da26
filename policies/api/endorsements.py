"""The documents: what is known of an endorsement by its number, and its PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.http.operations import Operation
from capweb.http.renderers import PdfRenderer
from capweb.http.schemas import binary, problems
from policies.api import outputs
from policies.commands.render_endorsements import render_endorsement
from policies.queries import guarantees
from policies.queries.guarantees import EndorsementLine


class _EndorsementOperation(Operation):
    right = "documents.read"
    scope = "requests:read"

    def found(self, number: str) -> tuple[int, EndorsementLine]:
        """The row id and the line of the endorsement that this actor may see."""
        with acting(self.actor):
            try:
                return guarantees.endorsement(self.actor, number, on=self.on)
            except guarantees.EndorsementUnknown:
                raise Http404 from None


class Endorsement(_EndorsementOperation):
    """One endorsement by its number."""

    @extend_schema(
        operation_id="read_endorsement",
        summary="Read an endorsement",
        responses={200: outputs.Endorsement, **problems(404)},
    )
    def get(self, request: Request, number: str) -> Response:  # noqa: ARG002
        return Response(outputs.Endorsement(self.found(number)[1]).data)


class EndorsementPdf(_EndorsementOperation):
    """The PDF of an endorsement; made now if the documents' queue has not come to it yet."""

    renderer_classes = (PdfRenderer, JSONRenderer)

    @extend_schema(
        operation_id="read_endorsement_pdf",
        summary="The PDF of an endorsement",
        responses={(200, "application/pdf"): binary("PDF/A-3 with its data attached"), **problems(404)},
    )
    def get(self, request: Request, number: str) -> HttpResponse:  # noqa: ARG002
        endorsement_id, line = self.found(number)
        content = render_endorsement(self.actor, endorsement_id)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{line.number}.pdf"'
        return response
