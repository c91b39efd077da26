"""Addresses of this room's pages."""

from django.urls import URLPattern, URLResolver, path

from reinsurance.web import allotments, pages, treaty

urlpatterns: list[URLPattern | URLResolver] = [
    path("envelopes", pages.Envelopes.as_view(), name="envelopes"),
    path("envelopes/parts", allotments.Allotments.as_view(), name="allotments"),
    path("treaties", pages.Treaties.as_view(), name="treaties"),
    path("treaties/<slug:public_id>", treaty.TreatyPage.as_view(), name="treaty"),
    path("journal", pages.Entries.as_view(), name="entries"),
]
