"""A sandbox's day moved by the operator: nights in between are run, and it never moves back."""

from __future__ import annotations

from datetime import date

import pytest

from capweb import clock
from capweb.accounts.commands.enter_people import begin_sandbox
from policies import tasks
from policies.queries import nights
from tests.books import open_books
from tests.cast import OPENING_DAY
from tests.commands.test_nights import work_as_workers_do
from tests.visitors import signed_in, text_of

PAGE = "/business-day"


@pytest.fixture
def sandbox(committed, cast):
    begin_sandbox(OPENING_DAY)
    open_books(cast)
    return signed_in("operator")


def test_the_next_day_is_asked_for_and_workers_open_its_night(sandbox):
    answer = sandbox.post(PAGE, {"step": "day"}, follow=True)
    assert clock.business_day() == OPENING_DAY
    shown = text_of(answer)
    assert "Une nuit est demandée" in shown
    assert "Nuit du 16/06/2020 En attente" in shown, shown
    work_as_workers_do()
    assert clock.business_day() == date(2020, 6, 16)
    shown = text_of(sandbox.get(PAGE))
    assert "Les livres sont au 16/06/2020" in shown
    assert "16/06/2020 Rien n’est arrivé à échéance. Vérifié et rapproché, aucune différence" in shown


def test_the_night_is_shown_insurer_by_insurer_while_it_runs(sandbox):
    sandbox.post(PAGE, {"step": "day"})
    tasks.open_due_nights()
    first = nights.missing(date(2020, 6, 16))[0]
    open_part(first)
    shown = text_of(sandbox.get(PAGE, {"part": ""}))
    assert shown.count("Terminé") == 1, shown
    assert "Le grand livre entier est vérifié" in shown
    work_as_workers_do()
    assert sandbox.get(PAGE, {"part": ""})["HX-Refresh"] == "true"


def open_part(insurer):
    tasks.open_insurers_night(day="2020-06-16", insurer=insurer)


def test_a_day_may_be_chosen_and_all_nights_before_it_are_opened(sandbox):
    sandbox.post(PAGE, {"step": "to", "to": "2020-06-18"})
    work_as_workers_do()
    assert clock.business_day() == date(2020, 6, 18)
    assert "Rapproché, aucune différence ; vérifié avec une nuit suivante" in text_of(sandbox.get(PAGE))


@pytest.mark.parametrize("day", ["2020-06-15", "2019-01-01", "", "2023-01-01"])
def test_a_day_that_is_not_ahead_or_too_far_is_refused(sandbox, day):
    assert sandbox.post(PAGE, {"step": "to", "to": day}).status_code == 422
    assert clock.business_day() == OPENING_DAY


def test_outside_a_sandbox_nobody_moves_the_day(committed):
    browser = signed_in("operator")
    assert "suit le calendrier de Paris" in text_of(browser.get(PAGE))
    assert browser.post(PAGE, {"step": "day"}).status_code == 403
