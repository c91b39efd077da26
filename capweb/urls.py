"""Every address of the product, room by room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from oauth2_provider.views import TokenView

from capweb.desk.web import views as desk
from capweb.http import health

api_v1: list[URLPattern | URLResolver] = [
    path("", include("eligibility.api.urls")),
    path("", include("policies.api.urls")),
    path("", include("reinsurance.api.urls")),
    path("", include("capweb.desk.api.urls")),
    path("schema", SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]), name="schema"),
    path(
        "docs",
        SpectacularSwaggerView.as_view(url_name="api:schema", permission_classes=[], authentication_classes=[]),
        name="docs",
    ),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", desk.home, name="home"),
    path("no-membership", desk.no_membership, name="no_membership"),
    path("membership", desk.switch_membership, name="switch_membership"),
    path("language", set_language, name="set_language"),
    path("sign-in/", include("allauth.account.urls")),
    path("sign-in/second-factor/", include("allauth.mfa.urls")),
    path("oauth/token", TokenView.as_view(), name="oauth_token"),
    path("api/v1/", include((api_v1, "api"))),
    path("", include(("eligibility.web.urls", "eligibility"))),
    path("", include(("policies.web.urls", "policies"))),
    path("", include(("reinsurance.web.urls", "reinsurance"))),
]
