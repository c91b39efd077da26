"""Many at once on the whole thread, with real connections and commits.

Ceilings hold to the cent, an offer is accepted once, numbers have no gap, and nothing is asked for twice.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections, transaction
from django.db.models import Q, Sum

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from policies.commands.accept_offers import accept_offers
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.models import Endorsement, GuaranteeTerm, LimitRequest, Offer, Submission, SubmissionRow
from reinsurance.models import Cession
from reinsurance.queries.envelopes import envelopes
from reinsurance.queries.free_room import free_room
from reinsurance.queries.verification import verify_ledger
from tests import factories as make
from tests.books import open_books, set_ceilings
from tests.cast import INSURERS, OPENING_DAY, Cast
from tests.threads import PATIENCE_SECONDS, at_once, no_error_in

CLIENTS = 16
LAST_MILLION = Decimal("1000000.00")
NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def house(committed: None, cast: Cast) -> Actor:
    """Euler Hermes with open books and tariffs."""
    open_books(cast)
    actor = cast.actor()
    make.enter_illustrative_tariffs(actor)
    return actor


def handed_in(actor: Actor, *, rows: int, total: str = "60000", grade: str | None = None) -> str:
    """A file of requests, each on a refused buyer of its own; its submission."""
    who = make.client(actor)
    wanted = []
    for number in range(rows):
        whom = make.buyer(actor, grade=grade)
        make.notice(actor, who, whom)
        wanted.append(make.row_for(who, whom, total=total, reference=f"r{number}"))
    return submitted(actor, wanted)


def submitted(actor: Actor, rows: list[Any]) -> str:
    return submit_file(actor, make.csv_of(rows), file_name="a.csv", media_type=None, on=OPENING_DAY).public_id


def decided(actor: Actor, submission: str, **more: int) -> bool:
    return decide_submission(actor, submission, on=OPENING_DAY, holder=uuid.uuid4().hex, **more)


def live_offers(actor: Actor) -> list[str]:
    with acting(actor):
        return list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))


def outcomes_of(actor: Actor, submission: str) -> list[tuple[str, str]]:
    """Outcome and code of each row."""
    with acting(actor):
        rows = SubmissionRow.objects.filter(submission__public_id=submission).order_by("line")
        return [(row.outcome, row.errors[0]["code"] if row.errors else "") for row in rows]


def assert_ledger_agrees() -> None:
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


# --- The last million -----------------------------------------------------------------------------------------------


@pytest.fixture
def sixteen(committed: None, cast: Cast) -> list[tuple[Actor, str]]:
    """Sixteen files of eight requests from five insurers, 7.3 M€ in all, and one million left in the envelope."""
    open_books(cast)
    set_ceilings(cast, {"domestic": LAST_MILLION})
    houses = [cast.actor(insurer) for insurer in INSURERS]
    for actor in houses:
        make.enter_illustrative_tariffs(actor)
    clients = [houses[number % len(houses)] for number in range(CLIENTS)]
    return [(actor, handed_in(actor, rows=8)) for actor in clients]


def test_sixteen_clients_decide_and_accept_and_share_the_last_million_to_the_cent(sixteen, cast):
    """All ask for more than there is, in small chunks: holds and cessions of five insurers meet in one envelope."""
    highest: list[Decimal] = []

    def client(number: int) -> Counter[str]:
        actor, submission = sixteen[number]
        assert decided(actor, submission, chunk_rows=2)
        highest.append(engaged(cast))
        found: Counter[str] = Counter()
        for offer in own_offers(actor, submission):
            found.update(answer.outcome for answer in accept_offers(actor, [offer], on=OPENING_DAY, at=NOON))
            highest.append(engaged(cast))
        return found

    answers = no_error_in(at_once(CLIENTS, client))
    assert max(highest) <= LAST_MILLION
    assert sum(answers, Counter()).keys() == {"accepted"}, "what was held can be accepted: it needs no more room"
    with acting_as_platform():
        room = free_room(cast.operator, {"domestic"})["domestic"].room
        ceded = Cession.objects.using("platform").aggregate(ceded=Sum("ceded_amount"))["ceded"]
    assert (ceded, room) == (LAST_MILLION, 0), "everything was given out, and not a cent more"
    for actor, submission in sixteen:
        assert {outcome for outcome, _ in outcomes_of(actor, submission)} <= {"offered", "refused", "referred"}
        assert_numbered_without_gap(actor)
    assert_ledger_agrees()


def own_offers(actor: Actor, submission: str) -> list[str]:
    with acting(actor):
        mine = Q(limit_request__submission_row__submission__public_id=submission)
        return list(Offer.objects.filter(mine, status="live").values_list("public_id", flat=True))


def engaged(cast: Cast) -> Decimal:
    """What is held and ceded in the domestic envelope at this moment, counted from its transfers."""
    with acting_as_platform():
        row = next(row for row in envelopes(cast.operator, on=OPENING_DAY) if row.market == "domestic")
        return row.limit - row.room


# --- One offer, many hands ------------------------------------------------------------------------------------------


def test_the_same_offer_accepted_from_eight_clients_is_one_guarantee(house):
    assert decided(house, handed_in(house, rows=1))
    (offer,) = live_offers(house)

    answers = no_error_in(at_once(8, lambda _: accept_offers(house, [offer], on=OPENING_DAY, at=NOON)[0]))

    assert Counter((one.outcome, one.code) for one in answers) == Counter(
        {("accepted", ""): 1, ("failed", "offer_closed"): 7}
    )
    closed = next(one for one in answers if one.code)
    assert re.search("The offer is accepted", closed.message)
    with acting(house):
        assert (GuaranteeTerm.objects.count(), Endorsement.objects.count()) == (1, 1)
        assert LimitRequest.objects.get().status == "granted"
    with acting_as_platform():
        assert Cession.objects.using("platform").count() == 1
    assert_ledger_agrees()


def test_endorsement_numbers_have_no_gap_although_transactions_roll_back_between(house):
    """Eight clients accept three offers each, one by one; after each they undo another that was numbered already."""
    assert decided(house, handed_in(house, rows=25, total="20000"))
    *offers, undone = live_offers(house)
    shares = [offers[number::8] for number in range(8)]

    class Undone(Exception):
        """The power fails after the number was taken."""

    def accepted_and_undone() -> None:
        with acting(house):
            (lost,) = accept_offers(house, [undone], on=OPENING_DAY, at=NOON)
            assert lost.endorsement, "a number was taken"
            raise Undone

    def client(number: int) -> list[str]:
        numbers = []
        for offer in shares[number]:
            (answer,) = accept_offers(house, [offer], on=OPENING_DAY, at=NOON)
            numbers.append(answer.endorsement)
            with pytest.raises(Undone):
                accepted_and_undone()
        return numbers

    numbers = [number for own in no_error_in(at_once(8, client)) for number in own]
    assert sorted(numbers) == [f"EULER-HERMES-2020-{position:06d}" for position in range(1, 25)]
    assert_numbered_without_gap(house)
    assert live_offers(house) == [undone], "what was undone can still be accepted"
    (last,) = accept_offers(house, [undone], on=OPENING_DAY, at=NOON)
    assert last.endorsement == "EULER-HERMES-2020-000025"
    assert_ledger_agrees()


def assert_numbered_without_gap(actor: Actor) -> None:
    with acting(actor):
        positions = list(Endorsement.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


# --- The same thing handed in by several ---------------------------------------------------------------------------


def test_the_same_file_sent_by_eight_at_once_is_one_submission(house):
    who = make.client(house)
    rows = []
    for number in range(20):
        whom = make.buyer(house)
        make.notice(house, who, whom)
        rows.append(make.row_for(who, whom, total="20000", reference=f"r{number}"))
    content = make.csv_of(rows)

    def client(_number: int):
        receipt = submit_file(house, content, file_name="a.csv", media_type="text/csv", on=OPENING_DAY)
        decided(house, receipt.public_id, chunk_rows=5)
        return receipt

    receipts = no_error_in(at_once(8, client))
    assert len({receipt.public_id for receipt in receipts}) == 1
    assert sorted(receipt.is_repeat for receipt in receipts) == [False] + [True] * 7
    assert {receipt.row_count for receipt in receipts} == {20}
    with acting(house):
        assert (Submission.objects.count(), SubmissionRow.objects.count()) == (1, 20)
        assert (LimitRequest.objects.count(), Offer.objects.count()) == (20, 20)
    assert outcomes_of(house, receipts[0].public_id) == [("offered", "")] * 20
    assert_ledger_agrees()


@pytest.mark.parametrize("grade", [None, "8"])
def test_two_files_on_the_same_buyers_in_contrary_order_end_with_one_request_each(house, grade):
    """Offered ones queue at the envelope; referred ones (grade 8) meet only where requests are written."""
    who = make.client(house)
    pairs = []
    for _ in range(150):
        whom = make.buyer(house, grade=grade)
        make.notice(house, who, whom)
        pairs.append(whom)
    there = [make.row_for(who, whom, total="20000", reference=f"a{n}") for n, whom in enumerate(pairs)]
    back = [make.row_for(who, whom, total="20000", reference=f"b{n}") for n, whom in enumerate(reversed(pairs))]
    files = [submitted(house, there), submitted(house, back)]

    is_shut = threading.Event()

    def client(number: int) -> None:
        if number == 2:
            _keep_shut_until_both_wait(is_shut)
        else:
            is_shut.wait()
            assert decided(house, files[number])

    no_error_in(at_once(3, client))

    found = Counter(outcomes_of(house, files[0]) + outcomes_of(house, files[1]))
    won = "offered" if grade is None else "referred"
    assert found == Counter({(won, ""): 150, ("failed", "under_way"): 150})
    with acting(house):
        assert LimitRequest.objects.count() == 150
    assert_ledger_agrees()


def _keep_shut_until_both_wait(is_shut: threading.Event) -> None:
    """Lets nobody write a request until two wait, so that both begin to write at the same moment."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("LOCK TABLE policies_limitrequest IN SHARE MODE")
        is_shut.set()
        given_up_at = time.monotonic() + PATIENCE_SECONDS / 2
        while not _waiting(cursor) >= 2:
            # Given up with the lock given back, so that whatever the two met instead is seen in their answers.
            assert time.monotonic() < given_up_at, "the two files never waited for each other"
            time.sleep(0.01)


def _waiting(cursor: Any) -> int:
    # Within a transaction the list of sessions is read once: without this, clients that connect later are never seen.
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute(
        "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND datname = current_database()"
    )
    return int(cursor.fetchone()[0])


def test_a_lone_request_that_comes_second_is_told_what_is_under_way(house):
    """Eight people ask for the same buyer at the same moment, each by a request of its own."""
    who, whom = make.client(house), make.buyer(house)
    make.notice(house, who, whom)
    files = [submitted(house, [make.row_for(who, whom, reference=f"r{number}")]) for number in range(8)]

    no_error_in(at_once(8, lambda number: decided(house, files[number])))

    found = Counter(one for file in files for one in outcomes_of(house, file))
    assert found == Counter({("offered", ""): 1, ("failed", "under_way"): 7})
    assert connections["default"].is_usable()
    assert_ledger_agrees()
