"""The three flows of the house, each as a story: a bulk file, an acceptance, a night.

And a walk of one figure through each of them: what is asked for passes the parts of the house from the door inward, and
nothing inside calls back outward.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capweb import clock
from capweb.accounts.acting import acting
from policies import tasks
from policies.models import Endorsement, RenderedEndorsement, Submission
from policies.queries import nights
from reinsurance.models import LedgerAccount
from tests import factories as make
from tests.cast import OPENING_DAY
from tests.journeys.quarter import Quarter, done
from tests.journeys.walk import walking
from tests.worlds import open_world

pytestmark = pytest.mark.slow

# A figure like no other, so that it can be followed.
WANTED = Decimal("87654.32")
# The treaty's 95 % of it.
CEDED = Decimal("83271.60")


@pytest.fixture(scope="module")
def house(committed_once) -> Quarter:
    return Quarter(open_world())


def live(house: Quarter) -> tuple[Decimal, Decimal]:
    """Ceded exposure of the insurer: what is held for offers, and what is ceded for good."""
    with acting(house.world.actor):
        rows = list(LedgerAccount.objects.filter(account_class="live"))
    held = sum((abs(row.debits_pending - row.credits_pending) for row in rows), Decimal(0))
    return held, sum((abs(row.debits_posted - row.credits_posted) for row in rows), Decimal(0))


def file_of(house: Quarter) -> bytes:
    """A row that will be offered, one that is refused, one for an underwriter, and one that names no policy."""
    rows = []
    for name, grade in (("good", None), ("too bad", "9"), ("case by case", "8")):
        pair = house.pair(grade=grade)
        house.limit(pair, "refusal", requested_amount="100000")
        rows.append(make.row_for(*pair, total=str(WANTED), reference=name))
    stranger = make.Client(0, 0, "P-unknown")
    return make.csv_of([*rows, make.row_for(stranger, pair[1], reference="nobody's")])


def outcomes(house: Quarter, address: str) -> dict[str, str]:
    rows = done(house.world.elise.get(f"{address}/rows"))["results"]
    return {row["reference"]: row["outcome"] for row in rows}


def test_a_bulk_file(house):
    content = file_of(house)
    with walking(WANTED) as walk:
        # At the door: the file is kept with all its rows, and the answer says where to look.
        answer = house.world.elise.send("/limit-requests/bulk", content, "text/csv", key="a file")
        assert answer.status_code == 202
        address = answer["Location"].removeprefix("/api/v1")
        # The same file under the same key is the same submission.
        again = house.world.elise.send("/limit-requests/bulk", content, "text/csv", key="a file")
        assert again["Location"] == answer["Location"]
        # A worker decides; woken twice it does nothing the second time.
        wake_the_worker(house, address)
        wake_the_worker(house, address)
    # Every row ends as exactly one thing, and what is offered holds its room.
    assert outcomes(house, address) == {
        "good": "offered",
        "too bad": "refused",
        "case by case": "referred",
        "nobody's": "failed",
    }
    assert live(house) == (CEDED, Decimal(0))
    assert not walk.outward
    assert walk.passed == [
        "policies.domain",
        "policies.commands",
        "policies.queries",
        "eligibility.domain",
        "eligibility.commands",
    ]


def wake_the_worker(house: Quarter, address: str) -> None:
    submission = address.rsplit("/", 1)[1]
    with acting(house.world.actor):
        assert Submission.objects.filter(public_id=submission).exists()
    tasks.decide(submission=submission, insurer=house.world.actor.insurer_id)


def test_an_acceptance(house):
    pair = house.pair()
    house.limit(pair, "refusal", requested_amount="100000")
    offer = house.asked(pair, str(WANTED))["offer"]["id"]
    held, ceded = live(house)
    with walking(WANTED) as walk:
        # Judged again today; the hold becomes the cession in the same act.
        accepted = done(house.world.elise.post(f"/offers/{offer}/accept"))
    assert live(house) == (held - CEDED, ceded + CEDED)
    (term,) = house.terms(accepted["guarantee"])
    assert (term["amount"], term["cover"]["first"]) == (str(WANTED), OPENING_DAY.isoformat())
    # The document is frozen now and printed by a worker.
    with acting(house.world.actor):
        document = Endorsement.objects.get(number=accepted["endorsement"])
        assert not RenderedEndorsement.objects.filter(endorsement=document).exists()
    tasks.render(insurer=house.world.actor.insurer_id)
    with acting(house.world.actor):
        assert RenderedEndorsement.objects.filter(endorsement=document).exists()
    assert not walk.outward
    assert walk.passed == [
        "policies.queries",
        "policies.commands",
        "eligibility.domain",
        "eligibility.commands",
        "reinsurance.domain",
        "reinsurance.commands",
        "policies.domain",
    ]


def test_a_night(house):
    pair = house.pair()
    house.limit(pair, "refusal", requested_amount="100000")
    kept = house.granted(pair, str(WANTED))
    dropped = house.refused_and_granted()
    unanswered = house.pair()
    house.limit(unanswered, "refusal", requested_amount="100000")
    offer = house.asked(unanswered, "100000")
    done(house.world.elise.post(f"/guarantees/{kept.guarantee}/renewal-requests"), 201)
    end = date(2020, 9, 15)
    # Days before the end notices go out, once each.
    house.night(end - timedelta(days=5))
    assert house.left(dropped).messages[-1] == "renewal_notice"
    with walking(WANTED) as walk:
        house.night(end)
    # What was offered has expired, what was asked for goes on in one entry, the rest runs off.
    assert done(house.world.elise.get(f"/limit-requests/{offer['id']}"))["status"] == "expired"
    assert house.left(kept).ledger == ["cession", "replacement"]
    assert house.left(dropped).ledger == ["cession", "ending"]
    assert house.terms(kept.guarantee)[-1]["cover"]["first"] == end.isoformat()
    # The night has its report, and opened once more it changes nothing.
    house.night(end)
    assert clock.business_day() == end
    assert nights.missing(end) == []
    assert not walk.outward
    assert walk.passed == [
        "policies.queries",
        "policies.commands",
        "policies.domain",
        "eligibility.domain",
        "eligibility.commands",
        "reinsurance.domain",
        "reinsurance.commands",
        "reinsurance.queries",
    ]


def test_the_walk_sees_a_call_that_goes_outward():
    outer = {"__name__": "policies.commands.something", "wanted": None}
    exec("def outer(amount): pass", outer)
    inner = {"__name__": "reinsurance.domain.something", "outer": outer["outer"]}
    exec("def inner(amount): outer(amount)", inner)
    with walking(WANTED) as walk:
        inner["inner"](WANTED)
    assert walk.outward == {("reinsurance.domain.something", "policies.commands.something.outer")}
    assert walk.passed == ["reinsurance.domain", "policies.commands"]
