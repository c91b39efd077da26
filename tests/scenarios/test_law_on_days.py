"""What the law says on a day is what was written down a second time: settings, told figures, first days, countries."""

from itertools import groupby

import pytest

from eligibility.domain import law_files
from tests.scenarios.countries_on_days import every_country_statement
from tests.scenarios.law_on_days import every_statement

BOOK = law_files.shipped_law_book()
BY_LEAF = [pytest.param(list(said), id=path) for path, said in groupby(every_statement(), key=lambda one: one.path)]


@pytest.mark.parametrize("statements", BY_LEAF)
def test_the_leaf_says_on_each_day_what_was_written_down(statements):
    assert [f"{one}, found {one.found(BOOK)}" for one in statements if not one.holds(BOOK)] == []


def test_every_leaf_of_the_law_is_written_down_a_second_time():
    assert {statement.path for statement in every_statement()} == set(BOOK.parameters)


def test_every_country_has_on_each_day_the_status_that_was_written_down():
    assert [str(one) for one in every_country_statement() if not one.holds(BOOK)] == []
