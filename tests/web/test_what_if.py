"""What if, as a senior underwriter sees it: a leaf put into a draft, mistakes by their lines, the report, its files."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eligibility.domain import draft_law
from policies.commands.what_if import Wish, ask_what_if, work_at
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

RUNS = "/what-if-runs"
NEW = "/what-if-runs/new"
CATEGORY_1 = "substitution/domestic/maximum/category_1"
PROBABILITY = "substitution/domestic/default_probability_maximum"
# The buyer of the guarantee in force has a default probability of 4 %.
NARROW = draft_law.text_of_leaf(PROBABILITY).replace('"0.06"', '"0.03"')


@pytest.fixture(scope="module")
def run(books):
    """A finished run under which the guarantee in force would be lost."""
    senior = books.cast.actor(role="senior_underwriter")
    public_id = ask_what_if(senior, Wish(title="Fenêtre étroite", draft=NARROW), on=OPENING_DAY)
    assert not work_at(senior, public_id, holder="test")
    return public_id


def post(browser, **more):
    return browser.post(NEW, {"day": OPENING_DAY.isoformat(), "title": "", "draft": "", "leaf": "", **more})


@pytest.mark.parametrize("who", ["senior underwriter", "administrator", "accountant"])
def test_those_with_the_right_find_it_in_their_menu(books, who):
    browser = signed_in(who)
    assert browser.get(RUNS).status_code == 200
    assert browser.get(NEW).status_code == 200
    assert 'href="/what-if-runs"' in browser.get(RUNS).content.decode()


@pytest.mark.parametrize("who", ["underwriter", "auditor", "broker", "operator", "reinsurer"])
def test_others_do_not(run, who):
    browser = signed_in(who)
    for path in (RUNS, NEW, f"{RUNS}/{run}", f"{RUNS}/{run}/report.xlsx", f"{RUNS}/{run}/lines.csv"):
        assert browser.get(path).status_code == 403
    assert post(browser, draft=NARROW).status_code == 403


def test_another_insurer_finds_no_such_run(run):
    browser = signed_in("other insurer")
    assert browser.get(f"{RUNS}/{run}").status_code in (403, 404)


def test_a_leaf_of_the_law_is_put_into_the_draft_beside_what_is_there(books):
    answer = post(signed_in("administrator"), insert="1", leaf=CATEGORY_1, draft="leaf: x/y\ntitle: mine")
    draft = answer.context["form"]["draft"].value()
    assert draft.startswith("leaf: x/y\ntitle: mine\n---\nleaf: substitution/domestic/maximum/category_1\n")


def test_mistakes_of_a_draft_are_shown_by_their_lines(books):
    answer = post(signed_in("administrator"), draft=NARROW.replace('value: "0.03"', "value: 0.03"))
    assert answer.status_code == 422
    error = answer.context["form"].draft_errors[0]
    assert error.written == "value: 0.03"
    assert error.line == NARROW.split("\n").index('    value: "0.03"') + 1
    assert f"ligne {error.line}" in text_of(answer)


def test_a_draft_sent_as_a_file_is_tried(books):
    file = SimpleUploadedFile("projet.yaml", NARROW.encode("utf-8"))
    answer = post(signed_in("senior underwriter"), file=file)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/what-if-runs/wif_")


def test_a_bad_file_comes_back_as_text_to_be_mended(books):
    file = SimpleUploadedFile("projet.yaml", NARROW.replace("unit:", "unot:").encode("utf-8"))
    answer = post(signed_in("senior underwriter"), file=file)
    assert "unot:" in answer.context["form"]["draft"].value()


def test_the_law_as_it_is_is_told(books):
    answer = post(signed_in("senior underwriter"))
    assert answer.status_code == 422
    assert "C’est le droit tel qu’il est" in text_of(answer)


def test_a_day_gone_by_is_told_at_its_field(books):
    answer = post(signed_in("senior underwriter"), day="2020-06-01", draft=NARROW)
    assert answer.context["form"].errors["day"]


def test_a_reading_is_chosen_from_the_questions_of_the_book(books):
    answer = post(signed_in("senior underwriter"), reading_complement_multiple="parity")
    page = signed_in("senior underwriter").get(answer["Location"])
    assert "Simulation au 15/06/2020" in text_of(page)
    assert page.context["run"].readings == {"complement_multiple": "parity"}


def test_a_run_under_way_asks_for_its_progress_and_can_be_cancelled(books):
    browser = signed_in("senior underwriter")
    address = post(browser, draft=NARROW, title="à annuler")["Location"]
    page = browser.get(address).content.decode()
    assert f'hx-get="{address}/progress"' in page
    assert "HX-Refresh" not in browser.get(f"{address}/progress")
    assert browser.post(f"{address}/cancel").status_code == 302
    assert browser.get(f"{address}/progress")["HX-Refresh"] == "true"
    assert "a été annulée" in text_of(browser.get(address))
    assert "déjà terminée" in text_of(browser.post(f"{address}/cancel", follow=True))


def test_the_report_says_what_would_be_lost_and_by_which_text(books, run):
    page = text_of(signed_in("senior underwriter").get(f"{RUNS}/{run}"))
    for what in ("Fenêtre étroite", "Perdues", "−47 500 €", "Décret n° 2020-397", "Par note de l’assureur"):
        assert what in page
    assert "0 € au lieu de 50 000 €" in page


def test_the_list_shows_what_was_tried(run):
    page = text_of(signed_in("administrator").get(RUNS))
    assert "Fenêtre étroite" in page
    assert PROBABILITY in page


def test_the_workbook_holds_summary_groups_and_lines_as_numbers(books, run):
    answer = signed_in("accountant").get(f"{RUNS}/{run}/report.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    names = ["Synthèse", "Par assureur", "Par produit", "Par zone tarifaire", "Par pays de l’acheteur"]
    assert book.sheetnames[:5] == names
    lines = book["Garanties"]
    heads = [cell.value for cell in lines[1]]
    (row,) = [[cell.value for cell in cells] for cells in lines.iter_rows(min_row=2)]
    shown = dict(zip(heads, row, strict=True))
    assert shown["Garantie"] == books.guarantee
    assert shown["Engagement cédé avant"] == 47500
    assert lines.freeze_panes == "D2"
    product = book["Par produit"]
    assert [cell.value for cell in product[2]][:3] == ["CAP+", 1, 1]
    assert product.page_setup.orientation == "landscape"


def test_the_csv_is_written_for_the_readers_spreadsheet(books, run):
    answer = signed_in("senior underwriter").get(f"{RUNS}/{run}/lines.csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0].startswith("N°;Assureur;Garantie;")
    assert books.guarantee in rows[1]
    assert ";47500,00;" in rows[1]


def test_files_of_a_run_that_is_not_done_are_not_there(books):
    browser = signed_in("senior underwriter")
    address = post(browser, draft=NARROW, title="encore ouverte")["Location"]
    assert browser.get(f"{address}/report.xlsx").status_code == 404
    assert browser.get(f"{address}/lines.csv").status_code == 404


def test_the_list_costs_what_it_costs_however_many_runs(books, run, django_assert_max_num_queries):
    browser = signed_in("senior underwriter")
    browser.get(RUNS)
    with django_assert_max_num_queries(16):
        browser.get(RUNS)
