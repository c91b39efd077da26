"""What every page may show about the installation: sandbox or not, the business day, the acting member."""

from __future__ import annotations

from django.http import HttpRequest

from capweb import clock


def installation(request: HttpRequest) -> dict[str, object]:
    """Context of every page: `installation` (is_sandbox, business_day) and `actor` (None before sign-in)."""
    return {"installation": clock.installation(), "actor": getattr(request, "actor", None)}
