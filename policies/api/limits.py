"""GET /limits: what the service accepts, so that a client need not find out by being refused."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from capweb.audit.idempotency import LONGEST_KEY
from capweb.http.operations import LARGEST_PAGE_ROWS, PAGE_ROWS
from policies.api import guarantees, offers, submissions

FORMATS: Final = ("csv", "xlsx", "json", "ndjson")


class Sizes(serializers.Serializer[Any]):
    largest_body_bytes = serializers.IntegerField()
    largest_submission_rows = serializers.IntegerField()
    largest_feed_rows = serializers.IntegerField()
    largest_bulk_accept = serializers.IntegerField()
    largest_bulk_renewal = serializers.IntegerField()
    page_rows = serializers.IntegerField()
    largest_page_rows = serializers.IntegerField()
    longest_idempotency_key = serializers.IntegerField()


class Rates(serializers.Serializer[Any]):
    token_seconds = serializers.IntegerField(help_text="How long an access token is valid.")
    requests_per_minute = serializers.IntegerField(allow_null=True, help_text="Null: the service sets no rate.")


class LimitsShown(serializers.Serializer[Any]):
    """Sizes are in bytes, rows or characters."""

    versions = serializers.ListField(child=serializers.CharField())
    sizes = Sizes()
    rates = Rates()
    submission_formats = serializers.ListField(child=serializers.CharField())
    submission_modes = serializers.ListField(child=serializers.CharField())
    submission_orders = serializers.ListField(child=serializers.CharField())


class Limits(APIView):
    """Open to everybody: it tells nothing of any insurer."""

    is_public = True
    authentication_classes = ()

    @extend_schema(
        operation_id="read_limits",
        summary="What the service accepts: sizes, rates, versions",
        auth=[],
        responses={200: LimitsShown},
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(
            LimitsShown(
                {
                    "versions": ["v1"],
                    "sizes": {
                        "largest_body_bytes": settings.LARGEST_UPLOAD_BYTES,
                        "largest_submission_rows": settings.LARGEST_BATCH_ROWS,
                        "largest_feed_rows": settings.LARGEST_BATCH_ROWS,
                        "largest_bulk_accept": offers.LARGEST_BATCH,
                        "largest_bulk_renewal": guarantees.LARGEST_BATCH,
                        "page_rows": PAGE_ROWS,
                        "largest_page_rows": LARGEST_PAGE_ROWS,
                        "longest_idempotency_key": LONGEST_KEY,
                    },
                    "rates": {
                        "token_seconds": settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"],
                        "requests_per_minute": None,
                    },
                    "submission_formats": FORMATS,
                    "submission_modes": submissions.MODES,
                    "submission_orders": submissions.ORDERS,
                }
            ).data
        )
