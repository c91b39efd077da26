"""Grades side by side: same category of the scheme and nothing more; holes are named, never filled."""

from datetime import date
from decimal import Decimal

import pytest

from eligibility.domain import law_files
from eligibility.queries import rating_translator as translator

LAW = law_files.shipped_law_book().on(date(2020, 6, 15))


def at_home(insurer, grade, law=LAW):
    return translator.grade_of(law, insurer, grade)[0]


def members(market, number, law=LAW):
    return {one.insurer: one for one in translator.category(law, market, number).insurers}


def test_a_grade_has_the_category_of_its_own_grid_on_each_market():
    home, abroad = translator.grade_of(LAW, "euler-hermes", "6")
    assert (home.state, home.category, home.maximum.amount) == ("in_category", 1, Decimal("200000.00"))
    assert (abroad.category, abroad.maximum.amount) == (2, Decimal("250000.00"))


def test_the_other_insurers_grades_of_the_same_category_stand_beside_it():
    found = members("domestic", 2)
    assert found["euler-hermes"].grades == ("7",)
    assert found["coface"].grades == ("4", "3", "2")
    assert found["groupama"].grades == ("3",)


@pytest.mark.parametrize(("insurer", "grade"), [("euler-hermes", "5"), ("euler-hermes", "9"), ("coface", "10")])
def test_a_grade_outside_the_grid_has_no_category(insurer, grade):
    found = at_home(insurer, grade)
    assert (found.state, found.category, found.maximum) == ("outside", None, None)


def test_a_grade_decided_case_by_case_says_so_and_is_not_among_the_others():
    found = at_home("euler-hermes", "8")
    assert (found.state, found.referred_to, found.maximum.amount) == (
        "case_by_case",
        "underwriter",
        Decimal("100000"),
    )
    euler = members("domestic", 2)["euler-hermes"]
    assert euler.case_by_case == (("8", Decimal("100000")),)
    assert "8" not in euler.grades


def test_the_bound_that_no_source_gives_is_named_at_home_only():
    home, abroad = members("domestic", 1), members("export", 1)
    assert [insurer for insurer, one in home.items() if one.has_no_bound] == ["atradius"]
    assert not any(one.has_no_bound for one in abroad.values())


def test_what_is_no_grade_of_the_scale_is_refused():
    assert at_home("euler-hermes", "11").state == "not_a_grade"
    assert at_home("coface", "7 bis").state == "not_a_grade"


def test_a_maximum_that_is_not_set_stays_unset():
    later = law_files.shipped_law_book().on(date(2021, 3, 1))
    assert translator.category(later, "domestic", 1).maximum == translator.Maximum("unset")
    assert at_home("coface", "5", later).maximum.state == "unset"


def test_an_insurer_without_a_grid_on_a_market_says_so():
    book = law_files.shipped_law_book()
    before = book.on(date(2019, 1, 1))
    assert translator.categories(before, "domestic") == ()
    assert at_home("coface", "5", before).state == "no_grid"
