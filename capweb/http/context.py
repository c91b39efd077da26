"""What every page shows around its content: the business day, the acting member, the other memberships, the way about.

Everything is read only when a template asks for it, so an answer that is no whole page pays nothing.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from capweb import clock
from capweb.http import navigation
from capweb.http.sessions import membership_of, memberships_of


def installation(request: HttpRequest) -> dict[str, object]:
    """Context of every page.

    `installation` (is_sandbox, business_day), `actor` (falsy before sign-in), `membership` (the one acting),
    `memberships` (all of the person), `navigation` (sections of entries this role may open, the current one marked).
    """
    return {
        "installation": SimpleLazyObject(clock.installation),
        "actor": getattr(request, "actor", None),
        "membership": SimpleLazyObject(lambda: membership_of(request)),
        "memberships": SimpleLazyObject(lambda: memberships_of(request)),
        "navigation": SimpleLazyObject(lambda: navigation.sections(request)),
    }
