"""Addresses of this room's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from eligibility.api import simulations

urlpatterns: list[URLPattern | URLResolver] = [
    path("simulations", simulations.Simulations.as_view(), name="simulations"),
]
