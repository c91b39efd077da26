"""Every case of every scenario file is judged as its author expects: cases that a lawyer can read."""

from collections import Counter

import pytest

from eligibility.domain import facts, law_files
from tests.scenarios.cases import every_scenario, judged, what_differs
from tests.scenarios.entered_rows import book_with_entered_rows

ENTERED = [pytest.param(scenario.case, id=str(scenario)) for scenario in every_scenario("entered_rows")]
EVERY_CASE = [pytest.param(scenario.case, id=str(scenario)) for scenario in every_scenario()]


@pytest.mark.parametrize("case", EVERY_CASE)
def test_the_case_is_judged_as_expected(case):
    assert case.expect, "a case without expectation proves nothing"
    assert what_differs(case, judged(case, law_files.shipped_law_book())) == []


@pytest.mark.parametrize("case", ENTERED)
def test_the_case_is_judged_as_expected_with_what_an_administrator_entered(case):
    assert case.expect, "a case without expectation proves nothing"
    assert what_differs(case, judged(case, book_with_entered_rows())) == []


def test_the_facts_of_every_case_survive_being_stored():
    lost = [str(one) for one in every_scenario() if facts.from_json(facts.to_json(one.case.facts)) != one.case.facts]
    assert lost == []


def test_no_two_cases_of_a_file_have_the_same_name():
    twice = [name for name, times in Counter(map(str, every_scenario())).items() if times > 1]
    assert twice == []
