"""Addresses of this room."""

from django.urls import URLPattern, URLResolver, path

from eligibility.web import contracts, law, ratings, readings, simulator

urlpatterns: list[URLPattern | URLResolver] = [
    path("law", law.Law.as_view(), name="law"),
    path("law/compare", law.LawCompared.as_view(), name="law_compare"),
    path("law/history", law.LawHistory.as_view(), name="law_history"),
    path("law/ratings", ratings.Ratings.as_view(), name="ratings"),
    path("law/readings", readings.Readings.as_view(), name="readings"),
    path("contracts", contracts.Rows.as_view(), name="contracts"),
    path("contracts/propose", contracts.Propose.as_view(), name="propose_change"),
    path("proposals", contracts.Inbox.as_view(), name="proposals"),
    path("proposals/<slug:public_id>", contracts.Proposal.as_view(), name="proposal"),
    path("proposals/<slug:public_id>/settle", contracts.Settle.as_view(), name="settle_proposal"),
    path("simulator", simulator.Simulator.as_view(), name="simulator"),
]
