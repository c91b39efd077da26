"""Whether the actor may enter: one right a view, and for clients one scope.

A view names `right` (and `scope` for the API); a view without a right lets nobody in, so that forgetting is safe.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from capweb.accounts.actor import Actor, NotAllowed, PlatformActor


class ActorMay(BasePermission):
    """The role gives the view's `right`, and a client's token carries the view's `scope`.

    `rights` may name a right for each HTTP method; `platform` views are for platform actors, all others for an
    insurer's actors.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        actor = request.user
        if getattr(view, "is_public", False):
            return True
        by_method: dict[str, str] = getattr(view, "rights", {})
        right = by_method.get(request.method or "", getattr(view, "right", None))
        if right is None or not isinstance(actor, Actor | PlatformActor) or not actor.may(right):
            return False
        if isinstance(actor, PlatformActor):
            return bool(getattr(view, "for_platform", False))
        scopes: dict[str, str] = getattr(view, "scopes", {})
        scope = scopes.get(request.method or "", getattr(view, "scope", None))
        return actor.scopes is None or (scope is not None and scope in actor.scopes)


class ActorView(AccessMixin):
    """Mixin for pages: signed in, with a membership whose role gives `right`; `self.actor` is set.

    `for_platform` opens a page to reinsurer and operator; other pages are for an insurer's actors only.
    """

    right: str
    for_platform = False
    for_insurers = True
    actor: Actor | PlatformActor

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        actor = request.actor  # type: ignore[attr-defined]
        if not actor:
            return redirect("no_membership")
        is_platform = not hasattr(actor, "insurer_id")
        if not actor.may(self.right) or not (self.for_platform if is_platform else self.for_insurers):
            raise PermissionDenied
        self.actor = actor
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        except NotAllowed as refused:
            # What the page's own right does not give, a command still refuses.
            raise PermissionDenied(refused.message) from refused


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages that any signed-in person may open (choosing a membership, changing the language)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect("account_login")
        return view(request, *args, **kwargs)

    return guarded
