"""Who sits at the browser: the membership chosen in this session, as `request.actor`.

A session acts for exactly one insurer. A person with several memberships (a broker working with three insurers)
switches; a person with one never has to choose.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.queries import memberships

SESSION_KEY = "membership"


class ActorMiddleware:
    """Sets `request.actor`: an Actor, a PlatformActor, or None for a visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor | PlatformActor | None:
    """The actor of this session; the first active membership where none was chosen yet."""
    membership = membership_of(request)
    return membership.actor if membership else None


def membership_of(request: HttpRequest) -> memberships.MembershipRow | None:
    """The membership in which this session acts, None for a visitor and for a person without any."""
    own = memberships_of(request)
    chosen = request.session.get(SESSION_KEY) if own else None
    for membership in own:
        if membership.public_id == chosen:
            return membership
    if not own:
        return None
    request.session[SESSION_KEY] = own[0].public_id
    return own[0]


def memberships_of(request: HttpRequest) -> list[memberships.MembershipRow]:
    """The active memberships of the person at the browser, read once a request."""
    if not request.user.is_authenticated:
        return []
    if not hasattr(request, "_memberships"):
        request._memberships = memberships.of_user(request.user.pk)  # type: ignore[attr-defined]
    own: list[memberships.MembershipRow] = request._memberships  # type: ignore[attr-defined]
    return own


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """People are entered by an administrator; nobody signs up by himself."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
