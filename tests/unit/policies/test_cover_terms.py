"""Terms tile under every reading of their length, and run-off lasts as long as the reading in force says."""

from datetime import date, timedelta

import pytest

from capweb.kernel.periods import Term
from eligibility.domain import law_files
from policies.domain.cover_terms import next_term, run_off_until

DAY = date(2020, 9, 15)
LAW = law_files.shipped_law_book().on(DAY)


def test_months_are_counted_from_the_anchor_day():
    after = date(2020, 7, 31)
    assert next_term(date(2020, 1, 31), 2, after=after, law=LAW) == Term(after, date(2020, 10, 31))


def test_ninety_days_follow_the_end_of_the_last_term():
    law = LAW.under({"term_length": "ninety_days"})
    assert next_term(date(2020, 6, 15), 1, after=DAY, law=law) == Term(DAY, DAY + timedelta(days=90))


def test_months_after_terms_of_ninety_days_go_on_from_the_last_end():
    after = date(2020, 9, 13)  # 15 June and 90 days
    assert next_term(date(2020, 6, 15), 1, after=after, law=LAW) == Term(after, date(2020, 12, 13))


@pytest.mark.parametrize(("readings", "until"), [({}, date(2020, 12, 14)), ({"run_off": "freed_at_once"}, DAY)])
def test_what_has_ended_stays_engaged_or_is_freed_at_once(readings, until):
    assert run_off_until(DAY, run_off_days=90, law=LAW.under(readings)) == until
