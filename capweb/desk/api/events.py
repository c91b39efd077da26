"""The stream of events as a client reads it: from a position on, in order, without a gap."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capweb.accounts.acting import acting
from capweb.audit.event_types import EVENTS
from capweb.audit.events import events_after
from capweb.http.operations import LARGEST_PAGE_ROWS, PAGE_ROWS, Operation, rows_wanted
from capweb.http.schemas import problems
from capweb.kernel.errors import FieldError, FieldErrors

_MOST_DIGITS: Final = 18


class Event(serializers.Serializer[Any]):
    """One event. What `was` and `became` hold depends on the type; amounts in them are texts."""

    position = serializers.IntegerField(help_text="1, 2, 3 … for each insurer, without a gap; never changes.")
    type = serializers.ChoiceField(choices=list(EVENTS))
    subject = serializers.CharField(help_text="Public id of what it happened to.")
    booked_on = serializers.DateField(help_text="The business day.")
    recorded_at = serializers.DateTimeField(help_text="When it was written; may be earlier than the event before.")
    actor = serializers.CharField()
    was = serializers.DictField(allow_null=True)
    became = serializers.DictField(allow_null=True)


class Events(Operation):
    """The insurer's events after a position."""

    right = "events.read"
    scope = "events:read"

    @extend_schema(
        operation_id="list_events",
        summary="Read the stream of events from a position on",
        description=(
            "Remember the last position that you have worked off and ask for what comes after it. Positions of your "
            "insurer follow each other without a gap and never change, so nothing is missed and nothing comes twice. "
            "An event has its place within seconds of what it tells. The types: docs/event-types.md."
        ),
        parameters=[
            OpenApiParameter(
                "after", int, description="The last position that you know; 0, or left out: from the first."
            ),
            OpenApiParameter(
                "limit", int, description=f"At most so many rows: 1 to {LARGEST_PAGE_ROWS}, else {PAGE_ROWS}."
            ),
        ],
        responses={
            200: inline_serializer(
                "EventPage",
                {
                    "results": Event(many=True),
                    "after": serializers.IntegerField(help_text="What to ask after next time."),
                    "has_more": serializers.BooleanField(help_text="Whether there is more already."),
                },
            ),
            **problems(422),
        },
    )
    def get(self, request: Request) -> Response:
        limit, after = rows_wanted(request), _position(request)
        with acting(self.actor):
            rows = events_after(self.actor.insurer_id, after, limit=limit + 1)
        shown = rows[:limit]
        return Response(
            {
                "results": Event(shown, many=True).data,
                "after": shown[-1].position if shown else after,
                "has_more": len(rows) > limit,
            }
        )


def _position(request: Request) -> int:
    text = request.query_params.get("after", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        message = _("A position is a whole number; 0 begins at the first event.")
        raise FieldErrors([FieldError("after", message, code="position_unreadable")])
    return int(text)
