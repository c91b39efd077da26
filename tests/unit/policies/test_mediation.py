"""The clock of a mediation (D-47): five calendar days by default, working days as the rival reading."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.domain.mediation import due_on, is_working_day, public_holidays


@pytest.mark.parametrize(
    ("referred_on", "calendar", "working"),
    [
        (date(2020, 6, 15), date(2020, 6, 20), date(2020, 6, 22)),  # Monday; the 20th is a Saturday
        (date(2020, 7, 10), date(2020, 7, 15), date(2020, 7, 20)),  # the 14th of July is a Tuesday
        (date(2020, 12, 23), date(2020, 12, 28), date(2020, 12, 31)),  # Christmas is a Friday
        (date(2021, 5, 12), date(2021, 5, 17), date(2021, 5, 20)),  # Ascension is Thursday the 13th
    ],
)
def test_five_days_are_counted_in_both_readings(referred_on, calendar, working):
    assert due_on(referred_on, days=5, counted="calendar_days") == calendar
    assert due_on(referred_on, days=5, counted="working_days") == working


def test_a_year_has_eleven_public_holidays():
    assert len(public_holidays(2020)) == 11
    assert date(2020, 4, 13) in public_holidays(2020)  # Easter Monday
    assert date(2020, 5, 21) in public_holidays(2020)  # Ascension


@given(st.dates(date(2019, 1, 1), date(2030, 1, 1)), st.integers(1, 20))
def test_working_days_end_on_one_and_never_before_calendar_days(referred_on, days):
    working = due_on(referred_on, days=days, counted="working_days")
    assert is_working_day(working)
    assert working >= due_on(referred_on, days=days, counted="calendar_days")
