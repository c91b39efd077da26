"""The pages of settlement: the reinsurer answers line by line, the accountant states and pays, each figure leads on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from capweb.accounts.acting import acting
from capweb.accounts.commands.enter_people import begin_sandbox
from reinsurance.models import AccountAdvice, AccountStatement, LineAnswer, Payment
from tests.closing import SPRING, SUMMER, close, live_through_2020, substitution_of
from tests.visitors import signed_in, text_of

TODAY = date(2021, 1, 15)


@pytest.fixture
def world(committed, cast):
    begin_sandbox(TODAY)
    accountant = live_through_2020(cast)
    return accountant, {kind: one.public_id for kind, one in close(accountant, SPRING).items()}


def _answers(actor):
    with acting(actor):
        return list(LineAnswer.objects.order_by("id").values_list("answer", "reason"))


def test_the_reinsurer_answers_a_line_in_place_and_the_insurer_reads_it(world):
    accountant, bordereaux = world
    ccr = signed_in("reinsurer")
    address = reverse("reinsurance:answer_line", args=[bordereaux["premium"], 1])
    answer = ccr.post(
        address, {"answer": "disputed", "reason": "ratio", "note": "95 ?"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<tr")
    assert "95 ?" in text_of(answer)
    # A dispute without a reason changes nothing and says so in the line.
    again = ccr.post(address, {"answer": "disputed"}, headers={"HX-Request": "true"})
    assert 'role="alert"' in again.content.decode()
    assert _answers(accountant) == [("disputed", "ratio")]
    page = signed_in("accountant").get(reverse("reinsurance:answered_lines", args=[bordereaux["premium"]]))
    assert "95 ?" in text_of(page)


def test_everything_that_the_filter_finds_is_answered_at_once(world):
    accountant, bordereaux = world
    address = reverse("reinsurance:answered_lines", args=[bordereaux["premium"]])
    assert signed_in("reinsurer").post(address, {"answer": "acknowledged"}).status_code == 302
    assert {answer for answer, _ in _answers(accountant)} == {"acknowledged"}
    for who in ("accountant", "operator"):
        assert signed_in(who).post(address, {"answer": "acknowledged"}).status_code == 403


def test_a_file_of_answers_is_taken_and_its_bad_rows_told(world):
    accountant, bordereaux = world
    content = (
        "bordereau;ligne;réponse;motif;note\r\n"
        f"{bordereaux['premium']};1;acceptée;;\r\n"
        f"{bordereaux['premium']};2;contestée;;\r\n"
        f"{bordereaux['premium']};999;acceptée;;\r\n"
        "bdx_nobody;x;peut-être;;\r\n"
    ).encode("cp1252")
    file = SimpleUploadedFile("reponses.csv", content)
    page = signed_in("reinsurer").post(reverse("reinsurance:answers"), {"file": file})
    assert page.status_code == 200
    assert [row.line for row in page.context["refused"]] == [3, 4, 5]
    assert page.context["written"] == 1
    assert _answers(accountant) == [("acknowledged", "")]
    bad = SimpleUploadedFile("x.csv", b"a;b\r\n1;2\r\n")
    assert signed_in("reinsurer").post(reverse("reinsurance:answers"), {"file": bad}).status_code == 422


def test_the_accountant_states_and_books_a_payment(world):
    accountant, bordereaux = world
    signed_in("reinsurer").post(
        reverse("reinsurance:answered_lines", args=[bordereaux["premium"]]), {"answer": "acknowledged"}
    )
    rita = signed_in("accountant")
    page = reverse("reinsurance:settlement")
    assert rita.post(page, {"act": "state", "up_to": "2020-12-31"}).status_code == 302
    with acting(accountant):
        statement = AccountStatement.objects.get()
    form = {
        "act": "pay",
        "treaty": substitution_of(accountant),
        "direction": "paid",
        "amount": str(statement.balance).replace(".", ","),
        "paid_on": "2021-01-15",
        "reference": "VIR-1",
    }
    assert rita.post(page, {**form, "paid_on": "2021-01-16"}).status_code == 422
    assert rita.post(page, form).status_code == 302
    with acting(accountant):
        assert Payment.objects.get().amount == statement.balance
    shown = rita.get(page)
    assert shown.context["totals"].open_amount == 0
    for who in ("auditor", "reinsurer"):
        assert signed_in(who).post(page, form).status_code == 403
        assert signed_in(who).get(page).status_code == 200


def test_t_accounts_lead_to_the_entry_and_close_where_they_should(world):
    accountant, _ = world
    close(accountant, SUMMER)
    treaty = substitution_of(accountant)
    rita = signed_in("accountant")
    page = rita.get(reverse("reinsurance:t_accounts", args=[treaty]), {"first": "2020-07-01", "as_of": "2020-09-30"})
    cash = {account.account_class: account for account in page.context["books"][1][1]}
    current = cash["current_account"]
    assert current.opening > 0
    assert current.closing == current.opening + current.credited - current.debited
    # What a T-account says at the end of a day is what it opens with on the next.
    later = rita.get(reverse("reinsurance:t_accounts", args=[treaty]), {"first": "2020-10-01"})
    assert {one.account_class: one.opening for one in later.context["books"][1][1]}[
        "current_account"
    ] == current.closing
    moved = rita.get(
        reverse("reinsurance:account_movements", args=[treaty, "current_account"]),
        {"first": "2020-07-01", "as_of": "2020-09-30"},
    )
    rows = moved.context["rows"]
    assert (
        sum((row.credit or Decimal(0)) - (row.debit or Decimal(0)) for row in rows) == current.closing - current.opening
    )
    entry = rita.get(reverse("reinsurance:entry"), {"key": rows[0].entry})
    assert entry.status_code == 200
    assert rita.get(reverse("reinsurance:account_movements", args=[treaty, "nothing"])).status_code == 404
    assert signed_in("reinsurer").get(reverse("reinsurance:t_accounts", args=[treaty])).status_code == 200
    assert rita.get(reverse("reinsurance:entry"), {"key": "nothing"}).status_code == 404


def test_an_advice_is_entered_by_its_reinsurer(world):
    page = reverse("reinsurance:memorandum")
    form = {
        "account": "ccr/domestic/substitution",
        "code": "result_advised",
        "amount": "1000,00",
        "effective_on": "2020-12-31",
        "reference": "CCR-1",
    }
    ccr = signed_in("reinsurer")
    assert ccr.post(page, {**form, "code": "reserve_used"}).status_code == 422
    assert ccr.post(page, form).status_code == 302
    assert AccountAdvice.objects.using("platform").get().reference == "CCR-1"
    assert "CCR-1" in text_of(ccr.get(page))
    assert signed_in("accountant").get(page).status_code == 403


def test_a_page_of_claim_movements_tells_each_row(world):
    content = b"source_key,kind,effective_on\nm1,indemnity,2021-01-15\n"
    rita = signed_in("accountant")
    page = rita.post(reverse("policies:claim_movements"), {"file": SimpleUploadedFile("mouvements.csv", content)})
    assert page.status_code == 200
    (shown,) = page.context["rows"]
    assert {field for field, _ in shown.errors} == {"claim_reference", "guarantee", "delivered_on", "amount"}
    empty = SimpleUploadedFile("x.csv", b"\n")
    assert rita.post(reverse("policies:claim_movements"), {"file": empty}).status_code == 422
    assert rita.get(reverse("policies:claim_movements_example")).status_code == 200
