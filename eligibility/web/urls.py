"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from eligibility.web import law, ratings, simulator

urlpatterns: list[URLPattern | URLResolver] = [
    path("law", law.Law.as_view(), name="law"),
    path("law/compare", law.LawCompared.as_view(), name="law_compare"),
    path("law/history/<path:path>", law.LawHistory.as_view(), name="law_history"),
    path("law/ratings", ratings.Ratings.as_view(), name="ratings"),
    path("simulator", simulator.Simulator.as_view(), name="simulator"),
]
