"""Addresses of the ground's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from capweb.desk.api import events

urlpatterns: list[URLPattern | URLResolver] = [
    path("events", events.Events.as_view(), name="events"),
]
