"""The insurer's own feeds by API, all rows or none; and what the service says it accepts."""

from __future__ import annotations

import pytest

from capweb.accounts.acting import acting
from policies.models import BuyerLimit, BuyerRating, LimitRequest
from tests import callers
from tests import factories as make
from tests.callers import Caller


@pytest.fixture
def pair(world):
    return make.client(world.actor), make.buyer(world.actor)


def limit(pair, **more):
    who, whom = pair
    return {
        "source_reference": f"notice {whom.id}",
        "policy_number": who.policy_number,
        "buyer_identifier": whom.identifier,
        "decision": "reduction",
        "notified_on": "2020-06-10",
        "effective_on": "2020-06-12",
        "amount_before": "400000",
        "amount": 150000,
        **more,
    }


def rating(pair, **more):
    _who, whom = pair
    return {
        "source_reference": f"rating {whom.id} again",
        "buyer_identifier": whom.identifier,
        "effective_on": "2020-06-12",
        "grade": "6",
        "default_probability": "0.03",
        **more,
    }


def errors(answer):
    assert answer.status_code == 422, answer.content
    return [(error.get("line"), error["field"]) for error in answer.json()["errors"]]


def test_a_decision_on_a_limit_opens_a_request(world, pair):
    who, whom = pair
    answer = world.elise.post("/buyer-limits/bulk", [limit(pair)])
    counts = {name: answer.json()[name] for name in ("received", "new", "known")}
    assert (answer.status_code, counts) == (200, {"received": 1, "new": 1, "known": 0})
    asked = world.elise.post("/limit-requests", world.body(who, whom, requested_total="400000")).json()
    assert (asked["trigger"]["kind"], asked["decision"]["product"]) == ("reduction", "cap")
    assert asked["decision"]["granted"] == "75000.00"


def test_the_same_notice_under_another_key_is_known(world, pair):
    world.elise.post("/buyer-limits/bulk", [limit(pair)])
    again = world.elise.post("/buyer-limits/bulk", [limit(pair)]).json()
    assert (again["new"], again["known"]) == (0, 1)


def test_a_refusal_is_answered_with_the_top_up_that_is_possible(world, pair):
    refused = limit(pair, decision="refusal", amount_before="0", amount="0", requested_amount="200000")
    (told,) = world.elise.post("/buyer-limits/bulk", [refused]).json()["top_ups"]
    assert told == {
        "source_reference": refused["source_reference"],
        "outcome": "grant_reduced",
        "product": "cap_plus",
        "lost_amount": "200000.00",
        "amount": "100000.00",
        "premium": "875.00",
        "premium_illustrative": False,
    }


def test_a_reduction_is_answered_with_the_complement_and_a_grant_with_nothing(world, pair):
    granted = limit(pair, decision="grant", source_reference=f"grant {pair[1].id}", notified_on="2020-06-01")
    told = world.elise.post("/buyer-limits/bulk", [{**granted, "effective_on": "2020-06-01"}, limit(pair)]).json()
    ((one),) = told["top_ups"]
    assert (one["product"], one["lost_amount"], one["amount"]) == ("cap", "250000.00", "75000.00")


def test_what_is_possible_is_only_told_and_nothing_is_kept(world, pair):
    world.elise.post("/buyer-limits/bulk", [limit(pair)])
    with acting(world.actor):
        assert not LimitRequest.objects.filter(buyer_id=pair[1].id).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "400001"}, "amount"),
        ({"notified_on": "10/06/2020"}, "notified_on"),
        ({"effective_on": "2020-06-09"}, "effective_on"),
        ({"decision": "cut"}, "decision"),
        ({"policy_number": "P404"}, "policy_number"),
        ({"buyer_identifier": "732829320"}, "buyer_identifier"),
        ({"buyer_country": "France"}, "buyer_country"),
        ({"source_reference": ""}, "source_reference"),
        ({"source_reference": "a\u0000b"}, "row"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_notice_that_cannot_be_taken_is_told_by_line_and_nothing_is_kept(world, pair, changed, field):
    good = limit((pair[0], make.buyer(world.actor)))
    found = errors(world.elise.post("/buyer-limits/bulk", [good, limit(pair, **changed)]))
    assert (2, field) in found
    assert {line for line, _field in found} == {2}
    with acting(world.actor):
        assert not BuyerLimit.objects.filter(source_reference=good["source_reference"]).exists()


def test_a_rating_is_used_by_the_next_decision(world):
    who, whom = world.pair()
    answer = world.elise.post("/buyer-ratings/bulk", [rating((who, whom))])
    counts = {name: answer.json()[name] for name in ("received", "new", "known")}
    assert (answer.status_code, counts) == (200, {"received": 1, "new": 1, "known": 0})
    asked = world.elise.post("/limit-requests", world.body(who, whom, requested_total="300000")).json()
    assert (asked["decision"]["category"], asked["decision"]["granted"]) == (1, "200000.00")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"default_probability": "1.5"}, "default_probability"),
        ({"default_probability": "-0.01"}, "default_probability"),
        ({"default_probability": "0.123456789"}, "default_probability"),
        ({"grade": "x" * 11}, "grade"),
        ({"is_insolvent": "no"}, "is_insolvent"),
        ({"effective_on": "soon"}, "effective_on"),
        ({"buyer_identifier": "732829320"}, "buyer_identifier"),
    ],
)
def test_a_rating_that_cannot_be_taken_is_told_by_line(world, pair, changed, field):
    assert errors(world.elise.post("/buyer-ratings/bulk", [rating(pair, **changed)])) == [(1, field)]
    with acting(world.actor):
        assert BuyerRating.objects.filter(buyer_id=pair[1].id).count() == 1


def test_an_activity_is_taken_once_and_a_code_that_is_none_is_told_by_line(world, pair):
    row = {"source_reference": "naf 1", "buyer_identifier": pair[1].identifier, "code": "49.41A"}
    row["effective_on"] = "2020-06-01"
    for new in (1, 0):
        assert world.elise.post("/buyer-activities/bulk", [row]).json()["new"] == new
    assert errors(world.elise.post("/buyer-activities/bulk", [{**row, "code": "4941A"}])) == [(1, "code")]


def test_buyers_are_put_on_watch_and_the_list_is_read(world, pair):
    _who, whom = pair
    row = {
        "source_reference": "watch",
        "buyer_identifier": whom.identifier,
        "effective_on": "2020-06-12",
        "watched": True,
        "reason": "late accounts",
        "review_on": "2020-06-14",
    }
    for new in (1, 0):
        assert world.elise.post("/buyer-watches/bulk", [row]).json()["new"] == new
    assert errors(world.elise.post("/buyer-watches/bulk", [{**row, "review_on": "2020-06-12"}])) == [(1, "review_on")]
    (told,) = world.elise.get("/watch-list?due=true").json()["results"]
    assert (told["identifier"], told["reason"], told["review_due"]) == (whom.identifier, "late accounts", True)


FEEDS = ["/buyer-limits/bulk", "/buyer-ratings/bulk", "/buyer-activities/bulk"]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_a_list(world, path):
    for body in ({}, [], "x", 3):
        assert errors(world.elise.post(path, body)) == [(None, "body")]
    assert errors(world.elise.post(path, [3])) == [(1, "row")]


@pytest.mark.parametrize("path", FEEDS)
def test_a_broker_sends_no_feeds_and_a_feed_needs_a_key(world, path):
    brune = callers.person("brune@courtage-du-port.example", insurer="euler-hermes")
    assert brune.post(path, []).status_code == 403
    assert world.elise.post(path, [], key="").json()["code"] == "idempotency_key_missing"


def test_another_insurers_buyer_is_unknown(world, pair):
    karim = callers.person("karim@coface.example")
    assert (1, "buyer_identifier") in errors(karim.post("/buyer-ratings/bulk", [rating(pair)]))


def test_everybody_may_read_what_the_service_accepts(world):
    found = Caller().get("/limits").json()
    assert found["versions"] == ["v1"]
    assert found["sizes"]["largest_submission_rows"] == 100_000
    assert found["submission_modes"] == ["each_row"]
    assert found["rates"]["token_seconds"] == 3600
