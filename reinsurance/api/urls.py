"""Addresses of this room's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reinsurance.api import books

urlpatterns: list[URLPattern | URLResolver] = [
    path("envelopes", books.Envelopes.as_view(), name="envelopes"),
    path("treaties", books.Treaties.as_view(), name="treaties"),
    path("ledger/entries", books.Entries.as_view(), name="ledger_entries"),
]
