"""Addresses of this room's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reinsurance.api import books, settlement

urlpatterns: list[URLPattern | URLResolver] = [
    path("envelopes", books.Envelopes.as_view(), name="envelopes"),
    path("envelopes/run-off", books.RunOff.as_view(), name="run_off"),
    path("envelopes/alerts", books.CeilingAlerts.as_view(), name="ceiling_alerts"),
    path("treaties", books.Treaties.as_view(), name="treaties"),
    path("treaties/<slug:public_id>", books.Treaty.as_view(), name="treaty"),
    path("ledger/entries", books.Entries.as_view(), name="ledger_entries"),
    path("settlements", settlement.Settlements.as_view(), name="settlements"),
    path("settlements/statements", settlement.Statements.as_view(), name="state_accounts"),
    path("settlements/payments", settlement.Payments.as_view(), name="book_payments"),
    path("bordereau-answers", settlement.LineAnswers.as_view(), name="answer_bordereau_lines"),
]
