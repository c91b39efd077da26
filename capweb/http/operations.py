"""What every operation of the API has in common: its actor, the business day, exact JSON, pages by cursor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from capweb import clock
from capweb.accounts.actor import Actor
from capweb.http.bodies import ExactJsonParser
from capweb.kernel.errors import FieldError, FieldErrors

PAGE_ROWS: Final = 100
LARGEST_PAGE_ROWS: Final = 1_000


class Operation(APIView):
    """A view for an insurer's actors; `self.on` is the business day, read once."""

    parser_classes = (ExactJsonParser,)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @cached_property
    def on(self) -> date:
        return clock.business_day()


def actor_of(request: Request) -> Actor:
    """The insurer's actor that permissions have let in."""
    actor: object = request.user
    assert isinstance(actor, Actor)
    return actor


def rows_wanted(request: Request) -> int:
    """How many rows of a list the caller wants (`limit`). Raises FieldErrors."""
    text = request.query_params.get("limit", str(PAGE_ROWS))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE_ROWS):
        message = _("Ask for 1 to %(largest)s rows.") % {"largest": LARGEST_PAGE_ROWS}
        raise FieldErrors([FieldError("limit", message, code="limit_out_of_range")])
    return int(text)


def next_page(request: Request, cursor: str | int | None) -> str | None:
    """The address of the page after this one; None when there is none."""
    if cursor is None:
        return None
    kept: Mapping[str, str] = {**request.query_params.dict(), "cursor": str(cursor)}
    return f"{request.path}?{urlencode(kept)}"
