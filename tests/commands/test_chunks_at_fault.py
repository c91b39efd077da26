"""A row that nobody foresaw is set aside alone; a worker that lost its lease writes nothing more."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.leases import SILENT_SECONDS, LeaseLost, take_lease
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.models import LimitRequest, Offer, Submission, SubmissionRow
from policies.queries import submissions
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books
from tests.cast import OPENING_DAY, Cast

ROWS = 24
# What an earlier release may have left in a waiting row: JSON of another shape, or an amount that no table takes.
POISONS = {
    "a row that cannot be read": "fields - 'requested_total'",
    "a row that a constraint refuses": """fields || '{"payment_days": 40000}'""",
}


@pytest.fixture
def house(committed: None, cast: Cast) -> Actor:
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


@pytest.fixture
def submission(house: Actor) -> str:
    """Two dozen requests that wait."""
    who = make.client(house)
    rows = []
    for number in range(ROWS):
        whom = make.buyer(house)
        make.notice(house, who, whom)
        rows.append(make.row_for(who, whom, total="20000", reference=f"r{number}"))
    return submit_file(house, make.csv_of(rows), file_name="a.csv", media_type=None, on=OPENING_DAY).public_id


def rows_of(actor: Actor, submission: str) -> list[SubmissionRow]:
    with acting(actor):
        return list(SubmissionRow.objects.filter(submission__public_id=submission).order_by("line"))


def written(actor: Actor) -> tuple[int, int, int]:
    """Requests, offers, and rows with an outcome."""
    with acting(actor):
        settled = SubmissionRow.objects.filter(outcome__isnull=False).count()
        return LimitRequest.objects.count(), Offer.objects.count(), settled


def as_owner(statement: str, parameters: list[object]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters)


def fall_silent(submission: str) -> None:
    """As if the holder had not been heard of for a little more than the time that a silent worker is given."""
    as_owner(
        "UPDATE audit_lease SET heard_at = heard_at - make_interval(secs => %s) WHERE key = %s",
        [SILENT_SECONDS + 1, f"submission:{submission}"],
    )


def assert_ledger_agrees() -> None:
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


# --- The guilty row -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", POISONS)
def test_a_row_nobody_foresaw_fails_alone_and_is_logged_and_the_others_are_decided(house, submission, poison, caplog):
    as_owner(f"UPDATE policies_submissionrow SET fields = {POISONS[poison]} WHERE line = 11", [])

    assert decide_submission(house, submission, on=OPENING_DAY, holder="one", chunk_rows=10)

    rows = rows_of(house, submission)
    assert {row.line: row.outcome for row in rows if row.outcome != "offered"} == {11: "failed"}
    guilty = next(row for row in rows if row.line == 11)
    (error,) = guilty.errors
    assert error["code"] == "unexpected"
    assert f"reference for support is {submission}/11" in error["message"], "a person can ask about it"
    assert written(house) == (ROWS - 1, ROWS - 1, ROWS)
    with acting(house):
        assert Submission.objects.get().status == "done", "the submission is not stuck"
        held = sum(Offer.objects.values_list("held_amount", flat=True), Decimal(0))
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events.count("a chunk failed and is halved") >= 3, "ten, then five, then fewer"
    assert events.count("one item of a batch failed alone") == 1
    assert held > 0
    assert_ledger_agrees()


# --- The worker that slept ------------------------------------------------------------------------------------------


def test_a_worker_whose_lease_was_taken_over_writes_nothing_more(house, submission):
    seen: list[tuple[int, int, int]] = []

    def sleeps_after_the_first_chunk(_settled: int) -> None:
        fall_silent(submission)
        assert take_lease(f"submission:{submission}", holder="another")
        seen.append(written(house))

    with pytest.raises(LeaseLost) as lost:
        decide_submission(
            house, submission, on=OPENING_DAY, holder="sleeper", chunk_rows=10, progress=sleeps_after_the_first_chunk
        )
    assert "nothing of this chunk was written" in lost.value.message
    assert seen == [(10, 10, 10)]
    assert written(house) == (10, 10, 10), "the sleeper wrote nothing after it was replaced"
    with acting(house):
        assert Submission.objects.get().status == "waiting"

    assert not decide_submission(house, submission, on=OPENING_DAY, holder="sleeper"), "it does not get it back"
    assert decide_submission(house, submission, on=OPENING_DAY, holder="another")
    assert written(house) == (ROWS, ROWS, ROWS)
    assert_ledger_agrees()


class TakesOver(logging.Handler):
    """Another worker takes the lease at the very moment at which this one logs that a row failed alone."""

    def __init__(self, submission: str) -> None:
        super().__init__()
        self.submission = submission
        self.taken = False

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, dict) and record.msg["event"] == "one item of a batch failed alone":
            fall_silent(self.submission)
            self.taken = take_lease(f"submission:{self.submission}", holder="another", using="owner")


@pytest.fixture
def taking_over(submission: str) -> Iterator[TakesOver]:
    handler, logger = TakesOver(submission), logging.getLogger("policies.commands.chunks")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_a_worker_that_was_replaced_does_not_even_give_a_row_up(house, submission, taking_over):
    """The other worker may be able to decide it: a release that is being rolled out knows what the old one does not."""
    as_owner(f"UPDATE policies_submissionrow SET fields = {POISONS['a row that cannot be read']} WHERE line = 2", [])
    with pytest.raises(LeaseLost):
        decide_submission(house, submission, on=OPENING_DAY, holder="old", chunk_rows=10)
    assert taking_over.taken
    assert rows_of(house, submission)[0].outcome is None


def test_a_worker_that_is_heard_of_is_left_alone_and_a_silent_one_is_found(house, submission):
    assert [one.public_id for one in submissions.without_live_lease()] == [submission]
    assert take_lease(f"submission:{submission}", holder="somebody")
    assert not decide_submission(house, submission, on=OPENING_DAY, holder="me")
    assert written(house) == (0, 0, 0)
    assert submissions.without_live_lease() == []

    fall_silent(submission)
    assert [one.public_id for one in submissions.without_live_lease()] == [submission]
    assert decide_submission(house, submission, on=OPENING_DAY, holder="me")
    assert written(house) == (ROWS, ROWS, ROWS)
    assert submissions.without_live_lease() == []
