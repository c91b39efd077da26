"""Addresses of this room's pages."""

from django.urls import URLPattern, URLResolver, path

from reinsurance.web import allotments, answers, memorandum, pages, settlement, t_accounts, treaty

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
    path("answers", answers.Answers.as_view(), name="answers"),
    path("answers/example.csv", answers.AnswersExample.as_view(), name="answers_example"),
    path("answers/<slug:public_id>", answers.AnsweredLines.as_view(), name="answered_lines"),
    path("answers/<slug:public_id>/<int:number>", answers.AnswerLine.as_view(), name="answer_line"),
    path("settlement", settlement.Settlement.as_view(), name="settlement"),
    path("memorandum", memorandum.Memorandum.as_view(), name="memorandum"),
]
