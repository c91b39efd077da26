"""Who calls the API: an OAuth client's token, or the session of a signed-in person.

Either way `request.user` becomes the actor: the API has no other notion of a user.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.queries import memberships
from capweb.http.sessions import actor_of


class ClientAuthentication(BaseAuthentication):
    """Bearer token of the client credentials grant; the client must be bound to an insurer."""

    def authenticate(self, request: Request) -> tuple[Actor, object] | None:
        answer = OAuth2Authentication().authenticate(request)
        if answer is None:
            return None
        _user, token = answer
        actor = memberships.of_client(token.application_id, scopes=frozenset(token.scope.split()))
        if actor is None:
            raise AuthenticationFailed(_("This client is bound to no insurer. An administrator can bind it."))
        return actor, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionActorAuthentication(BaseAuthentication):
    """The membership of a signed-in person, with CSRF protection on writes."""

    def authenticate(self, request: Request) -> tuple[Actor | PlatformActor, None] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        actor = actor_of(request._request)
        if actor is None:
            raise PermissionDenied(_("You have no active membership. An administrator can give you one."))
        SessionAuthentication().enforce_csrf(request)
        return actor, None


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "capweb.http.authentication.ClientAuthentication"
    name = "client_credentials"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}},
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "capweb.http.authentication.SessionActorAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
