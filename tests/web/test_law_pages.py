"""Pages of the law: a day, two days, one value through time, grades side by side; French first, complete in English."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.domain import law_files
from tests.visitors import signed_in, text_of

PAGES = ["law", "law_compare", "ratings", "readings"]


def page(name, who="underwriter", **asked):
    return signed_in(who).get(reverse(f"eligibility:{name}"), asked)


@pytest.mark.parametrize("who", ["underwriter", "auditor", "broker", "reinsurer", "operator"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_signed_in_reads_the_law(books, name, who):
    answer = page(name, who)
    assert answer.status_code == 200
    assert "Droit applicable" in text_of(answer)


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_sent_to_sign_in(books, name):
    assert Client().get(reverse(f"eligibility:{name}"))["Location"].startswith("/sign-in/")


def test_values_are_said_as_people_say_them_with_the_full_figure_beside(books):
    law = text_of(page("law", on="2020-06-15"))
    assert "Droit applicable au 15/06/2020" in law
    assert "10 Md€ 10 000 000 000 €" in law
    assert "Quotité maximale" in law
    assert "80 %" in law
    assert "3 M€ 3 000 000 €" in law


def test_every_leaf_in_force_stands_there_with_its_anchor_proof_and_history(books):
    answer = page("law", on="2021-03-01")
    body = answer.content.decode()
    law = law_files.shipped_law_book().on(date(2021, 3, 1))
    alive = {path: block for path, block in law.blocks.items() if block.state != "none"}
    assert len(alive) > 30
    for path, block in alive.items():
        assert f'id="{path.replace("/", ".")}"' in body, path
        assert block.reference.url.replace("&", "&amp;") in body, path
        assert f"?of={path}&amp;on=2021-03-01" in body, path


def test_what_is_not_set_is_said_plainly(books):
    body = text_of(page("law", on="2021-03-01"))
    assert "Non renseigné ce jour-là" in body
    assert "Plafond CAP+, catégorie 1" in body
    assert "aucune source ne les donne" in body


def test_rival_readings_stand_side_by_side_with_the_one_in_force(books):
    body = text_of(page("law", on="2020-06-15"))
    assert "D-1 Jusqu’où peut aller une garantie complémentaire ?" in body
    assert "la moitié de la garantie primaire, et la parité en plus retenue ici" in body
    assert "la parité seule : autant que la garantie primaire" in body


def test_a_day_that_is_none_is_told_and_todays_law_shown(books):
    body = text_of(page("law", on="2020-02-30"))
    assert "« 2020-02-30 » n’est pas un jour du calendrier" in body
    assert "Droit applicable au 15/06/2020" in body
    for hostile in ["9999-99-99", "<script>", "0001-01-01", "x" * 5000]:
        assert page("law", on=hostile).status_code == 200


def test_the_law_is_complete_in_english(books):
    browser = signed_in("underwriter")
    browser.post(reverse("set_language"), {"language": "en"})
    body = text_of(browser.get(reverse("eligibility:law"), {"on": "2020-06-15"}))
    assert "Law in force on 15 Jun 2020" in body
    assert "€10 bn €10,000,000,000" in body
    assert "How large may a complementary guarantee be?" in body


def test_only_what_differs_is_compared(books):
    body = text_of(page("law_compare", **{"from": "2020-11-26", "to": "2020-11-27"}))
    assert "Garantie complémentaire rapportée à la garantie primaire (Cap Francexport)" in body
    assert "200 %" in body
    assert "Part française minimale" not in body
    everything = text_of(page("law_compare", **{"from": "2020-11-26", "to": "2020-11-27", "all": "1"}))
    assert "Part française minimale" in everything


def test_an_amended_rule_is_one_line_with_both_wordings(books):
    answer = page("law_compare", **{"from": "2020-11-26", "to": "2020-11-27"})
    (amended,) = [line for line in answer.context["rules"] if line.name == "COMPX-01"]
    assert amended.change == "changed"
    assert amended.before.text != amended.after.text


def test_countries_that_close_are_named(books):
    answer = page("law_compare", **{"from": "2022-03-31", "to": "2022-04-01"})
    closed = {line.name: line.after.text for line in answer.context["countries"]}
    assert closed["Allemagne"] == "Fermé"
    assert "Maroc" not in closed


def test_the_same_day_twice_says_that_nothing_differs(books):
    assert "Le droit est le même" in text_of(page("law_compare", **{"from": "2020-06-15", "to": "2020-06-15"}))


def test_the_history_of_a_value_shows_every_block_and_every_rival(books):
    body = text_of(page("law_history", of="envelopes/export/ceiling", on="2020-06-15"))
    for figure in ["1 Md€", "2 Md€", "5 Md€", "non renseigné"]:
        assert figure in body
    assert "en vigueur ce jour-là" in body
    assert "Autre lecture : 2 Md€ de bout en bout" in body


def test_a_value_that_the_book_does_not_have_is_no_page(books):
    for nothing in ["no/such/leaf", "", "../../etc/passwd", "\x00"]:
        assert page("law_history", of=nothing).status_code == 404


def test_a_grade_is_shown_with_those_of_the_same_category(books):
    body = text_of(page("ratings", insurer="euler-hermes", grade="7", on="2020-06-15"))
    assert "Catégorie 2." in body
    assert "59 à 77" in body
    assert "note 8 au cas par cas, 100 000 € au plus" in body
    assert "cela ne dit pas qu’elles se valent" in body


@pytest.mark.parametrize(
    ("grade", "told"),
    [("9", "Hors grille"), ("11", "Ce n’est pas une note de"), ("8", "Au cas par cas"), ("<b>", "Ce n’est pas")],
)
def test_the_holes_are_named_and_not_filled(books, grade, told):
    answer = page("ratings", insurer="euler-hermes", grade=grade, on="2020-06-15")
    assert told in text_of(answer)
    assert answer.context["answers"][0].category in (None, 2)


def test_the_missing_lower_bound_of_atradius_is_told(books):
    body = text_of(page("ratings", category="domestic-1", on="2020-06-15"))
    assert "aucune source ne donne de borne du côté des meilleures notes" in body


def test_the_register_shows_every_question_with_its_answers(books):
    answer = page("readings", "administrator")
    names = {question.name for question in answer.context["questions"]}
    assert names == set(law_files.shipped_law_book().readings)
    for question in answer.context["questions"]:
        assert question.register.startswith("D-"), f"{question.name} has no words in eligibility.queries.reading_words"
        assert [one.is_chosen for one in question.answers].count(True) == 1
    assert "Proposer cette lecture" in text_of(answer)
    assert "Proposer cette lecture" not in text_of(page("readings"))
