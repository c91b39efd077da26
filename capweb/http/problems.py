"""Errors as answers: RFC 9457 problem+json for the API, messages for pages, constraints by name.

`type` is stable (`/problems/<code>`), `code` is its last part, `errors` lists fields. Anything that is not anticipated
stays loud: it is not caught here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from capweb.kernel.errors import DomainError, FieldErrors

MEDIA_TYPE = "application/problem+json"

# What refuses a status that does not follow (policies.domain.moves) is called after its thing.
MOVE_REFUSED: Final = "_move_allowed"
# Constraint name → the code under which its violation is answered. Everything else is a bug and stays a 500.
CONSTRAINTS = {
    "offer_one_live_per_request": "offer_already_live",
    "guarantee_terms_do_not_overlap": "terms_overlap",
    "claim_one_under_way_per_buyer": "claim_under_way",
    "account_not_overdrawn": "ceiling_reached",
}


OWN_MEMBERS: Final = frozenset({"type", "status", "code", "title", "detail", "errors"})


def problem(
    *, status: int, code: str, title: str, detail: str, errors: list[dict[str, object]] | None = None, **more: object
) -> dict[str, object]:
    """The body of a problem+json answer."""
    body: dict[str, object] = {
        "type": f"/problems/{code}",
        "code": code,
        "title": title,
        "status": status,
        "detail": detail,
        **{key: _plain(value) for key, value in more.items()},
    }
    if errors is not None:
        body["errors"] = errors
    return body


def of_domain_error(error: DomainError) -> dict[str, object]:
    """The problem that tells an anticipated error; a fact that bears the name of one of its own members gives way."""
    errors = [e.as_dict() for e in error.errors] if isinstance(error, FieldErrors) else None
    title = _("The request cannot be carried out.") if errors is None else _("Some fields cannot be taken.")
    facts = {name: value for name, value in error.facts.items() if name not in OWN_MEMBERS}
    return problem(status=error.status, code=error.code, title=str(title), detail=error.message, errors=errors, **facts)


def exception_handler(error: Exception, context: dict[str, object]) -> Response | None:
    """DRF's handler: anticipated errors become problem+json, the rest is raised."""
    body = _body(error)
    if body is None:
        return None
    set_rollback()
    response = Response(body, status=int(str(body["status"])), content_type=MEDIA_TYPE)
    if isinstance(error, exceptions.APIException) and getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    return response


def _body(error: Exception) -> dict[str, object] | None:
    if isinstance(error, DomainError):
        return of_domain_error(error)
    if isinstance(error, Http404):
        return problem(status=404, code="not_found", title=_("Not found"), detail=_("There is no such object here."))
    if isinstance(error, PermissionDenied):
        return problem(status=403, code="forbidden", title=_("Not allowed"), detail=str(error) or _("Not allowed."))
    if isinstance(error, exceptions.APIException):
        return problem(
            status=error.status_code,
            code=str(error.default_code),
            title=str(error.default_detail),
            detail=str(error.detail) if not isinstance(error.detail, dict) else str(error.default_detail),
        )
    if isinstance(error, IntegrityError):
        return _of_constraint(error)
    return None


def _of_constraint(error: IntegrityError) -> dict[str, object] | None:
    cause = error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    code = "illegal_move" if name is not None and name.endswith(MOVE_REFUSED) else CONSTRAINTS.get(name or "")
    if code is None:
        return None
    return problem(
        status=409,
        code=code,
        title=_("The books refuse this."),
        detail=_("The rule %(rule)s would be broken; nothing was written.") % {"rule": name},
    )


def json_problem(*, status: int, code: str, title: str, detail: str) -> HttpResponse:
    """A problem+json answer outside DRF."""
    return JsonResponse(
        problem(status=status, code=code, title=title, detail=detail), status=status, content_type=MEDIA_TYPE
    )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
