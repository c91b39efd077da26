"""Who calls the API: an OAuth client's token, or the session of a signed-in person.

Either way `request.user` becomes the actor: the API has no other notion of a user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.oauth2_backends import OAuthLibCore
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from capweb.accounts.actor import Actor, PlatformActor
from capweb.accounts.queries import memberships
from capweb.http.sessions import actor_of

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class _HeaderOnly(OAuthLibCore):  # type: ignore[misc]  # the library is not typed
    """Reads nothing of the body for somebody who may not be let in."""

    def extract_body(self, request: HttpRequest) -> dict[str, str]:  # noqa: ARG002
        return {}


class ClientAuthentication(BaseAuthentication):
    """Bearer token of the client credentials grant; the client must be bound to an insurer."""

    def authenticate(self, request: Request) -> tuple[Actor, object] | None:
        # In the header and nowhere else: addresses are written to logs (RFC 9700, 4.3.2).
        if not request.headers.get("Authorization", "").casefold().startswith("bearer "):
            return None
        is_valid, answer = _HeaderOnly().verify_request(request._request, scopes=[])
        if not is_valid:
            return None
        token = answer.access_token
        actor = memberships.of_client(token.application_id, scopes=frozenset(token.scope.split()))
        if actor is None:
            raise AuthenticationFailed(_("This client is bound to no insurer. An administrator can bind it."))
        return actor, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
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

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:  # noqa: ARG002
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": settings.OAUTH2_PROVIDER["SCOPES"]}},
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """The scope that the operation asks for, as `ActorMay` reads it from the view."""
        view = auto_schema.view
        scope = getattr(view, "scopes", {}).get(auto_schema.method, getattr(view, "scope", None))
        return {self.name: [scope] if scope else []}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "capweb.http.authentication.SessionActorAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
