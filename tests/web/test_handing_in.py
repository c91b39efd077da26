"""Handing in: one request with its errors at their fields, a file with one outcome a row, the bad rows to mend."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policies.commands.decide_limit_requests import decide_submission
from policies.web.forms import NewRequestForm
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of


def typed(who, whom, **more):
    return {
        "key": NewRequestForm.fresh().initial["key"],
        "policy_number": who.policy_number,
        "buyer_country": whom.country,
        "buyer_identifier": whom.identifier,
        "requested_total": "50 000,00",
        **more,
    }


@pytest.fixture
def pair(books):
    who = make.client(books.underwriter, broker_id=books.broker.organisation_id)
    whom = make.buyer(books.underwriter)
    make.notice(books.underwriter, who, whom)
    return who, whom


def test_one_request_is_judged_at_once(books, pair):
    answer = signed_in("broker").post(reverse("policies:new_request"), typed(*pair), follow=True)
    assert answer.resolver_match.view_name == "policies:request"
    assert answer.context["line"].status == "offered"


def test_a_second_press_of_the_button_is_the_same_request(books, pair):
    browser, data = signed_in("broker"), typed(*pair)
    first = browser.post(reverse("policies:new_request"), data)
    assert browser.post(reverse("policies:new_request"), data)["Location"] == first["Location"]


def test_errors_stand_at_their_fields_in_french(books, pair):
    data = typed(*pair, buyer_identifier="12345678", requested_total="beaucoup")
    answer = signed_in("broker").post(reverse("policies:new_request"), data)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "Un SIREN a neuf chiffres" in errors["buyer_identifier"][0]
    assert "beaucoup n’est pas un montant" in errors["requested_total"][0]


def test_what_the_books_refuse_is_told_at_its_field_and_may_be_mended(books, pair):
    who, whom = pair
    answer = signed_in("other broker").post(reverse("policies:new_request"), typed(who, whom))
    assert "vous n’en avez pas le mandat" in answer.context["form"].errors["policy_number"][0]
    key = answer.context["form"]["key"].value()
    mended = signed_in("broker").post(reverse("policies:new_request"), typed(who, whom, key=key))
    assert mended.status_code == 302


def send(browser, content, *, name="demandes.csv"):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return browser.post(reverse("policies:upload"), {"file": file}, follow=True)


def test_a_file_is_stored_decided_and_shown_row_by_row(books, pair):
    content = make.csv_of([make.row_for(*pair, reference="une")])
    browser = signed_in("broker")
    answer = send(browser, content)
    assert answer.resolver_match.view_name == "policies:submission"
    progress = answer.context["progress"]
    assert (progress.status, progress.settled) == ("waiting", 0)
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    part = reverse("policies:submission_progress", args=[progress.public_id])
    assert "HX-Refresh" not in browser.get(part)
    decide_submission(books.broker, progress.public_id, on=OPENING_DAY, holder="test")
    done = browser.get(part)
    assert done["HX-Refresh"] == "true"
    assert "hx-trigger" not in done.content.decode()
    rows = browser.get(reverse("policies:submission", args=[progress.public_id])).context["rows"]
    assert [row.row.outcome for row in rows] == ["offered"]


def test_the_same_file_again_is_the_same_submission(books, pair):
    content = make.csv_of([make.row_for(*pair, reference="deux")])
    browser = signed_in("broker")
    first, second = send(browser, content), send(browser, content)
    assert first.context["progress"].public_id == second.context["progress"].public_id
    assert "déjà été remis" in text_of(second)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00\x01\x02", "ne contient pas de texte"),
        (b"reference;police\nx;y\n", "Il manque à demandes.csv ces colonnes"),
        (b"%PDF-1.7 ...", "quel que soit son nom"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(books, content, told):
    answer = send(signed_in("broker"), content)
    assert answer.status_code == 422
    assert told in text_of(answer)


def test_bad_rows_are_filtered_and_downloaded_with_their_reasons(books):
    browser = signed_in("broker")
    address = reverse("policies:submission", args=[books.submission])
    rows = browser.get(address, {"outcome": "failed"}).context["rows"]
    assert [row.row.outcome for row in rows] == ["failed"]
    answer = browser.get(reverse("policies:submission_errors", args=[books.submission]))
    assert answer["Content-Disposition"].endswith('-errors.csv"')
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert table[0][:2] == ["ligne", "référence"]
    assert len(table) == 2
    assert "Aucune décision sur cet acheteur" in table[1][-1]


def test_the_bad_rows_can_be_sent_again_as_they_came(books):
    browser = signed_in("broker")
    content = browser.get(reverse("policies:submission_errors", args=[books.submission])).content
    answer = send(browser, content, name="corrigé.csv")
    assert answer.context["progress"].row_count == 1


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(books):
    rows = b"reference,policy_number,buyer_identifier,requested_total\n=1+1,@SUM(A1),123,5\n"
    browser = signed_in("broker")
    submission = send(browser, rows).context["progress"].public_id
    text = browser.get(reverse("policies:submission_errors", args=[submission])).content.decode("utf-8-sig")
    assert ";'=1+1;'@SUM(A1);" in text


def test_the_example_is_a_file_that_the_door_understands(books):
    browser = signed_in("broker")
    example = browser.get(reverse("policies:upload_example")).content
    assert send(browser, example, name="exemple.csv").context["progress"].row_count == 1
