"""Addresses of this room's pages."""

from django.urls import URLPattern, URLResolver, path

from reinsurance.web import (
    allotments,
    answers,
    bordereaux,
    memorandum,
    pages,
    seals,
    settlement,
    t_accounts,
    technical_accounts,
    treaty,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("envelopes", pages.Envelopes.as_view(), name="envelopes"),
    path("envelopes/parts", allotments.Allotments.as_view(), name="allotments"),
    path("treaties", pages.Treaties.as_view(), name="treaties"),
    path("treaties/<slug:public_id>", treaty.TreatyPage.as_view(), name="treaty"),
    path("journal", pages.Entries.as_view(), name="entries"),
    path("journal/entry", t_accounts.Entry.as_view(), name="entry"),
    path("treaties/<slug:public_id>/accounts", t_accounts.TAccounts.as_view(), name="t_accounts"),
    path(
        "treaties/<slug:public_id>/accounts/<slug:account_class>",
        t_accounts.AccountMovements.as_view(),
        name="account_movements",
    ),
    path("bordereaux", bordereaux.Bordereaux.as_view(), name="bordereaux"),
    path("bordereaux/close", bordereaux.CloseBordereaux.as_view(), name="close_bordereaux"),
    path("closings/<slug:public_id>", bordereaux.ClosingRun.as_view(), name="closing_run"),
    path(
        "bordereaux/<slug:public_id>.json",
        bordereaux.BordereauFile.as_view(),
        kwargs={"form": "json"},
        name="bordereau_json",
    ),
    path(
        "bordereaux/<slug:public_id>.csv",
        bordereaux.BordereauFile.as_view(),
        kwargs={"form": "csv"},
        name="bordereau_csv",
    ),
    path(
        "bordereaux/<slug:public_id>.xlsx",
        bordereaux.BordereauFile.as_view(),
        kwargs={"form": "xlsx"},
        name="bordereau_xlsx",
    ),
    path("bordereaux/<slug:public_id>", bordereaux.Bordereau.as_view(), name="bordereau"),
    path("technical-accounts", technical_accounts.TechnicalAccounts.as_view(), name="technical_accounts"),
    path("technical-accounts/<slug:public_id>.pdf", technical_accounts.StatementPdf.as_view(), name="statement_pdf"),
    path(
        "technical-accounts/<slug:public_id>", technical_accounts.TechnicalAccount.as_view(), name="technical_account"
    ),
    path("loss-advices/<slug:public_id>.pdf", technical_accounts.LossAdvicePdf.as_view(), name="loss_advice_pdf"),
    path("answers", answers.Answers.as_view(), name="answers"),
    path("answers/example.csv", answers.AnswersExample.as_view(), name="answers_example"),
    path("answers/<slug:public_id>", answers.AnsweredLines.as_view(), name="answered_lines"),
    path("answers/<slug:public_id>/<int:number>", answers.AnswerLine.as_view(), name="answer_line"),
    path("settlement", settlement.Settlement.as_view(), name="settlement"),
    path("seals", seals.Seals.as_view(), name="seals"),
    path("seals/checkpoint", seals.CheckpointFile.as_view(), name="checkpoint_file"),
    path("seals/entry", seals.EntryProof.as_view(), name="entry_proof"),
    path("memorandum", memorandum.Memorandum.as_view(), name="memorandum"),
]
