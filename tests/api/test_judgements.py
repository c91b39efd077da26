"""A request judged as of any pair of days: corrections show from the day they were known, and change nothing before."""

from __future__ import annotations

from datetime import date

import pytest

from capweb.accounts.acting import acting
from eligibility.models import DecisionRecord
from policies.models import BuyerRating, LimitRequest
from tests import callers
from tests import factories as make
from tests.cast import OPENING_DAY

LATER = date(2020, 6, 20)


def judged(world, request, **days):
    query = "&".join(f"{name}={day}" for name, day in days.items())
    answer = world.elise.get(f"/limit-requests/{request}/judgement?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def rate(world, buyer_id, grade, *, effective_on, booked_on):
    with acting(world.actor):
        BuyerRating.objects.create(
            insurer_id=world.actor.insurer_id,
            buyer_id=buyer_id,
            grade=grade,
            default_probability="0.04",
            effective_on=effective_on,
            booked_on=booked_on,
            source_reference=f"correction {buyer_id} {booked_on}",
        )


@pytest.fixture
def case(world):
    """A request for 300,000 on a buyer of grade 7: held to 100,000."""
    who, whom = world.pair()
    found = world.elise.post("/limit-requests", world.body(who, whom, requested_total="300000")).json()
    return found, whom


def amounts(found):
    return found["decision"]["outcome"], found["decision"]["granted"]


def test_as_of_its_own_day_it_is_judged_as_it_was_decided(world, case):
    found, _ = case
    again = judged(world, found["id"], on=OPENING_DAY)
    assert (again["on"], again["known_on"]) == ("2020-06-15", "2020-06-15")
    assert again["free_room"] == "300000.00"
    stored = {key: value for key, value in found["decision"].items() if key not in ("headroom", "reasons")}
    assert stored == {key: value for key, value in again["decision"].items() if key != "reasons"}
    verdicts = {one["code"]: one["verdict"] for one in again["decision"]["reasons"]}
    assert verdicts == {one["code"]: one["verdict"] for one in found["decision"]["reasons"]}


def test_a_corrected_rating_shows_from_the_day_it_was_known_and_leaves_the_decision_alone(world, case):
    found, whom = case
    rate(world, whom.id, "6", effective_on=date(2020, 6, 1), booked_on=LATER)
    assert amounts(judged(world, found["id"], on=OPENING_DAY, known_on="2020-06-19")) == ("grant_reduced", "100000.00")
    assert amounts(judged(world, found["id"], on=OPENING_DAY, known_on=LATER)) == ("grant_reduced", "200000.00")
    assert world.elise.get(f"/limit-requests/{found['id']}").json()["decision"] == found["decision"]


def test_a_change_in_the_world_shows_on_its_own_day_only(world, case):
    found, whom = case
    rate(world, whom.id, "6", effective_on=date(2020, 6, 18), booked_on=date(2020, 6, 16))
    assert amounts(judged(world, found["id"], on="2020-06-17", known_on=LATER)) == ("grant_reduced", "100000.00")
    assert amounts(judged(world, found["id"], on="2020-06-18", known_on=LATER)) == ("grant_reduced", "200000.00")
    assert amounts(judged(world, found["id"], on="2020-06-18", known_on="2020-06-15")) == ("grant_reduced", "100000.00")


def test_a_tariff_entered_later_for_that_day_shows_from_then(world, case):
    found, _ = case
    row = {
        "product": "cap_plus",
        "quarterly_rate": "0.01",
        "first_day": "2020-06-01",
        "reference_text": "a circular",
        "reference_url": "https://example.org/circular",
    }
    make.enter_contract_rows(world.actor, "tariff", row, booked_on=LATER)
    before = judged(world, found["id"], on=OPENING_DAY, known_on="2020-06-19")["decision"]
    after = judged(world, found["id"], on=OPENING_DAY, known_on=LATER)["decision"]
    assert (before["premium"], after["premium"]) == ("875.00", "1000.00")
    assert before["law"] == found["decision"]["law"] != after["law"]


def test_another_days_ceilings_are_not_counted(world, case):
    found, _ = case
    again = judged(world, found["id"], on="2020-06-16")
    assert again["free_room"] is None
    room = next(one for one in again["decision"]["reasons"] if one["code"] == "CAPACITY-01")
    assert room["verdict"] == "not_applicable"


def test_what_others_held_on_the_day_counts_and_what_is_its_own_does_not(world, case):
    found, whom = case
    # Another policyholder asks for the same buyer on the same day; by the reading `buyer` the maximum is shared.
    other = make.client(world.actor)
    make.notice(world.actor, other, whom)
    asked = world.elise.post("/limit-requests", world.body(other, whom, requested_total="30000")).json()
    assert asked["status"] == "offered"
    with acting(world.actor):
        request = LimitRequest.objects.get(public_id=found["id"])
    from policies.queries.judged_as_of import judged_as_of

    with acting(world.actor):
        seen = judged_as_of(
            world.actor, request.public_id, on=OPENING_DAY, known_on=OPENING_DAY, today=OPENING_DAY
        ).facts.others_in_force
        later = judged_as_of(
            world.actor, request.public_id, on=date(2020, 7, 15), known_on=OPENING_DAY, today=OPENING_DAY
        ).facts.others_in_force
    assert (str(seen.same_policyholder), str(seen.other_policyholders)) == ("0", "30000.00")
    assert str(later.other_policyholders) == "0"  # by then the offer would no longer be open


def test_nothing_is_stored(world, case):
    found, _ = case
    with acting(world.actor):
        before = DecisionRecord.objects.count()
    judged(world, found["id"], on="2020-07-01", known_on="2020-07-01")
    with acting(world.actor):
        assert DecisionRecord.objects.count() == before


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("on=tomorrow", "invalid_fields"),
        ("on=2020-06-15&known_on=2020-13-01", "invalid_fields"),
        ("on=2020-06-15&known_on=2020-06-14", "request_not_yet_known"),
        ("on=2001-01-01&known_on=2020-06-15", "invalid_fields"),
    ],
)
def test_days_that_cannot_be_judged_are_refused(world, case, query, code):
    answer = world.elise.get(f"/limit-requests/{case[0]['id']}/judgement?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content


def test_nobody_else_asks(world, case):
    path = f"/limit-requests/{case[0]['id']}/judgement"
    assert callers.person("karim@coface.example").get(path).status_code == 404
    assert callers.person("luc@cabinet-lemoine.example").get(path).status_code == 404
    assert callers.Caller().get(path).status_code == 401
