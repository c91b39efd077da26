"""A sandbox's day moved by the operator: nights in between are run, and it never moves back."""

from __future__ import annotations

from datetime import date

import pytest

from capweb import clock
from capweb.accounts.commands.enter_people import begin_sandbox
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.visitors import signed_in, text_of

PAGE = "/business-day"


@pytest.fixture
def sandbox(committed, cast):
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    return signed_in("operator")


def test_the_next_day_opens_its_night(sandbox):
    answer = sandbox.post(PAGE, {"step": "day"}, follow=True)
    assert clock.business_day() == date(2020, 6, 16)
    assert "Les livres sont au 16/06/2020" in text_of(answer)


def test_a_day_may_be_chosen(sandbox):
    sandbox.post(PAGE, {"step": "to", "to": "2020-06-18"})
    assert clock.business_day() == date(2020, 6, 18)


@pytest.mark.parametrize("day", ["2020-06-15", "2019-01-01", "", "2023-01-01"])
def test_a_day_that_is_not_ahead_or_too_far_is_refused(sandbox, day):
    assert sandbox.post(PAGE, {"step": "to", "to": day}).status_code == 422
    assert clock.business_day() == OPENING_DAY


def test_outside_a_sandbox_nobody_moves_the_day(committed):
    browser = signed_in("operator")
    assert "suit le calendrier de Paris" in text_of(browser.get(PAGE))
    assert browser.post(PAGE, {"step": "day"}).status_code == 403
