"""Addresses of this room's API, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reinsurance.api import books, bordereaux, seals, settlement

urlpatterns: list[URLPattern | URLResolver] = [
    path("envelopes", books.Envelopes.as_view(), name="envelopes"),
    path("envelopes/run-off", books.RunOff.as_view(), name="run_off"),
    path("envelopes/alerts", books.CeilingAlerts.as_view(), name="ceiling_alerts"),
    path("treaties", books.Treaties.as_view(), name="treaties"),
    path("treaties/<slug:public_id>", books.Treaty.as_view(), name="treaty"),
    path("ledger/entries", books.Entries.as_view(), name="ledger_entries"),
    path("bordereaux", bordereaux.Bordereaux.as_view(), name="bordereaux"),
    path("bordereaux/<slug:public_id>.json", bordereaux.BordereauJson.as_view(), name="bordereau_json"),
    path("bordereaux/<slug:public_id>.csv", bordereaux.BordereauCsv.as_view(), name="bordereau_csv"),
    path("bordereaux/<slug:public_id>.xlsx", bordereaux.BordereauXlsx.as_view(), name="bordereau_xlsx"),
    path("bordereaux/<slug:public_id>", bordereaux.BordereauOperation.as_view(), name="bordereau"),
    path("technical-accounts", bordereaux.TechnicalAccounts.as_view(), name="technical_accounts"),
    path("technical-accounts/<slug:public_id>.pdf", bordereaux.StatementPdf.as_view(), name="statement_pdf"),
    path(
        "technical-accounts/<slug:public_id>",
        bordereaux.TechnicalAccountOperation.as_view(),
        name="technical_account",
    ),
    path("seals/checkpoints", seals.Checkpoints.as_view(), name="checkpoints"),
    path("seals/proof", seals.Proof.as_view(), name="seal_proof"),
    path("loss-advices", bordereaux.LossAdvices.as_view(), name="loss_advices"),
    path("settlements", settlement.Settlements.as_view(), name="settlements"),
    path("settlements/statements", settlement.Statements.as_view(), name="state_accounts"),
    path("settlements/payments", settlement.Payments.as_view(), name="book_payments"),
    path("bordereau-answers", settlement.LineAnswers.as_view(), name="answer_bordereau_lines"),
]
