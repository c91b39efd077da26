"""Grids, tariffs and readings as dated rows: seen by the desk, proposed by one person, settled by another."""

from __future__ import annotations

import pytest
from django.urls import reverse

from eligibility.domain.contract_changes import KINDS
from tests.visitors import signed_in, text_of

SOURCE = {
    "reference_text": "Traité CCR, article 5",
    "reference_url": "https://example.org/traite",
    "why": "Taux négocié avec le réassureur",
}
TARIFF = {"product": "cap", "quarterly_rate": "0,6 %", "first_day": "2020-07-01", **SOURCE}


def address(page, *args, **asked):
    found = reverse(f"eligibility:{page}", args=args)
    return f"{found}?{'&'.join(f'{name}={value}' for name, value in asked.items())}" if asked else found


def propose(who="administrator", kind="tariff", **row):
    return signed_in(who).post(address("propose_change", kind=kind), {**TARIFF, **row})


def proposed(**row):
    answer = propose(**row)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer["Location"]


def settle(page, answer, who="senior underwriter", **more):
    return signed_in(who).post(f"{page}/settle", {"answer": answer, **more}, follow=True)


def rates(kind="tariff"):
    return [
        row.says
        for row in signed_in("underwriter").get(address("contracts", kind=kind)).context["rows"]
        if row.state != "past"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_is_shown_to_the_desk_with_its_source(books, kind):
    answer = signed_in("auditor").get(address("contracts", kind=kind))
    assert answer.status_code == 200
    body = text_of(answer)
    assert "partagée, livrée avec sa source" in body or "ligne propre" in body or "Rien n’est encore saisi" in body


@pytest.mark.parametrize("who", ["broker", "reinsurer", "operator"])
def test_the_tables_are_for_the_insurers_own_people(books, who):
    assert signed_in(who).get(address("contracts")).status_code == 403


@pytest.mark.parametrize("who", ["underwriter", "auditor", "accountant"])
def test_only_some_may_propose(books, who):
    assert signed_in(who).get(address("propose_change", kind="tariff")).status_code == 403
    assert propose(who).status_code == 403


def test_a_proposal_counts_once_a_second_person_has_approved_it(books):
    page = proposed(quarterly_rate="0,61 %")
    assert "0,61 % par trimestre" not in rates()
    body = text_of(signed_in("senior underwriter").get(page))
    assert "0,61 % par trimestre" in body
    assert "Taux négocié avec le réassureur" in body
    done = settle(page, "approve")
    assert "Approuvé : les lignes sont saisies" in text_of(done)
    assert any("0,61" in one for one in rates())
    assert "Approuvé" in text_of(signed_in("auditor").get(page))


def test_before_and_after_stand_side_by_side(books):
    first = proposed(quarterly_rate="0,62 %", category="2")
    settle(first, "approve")
    second = signed_in("senior underwriter").get(proposed(quarterly_rate="0,63 %", category="2"))
    (change,) = second.context["proposal"].changes
    assert (change.before, change.after) == ("0,62\u202f% par trimestre", "0,63\u202f% par trimestre")


def test_nobody_settles_what_he_proposed_himself(books):
    page = proposed(quarterly_rate="0,64 %")
    assert "approve" not in signed_in("administrator").get(page).content.decode()
    answer = settle(page, "approve", who="administrator")
    assert answer.status_code == 422
    assert not any("0,64" in one for one in rates())
    assert "Retiré" in text_of(settle(page, "withdraw", who="administrator", reason="erreur"))


def test_a_rejection_says_why(books):
    page = proposed(quarterly_rate="0,65 %")
    assert settle(page, "reject").status_code == 422
    assert "Rejeté" in text_of(settle(page, "reject", reason="Sans accord écrit"))
    assert "Sans accord écrit" in text_of(signed_in("administrator").get(page))
    assert not any("0,65" in one for one in rates())


def test_an_underwriter_sees_the_inbox_and_settles_nothing(books):
    page = proposed(quarterly_rate="0,66 %")
    assert "0,66 % par trimestre" in text_of(signed_in("underwriter").get(address("proposals")))
    assert "answer" not in signed_in("underwriter").get(page).content.decode()
    assert settle(page, "approve", who="underwriter").status_code == 403
    settle(page, "reject", reason="essai")


def test_a_chosen_reading_is_shown_from_its_day_with_who_and_why(books):
    row = {"reading": "complement_multiple/parity", "first_day": "2020-09-01"}
    settle(proposed(kind="reading", **row), "approve")
    body = text_of(signed_in("auditor").get(address("readings", on="2020-09-01")))
    assert "retenue à partir du 01/09/2020" in body
    assert "Taux négocié avec le réassureur" in body
    law = text_of(signed_in("underwriter").get(address("law", on="2020-09-01")))
    assert "la parité seule : autant que la garantie primaire retenue ici" in law
    before = text_of(signed_in("underwriter").get(address("law", on="2020-08-31")))
    assert "la parité seule : autant que la garantie primaire retenue ici" not in before
    stranger = text_of(signed_in("other insurer").get(address("law", on="2020-09-01")))
    assert "la parité seule : autant que la garantie primaire retenue ici" not in stranger
    changes = signed_in("underwriter").get(address("law_compare", **{"from": "2020-08-31", "to": "2020-09-01"}))
    assert [line.name for line in changes.context["readings"]] == ["Jusqu’où peut aller une garantie complémentaire ?"]


def test_a_legal_value_is_entered_where_the_law_is_unset(books):
    row = {
        "path": "substitution/domestic/maximum/category_1",
        "value": "400000",
        "confidence": "official",
        "first_day": "2021-01-01",
        "end_day": "2022-01-01",
    }
    page = proposed(kind="value", **row)
    (change,) = signed_in("senior underwriter").get(page).context["proposal"].changes
    assert (change.before, change.after) == ("non renseigné", "400\u202f000\u00a0€")
    settle(page, "approve")
    assert "400 000 €" in text_of(signed_in("underwriter").get(address("law", on="2021-03-01")))


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("tariff", {"quarterly_rate": "trop"}, "quarterly_rate"),
        ("tariff", {"reference_url": "http://example.org"}, "reference_url"),
        ("tariff", {"why": ""}, "why"),
        ("tariff", {"first_day": "2020-02-30"}, "first_day"),
        ("tariff", {"end_day": "2020-06-01"}, "end_day"),
        ("grid", {"market": "domestic", "grades": "42", "category": "1"}, "grades"),
        ("country", {"country": "1A", "status": "open"}, "country"),
        (
            "value",
            {"path": "substitution/domestic/maximum/category_1", "value": "beaucoup", "confidence": "official"},
            "value",
        ),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(books, kind, row, field):
    answer = propose(kind=kind, **row)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors, answer.context["form"].errors


def test_an_unknown_table_is_no_page(books):
    browser = signed_in("administrator")
    for kind in ["nothing", "../", "", "proposal"]:
        assert browser.get(address("contracts", kind=kind)).status_code == 404
        assert browser.get(address("propose_change", kind=kind)).status_code == 404
