"""A worker killed by SIGKILL at each of ten points of a night, then another: the same books as an undisturbed night.

The night is prepared once; every run gets a copy of the database and processes of its own. What stands afterwards is
compared row by row, and the bordereaux that are closed upon it byte by byte (ADR 0015).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench.floor import copy_database
from capweb.accounts.models import Organisation
from tests import cast as characters
from tests import template_database
from tests.journeys.night_at_risk import (
    GRANTED,
    HOUSES,
    POINTS,
    RENEWED,
    RENEWED_AGAIN,
    UNANSWERED,
    WINTER,
    a_minute_passes,
    in_a_process_of_its_own,
    prepare,
    tell,
    work,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def prepared(committed_once) -> None:
    prepare(characters.Cast({row.code: row for row in Organisation.objects.all()}))


@pytest.fixture(scope="module")
def undisturbed(prepared) -> dict[str, Any]:
    with a_copy() as database:
        ended, books = in_a_process_of_its_own(database, work_the_night, tell)
    assert ended == 0
    return books


@contextmanager
def a_copy() -> Iterator[str]:
    name = copy_database(f"{template_database.current()}_at_risk")
    try:
        yield name
    finally:
        template_database.drop(name)


def work_the_night() -> None:
    work(WINTER)


def test_the_undisturbed_night_has_something_of_everything(undisturbed):
    assert len(POINTS) == 10
    assert undisturbed["differences"] == []
    assert undisturbed["report"]["ledger_differences"] == []
    for code in HOUSES:
        counts = undisturbed["report"]["insurers"][code]
        assert counts["offers_expired"] == UNANSWERED
        assert (counts["renewed"], counts["lapsed"]) == (RENEWED_AGAIN, RENEWED - RENEWED_AGAIN)
        assert undisturbed[code]["steps"]["renewals"] == (RENEWED_AGAIN, 3)
        assert undisturbed[code]["steps"]["lapses"] == (RENEWED - RENEWED_AGAIN, 2)
    assert undisturbed["closing"]["release"]["lots"] == len(HOUSES) * (GRANTED - RENEWED)
    spring = undisturbed["files"]["euler-hermes 2021-01-01 risk csv"]
    assert spring.count(b"release:") == RENEWED - RENEWED_AGAIN, "what lapsed in the night is released in spring"


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_in_the_night_leaves_the_books_of_an_undisturbed_night(undisturbed, point):
    with a_copy() as database:
        ended, _ = in_a_process_of_its_own(database, POINTS[point], work_the_night)
        assert ended == -signal.SIGKILL
        ended, books = in_a_process_of_its_own(database, a_minute_passes, work_the_night, tell)
        assert ended == 0
    for name, content in undisturbed["files"].items():
        assert books["files"][name] == content, name
    assert _but_moments(books) == _but_moments(undisturbed)
    for code in HOUSES:
        assert len(books[code]["moments"]) == 2, "the night's documents tell one moment, whoever made them"


def _but_moments(books: dict[str, Any]) -> dict[str, Any]:
    """The moment at which a night began is the real one."""
    return {name: {**part, "moments": None} if name in HOUSES else part for name, part in books.items()}
