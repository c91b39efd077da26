"""The simulator: anybody may ask, nothing is stored, bad input is refused kindly at its field."""

from __future__ import annotations

from html import unescape

import pytest
import yaml
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eligibility.domain import engine, facts, law_files
from eligibility.web.simulator_examples import EXAMPLES
from tests.visitors import signed_in, text_of

ADDRESS = "/simulator"
REFUSED_AT_HOME = EXAMPLES[0].facts


def asked(browser=None, **more):
    return (browser or Client()).get(ADDRESS, {**REFUSED_AT_HOME, **more})


def test_a_visitor_gets_an_answer_with_amounts_premium_and_articles(books):
    body = text_of(asked())
    assert "Accordée pour un montant inférieur" in body or "100 000 €" in body
    assert "875,00 €" in body
    assert "Le plafond" in body or "catégorie 2" in body
    assert "du 15/06/2020 au 14/09/2020" in body


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: str(one.name))
def test_every_example_is_judged_as_the_command_judges_it(books, example):
    answer = Client().get(f"{ADDRESS}?{example.address}")
    assert answer.status_code == 200, answer.context["form"].errors
    judged = answer.context["answer"].judged
    document = yaml.safe_load(answer.context["yaml"])
    known = facts.from_document(document)
    again = engine.decide(known, law_files.shipped_law_book().on(known.day))
    assert (judged.outcome, judged.granted, judged.law) == (again.outcome, again.granted, again.law)


def test_the_address_gives_the_case_again(books):
    first = asked()
    address = unescape(str(first.context["address"]))
    again = Client().get(address.removeprefix("http://testserver"))
    assert again.context["yaml"] == first.context["yaml"]
    assert again.context["answer"].judged == first.context["answer"].judged


@pytest.mark.parametrize(
    ("market", "kind", "has", "has_not"),
    [
        ("domestic", "refusal", "buyer.grade", "sale.payment_days"),
        ("domestic", "reduction", "primary.amount_before", "buyer.grade"),
        ("export", "refusal", "sale.french_share", "buyer.headcount"),
        ("export", "partial_grant", "primary.amount", "buyer.grade"),
    ],
)
def test_only_what_the_product_needs_is_asked_for(books, market, kind, has, has_not):
    form = asked(market=market, **{"trigger.kind": kind}).context["form"]
    assert has in form.fields
    assert has_not not in form.fields


def test_a_missing_fact_is_named_and_not_guessed(books):
    body = text_of(asked(**{"buyer.created_on": ""}))
    assert "Il manque : la date de création de l'acheteur." in body


def test_illustrative_rates_are_used_when_asked_for_and_marked(books):
    cap = EXAMPLES[3].facts
    plain = Client().get(ADDRESS, cap)
    assert plain.context["answer"].judged.premium is None
    marked = Client().get(ADDRESS, {**cap, "illustrative": "on"})
    assert marked.context["answer"].judged.premium_illustrative
    assert "illustratif" in text_of(marked)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("requested_total", "beaucoup", "Un chiffre tel que"),
        ("requested_total", "-1", "Un chiffre tel que"),
        ("requested_total", "1" * 31, "30 caractères"),
        ("requested_total", "1.005", "deux décimales"),
        ("buyer.default_probability", "4", "Une part ne dépasse pas le tout"),
        ("buyer.headcount", "12,5", "Un nombre entier"),
        ("buyer.headcount", "٣", "Un nombre entier"),
        ("buyer.country", "FRA", "Un code de 2 lettres"),
        ("buyer.created_on", "2020-02-30", "date valide"),
        ("buyer.created_on", "2020-06-16", "postérieur au jour de l’examen"),
        ("trigger.notified_on", "2020-06-16", "postérieur au jour de l’examen"),
        ("day", "1850-01-01", "1900"),
        ("day", "", "obligatoire"),
        ("market", "moon", "choix"),
        ("insurer", "nobody", "choix"),
        ("buyer.grade", "\x00", "nul"),
        ("buyer.grade", "9" * 500, "20 caractères"),
        ("readings.complement_multiple", "mine", "choix"),
        ("exception.kind", "above_parity", "Indiquez le jour"),
    ],
)
def test_hostile_and_clumsy_input_is_refused_at_its_field(books, field, typed, told):
    answer = asked(**{field: typed})
    assert answer.status_code == 422
    assert answer.context["answer"] is None
    errors = answer.context["form"].errors
    assert any(told in message for messages in errors.values() for message in messages), errors


def test_a_day_before_any_law_is_refused_or_answered_but_never_guessed(books):
    answer = asked(day="1950-01-01", **{"trigger.notified_on": "", "buyer.created_on": ""})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert answer.context["answer"].judged.outcome != "grant"


def test_an_amount_may_be_typed_as_people_write_it(books):
    written = ["300000", "300 000,00 €", "300000.00", "300\u202f000", "300 000"]
    assert {asked(requested_total=one).context["form"].document["requested_total"] for one in written} == {
        "300000", "300000.00",
    }  # fmt: skip


def test_a_signed_in_insurer_is_judged_by_its_own_book(books):
    own = signed_in("underwriter")
    assert asked(own).context["is_own_book"]
    assert not asked().context["is_own_book"]
    assert not asked(signed_in("reinsurer")).context["is_own_book"]
    cap = {**EXAMPLES[3].facts, "insurer": "euler-hermes"}
    # The tests' insurer has entered illustrative tariffs of its own; a visitor does not see them.
    assert own.get(ADDRESS, cap).context["answer"].judged.premium is not None
    assert Client().get(ADDRESS, cap).context["answer"].judged.premium is None


def test_the_simulator_is_found_from_the_sign_in_page(db):
    assert f'href="{ADDRESS}"' in Client().get("/sign-in/login/").content.decode()


def test_an_answer_costs_few_queries_and_stores_nothing(books):
    browser = Client()
    asked(browser)
    with CaptureQueriesContext(connections["default"]) as seen:
        asked(browser)
    assert len(seen) <= 4, [one["sql"] for one in seen]
    assert not any(one["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for one in seen)


def test_many_fields_at_once_are_refused(books):
    assert Client().get(ADDRESS, {f"x{n}": "1" for n in range(1_500)}).status_code == 400


def test_the_page_names_itself_in_both_languages(books):
    browser = Client()
    assert "Simulateur : que donnerait le dispositif ?" in text_of(browser.get(ADDRESS))
    browser.post(reverse("set_language"), {"language": "en"})
    assert "Simulator: what would the scheme grant?" in text_of(browser.get(ADDRESS))
